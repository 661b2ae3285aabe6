"""Objects of a clone that has not all of them: which are missing."""

from collections.abc import Sequence

from modelref.adapters.git.program import Git, failed


def missing_objects(git: Git, objects: Sequence[str]) -> Sequence[str]:
    """Those of some ids of which the object is not here."""
    asked = "".join(f"{oid}\n" for oid in dict.fromkeys(objects))
    done = git.run("cat-file", "--batch-check", "--buffer", stdin=asked.encode())
    if done.code:
        raise failed("cat-file", done)
    lines = done.stdout.decode().splitlines()
    return [line.removesuffix(" missing") for line in lines if line.endswith(" missing")]
