"""Plots as SVG: places in percent of the width, so that texts stay as large on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from modelref.surfaces.report.nodes import node, shown
from modelref.surfaces.report.scales import Scale

_ROW = 22
_BARS, _COUNTS = 96, 14
_MOST_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Point:
    """A change, with its interval where one is known.

    Attributes:
        label: whose.
        note: what is said at the end of the row.
        value: the change, 1 for 100 %.
        interval: its bounds, or None.
        tone: ``better``, ``worse`` or ``""``.
    """

    label: str
    note: str
    value: float
    interval: tuple[float, float] | None = None
    tone: str = ""

    @property
    def ends(self) -> tuple[float, ...]:
        """All that has to be on the scale."""
        return (self.value, *(self.interval or ()))


@dataclass(frozen=True, slots=True)
class Bar:
    """An amount, with another that it is held against.

    Attributes:
        label: whose.
        note: what is said at the end of the row.
        value: the amount, from 0.
        behind: a paler bar behind it, or None.
    """

    label: str
    note: str
    value: float
    behind: float | None = None

    @property
    def longest(self) -> float:
        """Of the two."""
        return max(self.value, self.behind or 0)


def intervals(points: Sequence[Point]) -> Element:
    """Changes about zero, one a row, all on one scale with its numbers below."""
    scale = Scale.around([end for point in points for end in point.ends])
    rows = [_interval(point, scale) for point in points]
    return node("div", *rows, _numbers(scale), class_="chart")


def bars(rows: Sequence[Bar], most: float | None = None, mark: float | None = None) -> Element:
    """Amounts from zero, one a row, all on one scale.

    Args:
        rows: the amounts.
        most: the end of the scale; the largest amount unless given.
        mark: an amount at which a line is drawn through all rows.
    """
    end = most or max((bar.longest for bar in rows), default=0) or 1.0
    lines = [] if mark is None else [(_percent(100 * mark / end), "mean")]
    return node("div", *(_bar(bar, end, lines) for bar in rows), class_="chart")


def histogram(counts: Sequence[int], marks: Sequence[tuple[float, str]]) -> Element:
    """Columns for 0, 1, 2, …, with lines at some places.

    Args:
        counts: heights.
        marks: place between 0 and the last number, and the line's class.
    """
    most, width = max(max(counts, default=0), 1), 100 / max(len(counts), 1)
    places = [(number * width, width, count, count / most) for number, count in enumerate(counts)]
    lines = [
        _line(_percent((place + 0.5) * width), _COUNTS, _COUNTS + _BARS, name)
        for place, name in marks
    ]
    size = {"width": "100%", "height": str(_COUNTS + _BARS)}
    columns = [_column(*place) for place in places]
    numbers = [one for place in places for one in _height(*place)]  # above the lines, to be read
    svg = node("svg", *columns, *lines, *numbers, class_="histogram", **size)
    step = max(1, (len(counts) - 1) // 4)
    named = [_text(_percent((at + 0.5) * width), str(at)) for at in range(0, len(counts), step)]
    axis = node("svg", *named, class_="scale", width="100%", height=str(_ROW))
    return node("div", svg, axis, class_="chart")


def _column(left: float, width: float, count: int, share: float) -> Element:
    """A column of the histogram."""
    place = {"x": _percent(left + 0.1 * width), "width": _percent(0.8 * width)}
    height = {"y": f"{_COUNTS + _BARS * (1 - share):.1f}", "height": f"{_BARS * share:.1f}"}
    return node("rect", node("title", f"{count:,}"), class_="column", **place, **height)


def _height(left: float, width: float, count: int, share: float) -> list[Element]:
    """The number above a column, where that has room."""
    if not count or len(str(count)) > _MOST_DIGITS:
        return []
    above = f"{_COUNTS + _BARS * (1 - share) - 3:.1f}"
    return [node("text", str(count), x=_percent(left + width / 2), y=above)]


def _interval(point: Point, scale: Scale) -> Element:
    middle = _ROW / 2
    marks = [
        _line(_percent(scale.at(tick)), 0, _ROW, "grid" if tick else "zero") for tick in scale.ticks
    ]
    if point.interval is not None:
        low, high = (_percent(scale.at(end)) for end in point.interval)
        marks.append(_line(low, middle, middle, f"whisker {point.tone}", x2=high))
    at = _percent(scale.at(point.value))
    dot = node("circle", class_=f"dot {point.tone}".strip(), cx=at, cy=str(middle), r="4.5")
    return _row(point, node("svg", *marks, dot, width="100%", height=str(_ROW)))


def _numbers(scale: Scale) -> Element:
    """The scale's numbers, as a last row."""
    named = [_text(_percent(scale.at(tick)), scale.name(tick)) for tick in scale.ticks]
    drawn = node("svg", *named, class_="scale", width="100%", height=str(_ROW))
    return node("div", node("span"), drawn, node("span"), class_="row")


def _bar(bar: Bar, most: float, lines: Sequence[tuple[str, str]]) -> Element:
    drawn = []
    if bar.behind is not None:
        drawn.append(_block("behind", bar.behind / most, _ROW - 6))
    drawn.append(_block("bar", bar.value / most, _ROW - (12 if drawn else 6)))
    drawn += [_line(at, 0, _ROW, name) for at, name in lines]
    return _row(bar, node("svg", *drawn, width="100%", height=str(_ROW)))


def _block(name: str, share: float, height: int) -> Element:
    """A bar from the left, in the middle of its row."""
    place = {"x": "0", "y": f"{(_ROW - height) / 2:g}"}
    width = _percent(100 * min(share, 1.0))
    return node("rect", class_=name, width=width, height=str(height), **place)


def _row(one: Point | Bar, drawn: Element) -> Element:
    drawn.set("role", "img")
    drawn.set("aria-label", shown(f"{one.label}: {one.note}"))
    return node(
        "div",
        node("span", one.label, class_="label"),
        drawn,
        node("span", one.note, class_="note"),
        class_="row",
    )


def _text(x: str, text: str) -> Element:
    return node("text", text, x=x, y="15")


def _line(x1: str, y1: float, y2: float, name: str, *, x2: str = "") -> Element:
    ends = {"x1": x1, "x2": x2 or x1, "y1": f"{y1:g}", "y2": f"{y2:g}"}
    return node("line", class_=name.strip(), **ends)


def _percent(value: float) -> str:
    return f"{value:.2f}%"
