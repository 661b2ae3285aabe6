"""Why a metric of two versions has no interval, and what helps."""

from modelref.domain.diff.metrics import Basis
from modelref.domain.ref import Ref, quoted
from modelref.domain.snapshot import Snapshot
from modelref.domain.target import Revision
from modelref.errors import OutOfReach

_WRITE_THEM = "write them, and name the file as meta.modelref.users of the artifact in dvc.yaml"
_ONCE = (
    "a version made without them never has them: promote once with --force -m WHY, and what comes "
    "after is compared with that"
)


def no_interval(
    metric: str,
    held: tuple[Revision, Snapshot],
    candidate: tuple[Revision, Snapshot],
    basis: Basis,
) -> OutOfReach:
    """The error for a metric without an interval.

    Args:
        metric: its name.
        held: what a stage holds.
        candidate: what may come to hold it.
        basis: on what their comparison rests.
    """
    for revision, snapshot in (held, candidate):
        if names_no_users(snapshot):
            return OutOfReach(
                f"{metric} has no interval: {revision} names no results per user",
                kind="no-interval",
                hint=f"{_WRITE_THEM}; {_ONCE}" if revision is held[0] else _WRITE_THEM,
            )
    reasons, mend = _why(metric, basis)
    return OutOfReach(
        f"{metric} has no interval: the results per user of {held[0]} and {candidate[0]} cannot be "
        f"paired: {reasons}",
        kind="no-interval",
        hint=mend or f"{compare_command(held[0], candidate[0])} shows both",
    )


def _why(metric: str, basis: Basis) -> tuple[str, str]:
    """Why results that both sides name are not paired, and what mends it; empty if unknown."""
    if basis.results:
        return (
            f"they have no {metric} of the same users",
            f"write it to {basis.path} of both, under the same name",
        )
    mends = [one.mend for one in basis.absent if one.mend]
    reasons = "; ".join(one.why for one in basis.absent)
    return reasons or "they share no user and metric", "; ".join(mends)


def no_segments(metric: str, basis: Basis) -> OutOfReach:
    """The error for a metric that was paired, though in no segment."""
    return OutOfReach(
        f"{metric} has no segments: no column of {basis.path} puts the same users of both sides "
        "into groups",
        kind="no-segment",
        hint=f"write segment columns, as text, to {basis.path}",
    )


def names_no_users(snapshot: Snapshot) -> bool:
    """Whether ``dvc.yaml`` names no results per user."""
    told = snapshot.annotation.meta.get("modelref")
    return not (isinstance(told, dict) and told.get("users"))


def compare_command(a: Revision, b: Revision) -> str:
    """The command that shows what two versions, or commits without one, compare to."""
    if a.version is None or b.version is None:
        return f"modelref review {a.commit[:10]}..{b.commit[:10]}"
    refs = (Ref(one.artifact, version=one.version) for one in (a, b))
    return f"modelref diff {' '.join(map(quoted, refs))}"
