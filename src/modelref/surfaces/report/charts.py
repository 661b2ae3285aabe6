"""Plots as SVG: places in percent of the width, so that texts stay as large on a phone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from modelref.surfaces.report.nodes import node, shown

_ROW = 22
_BARS = 96


@dataclass(frozen=True, slots=True)
class Point:
    """A change, with its interval where one is known.

    Attributes:
        label: whose.
        note: what is said at the end of the row.
        value: the change.
        interval: its bounds, or None.
        tone: ``better``, ``worse`` or ``""``.
    """

    label: str
    note: str
    value: float
    interval: tuple[float, float] | None = None
    tone: str = ""


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


def intervals(points: Sequence[Point]) -> Element:
    """Changes about zero, one a row, all on one scale."""
    most = max((abs(end) for point in points for end in _ends(point)), default=0) or 1.0

    def at(value: float) -> str:
        return _percent(50 + 48 * value / most)

    return node("div", *(_interval(point, at) for point in points), class_="chart")


def bars(rows: Sequence[Bar], most: float | None = None) -> Element:
    """Amounts from zero, one a row, all on one scale.

    Args:
        rows: the amounts.
        most: the end of the scale; the largest amount unless given.
    """
    end = most or max((max(bar.value, bar.behind or 0) for bar in rows), default=0) or 1.0
    return node("div", *(_bar(bar, end) for bar in rows), class_="chart")


def histogram(counts: Sequence[int], marks: Sequence[tuple[float, str]]) -> Element:
    """Columns for 0, 1, 2, …, with lines at some places.

    Args:
        counts: heights.
        marks: place between 0 and the last number, and the line's class.
    """
    most, width = max(max(counts, default=0), 1), 100 / max(len(counts), 1)
    columns = [
        node(
            "rect",
            node("title", f"{number}: {count:,}"),
            class_="column",
            x=_percent(number * width + 0.1 * width),
            width=_percent(0.8 * width),
            y=f"{_BARS * (1 - count / most):.1f}",
            height=f"{_BARS * count / most:.1f}",
        )
        for number, count in enumerate(counts)
    ]
    lines = [
        _line(_percent((place + 0.5) * width), _percent((place + 0.5) * width), 0, _BARS, name)
        for place, name in marks
    ]
    drawn = node("svg", *columns, *lines, class_="histogram", width="100%", height=str(_BARS))
    last = str(len(counts) - 1)
    axis = node("div", node("span", "0"), node("span", last), class_="axis")
    return node("div", drawn, axis)


def _interval(point: Point, at: Callable[[float], str]) -> Element:
    middle = _ROW / 2
    marks = [_line("50%", "50%", 0, _ROW, "zero")]
    if point.interval is not None:
        low, high = point.interval
        marks.append(_line(at(low), at(high), middle, middle, f"whisker {point.tone}"))
    dot = node("circle", class_=f"dot {point.tone}", cx=at(point.value), cy=str(middle), r="4.5")
    return _row(point.label, node("svg", *marks, dot, width="100%", height=str(_ROW)), point.note)


def _bar(bar: Bar, most: float) -> Element:
    drawn = []
    if bar.behind is not None:
        drawn.append(_block("behind", bar.behind / most, _ROW - 6))
    drawn.append(_block("bar", bar.value / most, _ROW - (12 if drawn else 6)))
    return _row(bar.label, node("svg", *drawn, width="100%", height=str(_ROW)), bar.note)


def _block(name: str, share: float, height: int) -> Element:
    """A bar from the left, in the middle of its row."""
    place = {"x": "0", "y": f"{(_ROW - height) / 2:g}"}
    width = _percent(100 * min(share, 1.0))
    return node("rect", class_=name, width=width, height=str(height), **place)


def _row(label: str, drawn: Element, note: str) -> Element:
    drawn.set("role", "img")
    drawn.set("aria-label", shown(f"{label}: {note}"))
    return node(
        "div",
        node("span", label, class_="label"),
        drawn,
        node("span", note, class_="note"),
        class_="row",
    )


def _line(x1: str, x2: str, y1: float, y2: float, name: str) -> Element:
    return node("line", class_=name.strip(), x1=x1, x2=x2, y1=f"{y1:g}", y2=f"{y2:g}")


def _ends(point: Point) -> tuple[float, ...]:
    return (point.value, *(point.interval or ()))


def _percent(value: float) -> str:
    return f"{value:.2f}%"
