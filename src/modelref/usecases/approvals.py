"""Approvals: who approved a commit, and whether that is somebody else than who promotes it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.domain.registry import APPROVED, Model
from modelref.domain.signature import Signature, Signers, by_others
from modelref.errors import Refused

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Approval:
    """A signed assignment to the stage ``approved`` that stands.

    Attributes:
        signature: who approved.
        when: seconds since 1970-01-01 UTC, by the tagger's clock.
        tag: the assignment.
    """

    signature: Signature
    when: int
    tag: str


def approvals(world: "World", model: Model, commit: str) -> tuple[Approval, ...]:
    """The approvals of a commit that stand, oldest first: good signatures by whom the rule accepts.

    The stage holds a set, as quarantine does: each commit's newest event there counts, so that an
    unassignment takes every approval before it back.

    Raises:
        OutOfReach: the program that checks, or the list of signers, is missing.
    """
    held = model.stages.get(APPROVED)
    if held is None or not any(event.commit == commit for event in held.live):
        return ()
    own = [event for event in held.events if event.commit == commit]
    last = max((place for place, one in enumerate(own) if one.kind != "assign"), default=-1)
    standing = own[last + 1 :]
    rule = world.signing.rule(model.artifact, APPROVED) or Signers()
    checked = world.signatures.check([event.oid for event in standing])
    return tuple(
        Approval(checked[event.oid], event.date, event.tag)
        for event in standing
        if rule.accepts(checked[event.oid])
    )


def approvers(
    world: "World", model: Model, commit: str, promoter: Collection[str]
) -> tuple[Signature, ...]:
    """The signatures of those who approved a commit, without the one who promotes it; one of each.

    Args:
        world: the ports.
        model: the model.
        commit: what is promoted.
        promoter: what the promoter goes by.

    Raises:
        OutOfReach: the program that checks, or the list of signers, is missing.
    """
    standing = approvals(world, model, commit)
    return by_others((approval.signature for approval in standing), promoter)


def refuse_unapproved(
    world: "World", model: Model, commit: str, least: int, signature: Signature
) -> None:
    """Refuse a promotion that was just made, and whose signer is one of its approvers.

    Only the signature says who promotes: what git was told of name, address and key need not be so.

    Args:
        world: the ports.
        model: the model.
        commit: what is promoted.
        least: how many others must have approved it.
        signature: the promotion's signature, which is of somebody known.

    Raises:
        Refused: fewer did.
        OutOfReach: the program that checks, or the list of signers, is missing.
    """
    found = approvers(world, model, commit, signature.identities)
    if len(found) < least:
        version = f"{model.artifact}@{model.name_at(commit)}"
        raise Refused(
            f"{version} is promoted by {signature.name}, and has {len(found)} of {least} approvals "
            "by others; nothing was written",
            kind="own-approval",
            hint=f"somebody else: modelref promote {version} {APPROVED} --sign",
        )
