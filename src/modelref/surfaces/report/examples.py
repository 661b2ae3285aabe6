"""Lists that change most, both side by side: what goes, what comes, and what moves."""

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest
from xml.etree.ElementTree import Element

from modelref.api.kinds.behaviour import percent
from modelref.domain.diff.examples import Example
from modelref.surfaces.report.nodes import node

_GOES = "\N{MINUS SIGN}"


def example_parts(examples: Sequence[Example], known: int) -> list[Element]:
    """Some users' lists, the first open and the others folded; never whose they are.

    Args:
        examples: those that are shown.
        known: how many there are.
    """
    if not examples:
        return []
    parts = [node("h3", "Lists that change most, side by side")]
    for number, one in enumerate(examples):
        stay = f"{percent(one.overlap)} of the items stay"
        title = node("summary", f"Example {number + 1}: {one.description}; {stay}")
        opened = {"open": ""} if number == 0 else {}
        parts.append(node("details", title, _table(one), **opened))
    more = known - len(examples)
    if more > 0:
        parts.append(node("p", f"… and {more} more with --examples", class_="caption"))
    return parts


def _table(one: Example) -> Element:
    before, after = _numbered(one.before), _numbered(one.after)
    was = {name: rank for rank, name in enumerate(before, start=1)}
    rows = []
    for rank, (old, new) in enumerate(zip_longest(before, after), start=1):
        from_ = node("td") if old is None else _old(old[0], stays=old in after)
        to = node("td") if new is None else _new(new[0], was.get(new), rank)
        rows.append(node("tr", node("td", str(rank), class_="number"), from_, to))
    titles = (node("th", "#", class_="number"), node("th", "From"), node("th", "To"))
    head = node("thead", node("tr", *titles))
    return node("table", head, node("tbody", *rows), class_="lists")


def _numbered(names: Sequence[str]) -> list[tuple[str, int]]:
    """Each name, and which of its like it is: several items may have one name."""
    met: Counter[str] = Counter()
    numbered = []
    for name in names:
        met[name] += 1
        numbered.append((name, met[name]))
    return numbered


def _old(name: str, *, stays: bool) -> Element:
    return node("td", name) if stays else node("td", f"{_GOES} {name}", class_="gone")


def _new(name: str, was: int | None, rank: int) -> Element:
    if was is None:
        return node("td", f"+ {name}", class_="new")
    if was == rank:
        return node("td", name)
    arrow = "\N{UPWARDS ARROW}" if was > rank else "\N{DOWNWARDS ARROW}"
    return node("td", name, node("small", f"{arrow} was {was}"))
