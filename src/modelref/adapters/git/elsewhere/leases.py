"""What the lease refs of a repository say of its newest events, beside what its tags say."""

from collections.abc import Iterator, Mapping

from modelref.adapters.git.program import Git
from modelref.adapters.git.tags import patterns_of
from modelref.domain.finding import Finding, Severity
from modelref.domain.names import Artifact
from modelref.domain.ref import quoted
from modelref.domain.sync import Difference, Head, Sides, compare

LEASES = "refs/modelref/head"


def lease_findings(
    git: Git, artifact: Artifact | None, tags: Mapping[str, str]
) -> Iterator[Finding]:
    """Find newest events that a lease still names, and whose tags were moved or taken away.

    Args:
        git: of the repository.
        artifact: only this model.
        tags: its tags; the ids of their objects by name.

    Raises:
        OutOfReach: git cannot list its refs.
    """
    wanted = patterns_of(artifact, LEASES) if artifact else [LEASES]
    form = "--format=%(refname)%00%(objectname)%00%(tag)%00"
    out = git.output("for-each-ref", form, operands=wanted)
    fields = out.decode("utf-8", "surrogateescape").split("\0")[:-1]
    refs = [ref.lstrip("\n").removeprefix(f"{LEASES}/") for ref in fields[::3]]
    heads = dict(zip(refs, map(Head, fields[1::3], fields[2::3]), strict=True))
    return (_finding(one) for one in compare(Sides(tags, tags, heads=heads)))


def _finding(one: Difference) -> Finding:
    ref = quoted(f"refs/tags/{one.tag}")
    what = f"is no longer there, though it is the newest that a lease names ({one.old:.10})"
    if one.new:
        what = f"is {one.new:.10} there, though the lease names {one.old:.10}"
    return Finding(
        Severity.ERROR,
        f"{one.standing}-tag",
        one.tag,
        f"{what}: older events may be answered with",
        f"find out who did it; to put it back, in that repository: git update-ref {ref} {one.old}",
    )
