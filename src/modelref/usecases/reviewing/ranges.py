"""The range of commits that is reviewed, as git writes one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelref.errors import BadInput, OutOfReach

if TYPE_CHECKING:
    from modelref.domain.branch import Branch
    from modelref.ports import World

_HEAD = "HEAD"


@dataclass(frozen=True, slots=True)
class Span:
    """What a pull request changes: all from where it left its base, up to its head.

    Attributes:
        base: the base, as the person named it.
        head: the head, likewise.
        start: full id of the newest commit that both descend from.
        end: full id of the head's commit.
    """

    base: str
    head: str
    start: str
    end: str

    def __str__(self) -> str:
        return f"{self.start[:10]}..{self.end[:10]}"


def read_span(world: "World", text: str) -> Span:
    """Find the commits that ``BASE..HEAD``, ``BASE...HEAD`` or ``BASE`` names.

    Two dots and three mean the same: what the base got since the head left it is no part of the
    change. What is left out is the default branch, and HEAD.

    Raises:
        UnknownRef: a revision is not there.
        BadInput: both have no commit in common.
        OutOfReach: the clone is too shallow to tell.
    """
    base, dots, head = text.partition("...")
    if not dots:
        base, _, head = text.partition("..")
    head = head or _HEAD
    end = world.commits.resolve(head)
    if base:
        tip = world.commits.resolve(base)
    else:
        base, tip = _default(world.branches.default())
    start = world.commits.merge_base(tip, end)
    if start is None:
        raise _unrelated(world, base, head)
    return Span(base, head, start, end)


def _default(branch: "Branch") -> tuple[str, str]:
    return branch.name, branch.commit


def _unrelated(world: "World", base: str, head: str) -> BadInput | OutOfReach:
    if world.commits.partial():
        return OutOfReach(
            f"where {head} left {base} is not in this clone, which is not whole",
            kind="partial-clone",
            hint="git fetch --unshallow --tags; in a CI job, check out with fetch-depth: 0",
        )
    return BadInput(
        f"{base} and {head} have no commit in common",
        kind="unrelated-commits",
        hint="modelref review BASE..HEAD, where HEAD was branched off BASE",
    )
