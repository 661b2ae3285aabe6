"""Rewritten history: which of it a person must know of, and what settles it."""

from collections.abc import Collection, Iterable, Iterator

from modelref.domain.event import Event
from modelref.domain.finding import Finding, Severity
from modelref.domain.ref import quoted
from modelref.domain.registry import Registry
from modelref.domain.sync import REWRITTEN, Rewritten


def live_versions(registry: Registry) -> list[Event]:
    """The registrations of all versions that were not withdrawn."""
    models = registry.models.values()
    return [state.event for one in models for state in one.versions.values() if state.active]


def worth_telling(found: Iterable[Rewritten], versions: Collection[Event]) -> list[Rewritten]:
    """Those of the default branch, and those that took a version off all branches.

    A branch that one person rebases every day, or that is gone once it was merged, is nobody
    else's business.

    Args:
        found: branches that do not descend from what they were.
        versions: the registrations of the live versions.
    """
    commits = {one.commit for one in versions}
    return [
        one
        for one in found
        if one.new is not None and (one.default or not commits.isdisjoint(one.lost))
    ]


def found_rewritten(
    told: Iterable[Rewritten], versions: Collection[Event], remote: str
) -> Iterator[Finding]:
    """Say what was rewritten, of each version that it took off all branches, or once.

    Args:
        told: branches that were rewritten.
        versions: the registrations of the live versions.
        remote: its name.
    """
    for one in told:
        old, new = one.old[:10], (one.new or "")[:10]
        branch = quoted(f"refs/heads/{one.branch}")
        lost = quoted(f"refs/modelref/lost/{one.branch}/{old}")
        hint = (
            f"git log {new}..{old} shows what it held; to put it back: "
            f"git push --force-with-lease={branch}:{new} {remote} {old}:{branch} && "
            f"modelref fetch; to accept: git update-ref -d {lost} && modelref fetch"
        )
        was = f"{one.branch} of {remote} was rewritten: it was {old} and is {new}"
        tags = [event.tag for event in versions if event.commit in one.lost]
        for tag in tags:
            what = f"is on no branch of {remote} any more: {was}"
            yield Finding(Severity.WARNING, REWRITTEN, tag, what, hint)
        if not tags:
            yield Finding(Severity.WARNING, REWRITTEN, "", f"the branch {was}", hint)
