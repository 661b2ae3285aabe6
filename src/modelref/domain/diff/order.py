"""How far two orders of the same things differ."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable


def moved(places: Iterable[int]) -> int:
    """The fewest things that must be taken out and put elsewhere to restore an order.

    That is all but the longest increasing subsequence (Schensted 1961); one row moved from the
    top to the bottom counts as one, although every place has changed.

    Args:
        places: of each thing in the old order, its place in the new one; all different.
    """
    ends = array("q")
    count = 0
    for place in places:
        count += 1
        at = bisect_left(ends, place)
        if at == len(ends):
            ends.append(place)
        else:
            ends[at] = place
    return count - len(ends)
