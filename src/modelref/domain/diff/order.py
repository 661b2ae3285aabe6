"""How far two orders of the same things differ."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, MutableSequence

_SHORT = 1 << 16
"""Up to so many, a list is taken: quicker than an array, of eight times the memory."""


def moved(runs: Iterable[tuple[int, int]]) -> int:
    """The fewest things that must be taken out and put elsewhere to restore an order.

    That is all but the longest increasing subsequence (Schensted 1961); one row moved from the
    top to the bottom counts as one, although every place has changed. Things that follow each
    other in both orders are told as one run: they take a step together, as each of them would
    replace the end behind the one that the thing before it did.

    Args:
        runs: of things in the old order, the first one's place in the new one, less than 2^31,
            and how many stand on the places behind it; no place twice.
    """
    ends: MutableSequence[int] = []
    count = 0
    for place, length in runs:
        count += length
        at = bisect_left(ends, place)
        if length == 1 and at < len(ends):
            ends[at] = place
        elif isinstance(ends, list) and len(ends) + length <= _SHORT:
            ends[at : at + length] = range(place, place + length)
        else:
            ends = ends if isinstance(ends, array) else array("i", ends)
            ends[at : at + length] = array("i", range(place, place + length))
    return count - len(ends)
