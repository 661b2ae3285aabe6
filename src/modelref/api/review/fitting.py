"""Fitting a text below a limit: what is worth least is shortened first, then left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a text.

    Attributes:
        name: what it is called where it is left out.
        worth: the least is given up first; of equals, the last.
        forms: its text, the longest form first; ``""`` at the end where it may be left out.
    """

    name: str
    worth: int
    forms: tuple[str, ...]


class Fitted(NamedTuple):
    """What is left.

    Attributes:
        texts: one for each block, in their order.
        left_out: names of blocks that were left out, in their order.
    """

    texts: tuple[str, ...]
    left_out: tuple[str, ...]


def fit(blocks: Sequence[Block], limit: int) -> Fitted:
    """Choose a form for each block so that all together are not longer than a limit, if they can.

    Every block is shortened before any is left out.

    Args:
        blocks: in the order in which they are shown.
        limit: the most bytes of UTF-8: whatever a host counts, it is not more than these.
    """
    chosen = [0] * len(blocks)
    sizes = [[len(form.encode()) for form in block.forms] for block in blocks]
    total = sum(size[0] for size in sizes)
    cheapest = sorted(range(len(blocks)), key=lambda at: (blocks[at].worth, -at))
    for leave_out in (False, True):
        for at in cheapest:
            for form in range(chosen[at] + 1, len(sizes[at])):
                if total <= limit or (not sizes[at][form] and not leave_out):
                    break
                total += sizes[at][form] - sizes[at][chosen[at]]
                chosen[at] = form
    texts = tuple(block.forms[form] for block, form in zip(blocks, chosen, strict=True))
    pairs = zip(blocks, texts, strict=True)
    return Fitted(texts, tuple(block.name for block, text in pairs if block.forms[0] and not text))
