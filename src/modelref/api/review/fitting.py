"""Fitting a text below a limit: what is worth least is shortened first, then left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a text.

    Attributes:
        name: what it is called where it is left out.
        worth: the least is given up first; of equals, the last.
        forms: its text, the longest form first; ``""`` at the end where it may be left out.
        tier: nothing of a tier is given up before all of those below.
    """

    name: str
    worth: int
    forms: tuple[str, ...]
    tier: int = 0


class Fitted(NamedTuple):
    """What is left.

    Attributes:
        texts: one for each block, in their order.
        left_out: names of blocks that were left out, those that are worth most first.
    """

    texts: tuple[str, ...]
    left_out: tuple[str, ...]


def fit(blocks: Sequence[Block], limit: int) -> Fitted:
    """Choose a form for each block so that all together are not longer than a limit, if they can.

    Tier by tier, the lowest first, every block is shortened before any is left out.

    Args:
        blocks: in the order in which they are shown.
        limit: the most bytes of UTF-8: whatever a host counts, it is not more than these.
    """
    chosen = [0] * len(blocks)
    sizes = [[len(form.encode()) for form in block.forms] for block in blocks]
    total = sum(size[0] for size in sizes)
    for at, form in _steps(blocks):
        if total <= limit:
            break
        spared = sizes[at][chosen[at]] - sizes[at][form]
        if spared > 0:  # what is said of what was cut may be longer than it
            total -= spared
            chosen[at] = form
    texts = tuple(block.forms[form] for block, form in zip(blocks, chosen, strict=True))
    gone = [block for block, text in zip(blocks, texts, strict=True) if block.forms[0] and not text]
    gone.sort(key=lambda block: (-block.tier, -block.worth))
    return Fitted(texts, tuple(block.name for block in gone))


def _steps(blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """Index of a block and of its next form, in the order in which they are given up."""
    for tier in sorted({block.tier for block in blocks}):
        inside = [at for at, block in enumerate(blocks) if block.tier == tier]
        cheapest = sorted(inside, key=lambda at: (blocks[at].worth, -at))
        longest = max(len(blocks[at].forms) for at in inside)
        for form in range(1, longest):
            for at in cheapest:
                if form < len(blocks[at].forms) and blocks[at].forms[form]:
                    yield at, form
        for at in cheapest:
            if not blocks[at].forms[-1]:
                yield at, len(blocks[at].forms) - 1
