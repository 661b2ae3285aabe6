"""Tags of tags: ``git tag -a MODEL#STAGE#N MODEL@VERSION`` names the tag there, not its commit.

git 2.45 and newer look through such a tag when they list it; older ones look one step far.
"""

from collections.abc import Sequence

from modelref.adapters.git.program import Git, failed

TAG = "tag"


def peel(git: Git, oids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Follow tags to what they mean in the end, in one run of git.

    Args:
        git: the repository.
        oids: ids of tag objects.

    Returns:
        Id and type of the first object on the way that is no tag; what cannot be followed is left
        out.
    """
    if not oids:
        return {}
    asked = "".join(f"{oid}^{{}}\n" for oid in oids)
    done = git.run(
        "cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked.encode("ascii")
    )
    if done.code:
        raise failed("cat-file", done)
    found: dict[str, tuple[str, str]] = {}
    for oid, line in zip(oids, done.stdout.decode("utf-8", "replace").splitlines(), strict=True):
        target, _, kind = line.rpartition(" ")
        if kind not in ("missing", "ambiguous", TAG):
            found[oid] = (target, kind)
    return found
