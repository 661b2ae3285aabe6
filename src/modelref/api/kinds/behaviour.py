"""Behaviour, told: whose lists change, and how."""

from collections.abc import Sequence
from typing import Any

from modelref.api.kinds.section import Section
from modelref.api.kinds.segments import FEW_USERS
from modelref.api.numbers import signed
from modelref.domain.diff.behaviour import BehaviourDiff
from modelref.domain.diff.examples import Example
from modelref.domain.diff.listpairs import SegmentBehaviour
from modelref.domain.diff.metrics import ALPHA
from modelref.domain.diff.shown import Shift, Shown
from modelref.usecases.compare import ModelDiff

_FEW = 5
_BAR = 20
HISTOGRAM = "histogram"
"""Name of the section that draws one."""
BLOCKS = " ▏▎▍▌▋▊▉█"
"""Of what bars are made: from none to all of a character."""


def behaviour_sections(diff: ModelDiff) -> list[Section]:
    """How alike the lists are, how many users keep how much, and for whom they change."""
    found = diff.behaviour
    if found is None:
        return []
    if not found:
        nothing = f"No list of the panel's {found.users:,} users differs."
        return [Section(nothing=nothing)]
    sections = [_summary(found), _histogram(found), _shifts(found), _segments(found)]
    return [section for section in sections if section.rows]


def example_sections(diff: ModelDiff) -> list[Section]:
    """The users whose lists change most: both lists side by side."""
    found = diff.behaviour.examples if diff.behaviour else ()
    return [_example(number, one) for number, one in enumerate(found, start=1)]


def behaviour_shape(diff: ModelDiff) -> dict[str, Any] | None:
    """``behaviour`` of ``diff --json``; null where it is not known."""
    found = diff.behaviour
    if found is None:
        return None
    return {
        "k": found.k,
        "k_from": found.lengths[0],
        "k_to": found.lengths[1],
        "users": found.users,
        "only_from": found.only_before,
        "only_to": found.only_after,
        "overlap": found.overlap,
        "kept": found.kept,
        "jaccard": found.jaccard,
        "rbo": found.rbo,
        "tau": found.tau,
        "top1_changed": found.top1_changed,
        "floor": found.floor,
        **_shown_shape(found.shown),
        "items": found.items,
        "histogram": list(found.histogram),
        "segments": [
            {
                "column": one.column,
                "segment": one.segment,
                "users": one.users,
                "overlap": one.overlap,
                "jaccard": one.jaccard,
                "rbo": one.rbo,
                "tau": one.tau,
                "top1_changed": one.top1_changed,
                **_shown_shape(one.shown),
                "p_value": one.p_value,
            }
            for one in found.segments
        ],
        "examples": [
            {
                "description": one.description,
                "from": list(one.before),
                "to": list(one.after),
                "overlap": one.overlap,
            }
            for one in found.examples
        ],
    }


def bar(share: float, width: int = _BAR) -> str:
    """A bar of block characters, as long as a share of 0 to 1 of a width."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, part = divmod(eighths, 8)
    return "█" * full + (BLOCKS[part] if part else "")


def _shown_shape(shown: Shown) -> dict[str, Any]:
    return {
        "coverage": _shift_shape(shown.coverage),
        "novelty": _shift_shape(shown.novelty) if shown.novelty else None,
        "categories": [
            {"category": one.category, **_shift_shape(one.share), "change": one.share.change}
            for one in shown.categories
        ],
    }


def _shift_shape(shift: Shift) -> dict[str, float]:
    return {"from": shift.before, "to": shift.after}


def _summary(found: BehaviourDiff) -> Section:
    rows = [
        [f"items that stay, of {found.k}", percent(found.overlap), _floor(found)],
        ["rank-biased overlap (p 0.9)", f"{found.rbo:.3f}", ""],
        ["Jaccard index", f"{found.jaccard:.3f}", ""],
        ["order kept (Kendall's tau)", _number(found.tau), ""],
        ["users whose first item is another", percent(found.top1_changed), ""],
    ]
    notes = [f"{found.users:,} users of the panel; no id of a user is shown"]
    notes += not_compared(found)
    return Section(("Lists of the panel", "", ""), rows, numbers=(1,), notes=tuple(notes))


def not_compared(found: BehaviourDiff) -> list[str]:
    """Users and ranks of one side alone, and what that leaves of the first side's lists."""
    told = []
    if found.only_before or found.only_after:
        told.append(
            f"not compared: {found.only_before:,} users that only the first version has lists for, "
            f"{found.only_after:,} that only the second has"
        )
    before, after = found.lengths
    if before != after:
        told.append(f"lists of {before:,} and of {after:,} items: compared are the first {found.k}")
    if found.only_before or after < before:
        told.append(f"of all that the first version lists, {percent(found.kept)} stays")
    return told


def _floor(found: BehaviourDiff) -> str:
    if found.floor is None:
        return ""
    return f"with nothing but another seed: {percent(found.floor)}"


def _histogram(found: BehaviourDiff) -> Section:
    most = max(found.histogram)
    step = max(1, (len(found.histogram) + _FEW) // (2 * _FEW))
    rows = []
    for low in range(0, len(found.histogram), step):
        counts = found.histogram[low : low + step]
        high = low + len(counts) - 1
        users = sum(counts)
        name = f"{low}" if low == high else f"{low}-{high}"
        rows.append([name, f"{users:,}", bar(users / max(found.users, most))])
    return Section(("Items kept", "Users", ""), rows, numbers=(0, 1), name=HISTOGRAM)


def _shifts(found: BehaviourDiff) -> Section:
    shown = found.shown
    rows = [["different items shown", *_before_after(shown.coverage, "{:,.0f}", 0)]]
    if shown.novelty:
        rows.append(["novelty, bits", *_before_after(shown.novelty, "{:.2f}", 2)])
    rows += [[f"share of {one.category}", *_shares(one.share)] for one in shown.categories[:_FEW]]
    return Section(("What is shown", "From", "To", "Change"), rows, numbers=(1, 2, 3))


def _segments(found: BehaviourDiff) -> Section:
    rows = [
        [
            f"{one.column}: {one.segment}",
            f"{one.users:,}",
            percent(one.overlap),
            f"{one.rbo:.3f}",
            percent(one.top1_changed),
            stands(found, one),
        ]
        for one in found.segments[: 2 * _FEW]
    ]
    more = len(found.segments) - len(rows)
    left = f"; {more} more segments keep more: --json has all" if more > 0 else ""
    note = (
        f"less, more: than as many users of the panel drawn at random keep "
        f"(Holm over {len(found.segments)} segments){left}"
    )
    head = ("Lists of", "Users", "Kept", "RBO", "First new", "")
    return Section(head, rows, numbers=(1, 2, 3, 4), notes=(note,))


def stands(found: BehaviourDiff, one: SegmentBehaviour) -> str:
    """Whether a segment keeps ``less`` or ``more`` than the panel; empty where chance gives that.

    Segments of a few users are never said to: their p-values are rough.
    """
    if one.users < FEW_USERS or not one.p_value < ALPHA:
        return ""
    return "less" if one.overlap < found.overlap else "more"


def _example(number: int, one: Example) -> Section:
    length = max(len(one.before), len(one.after))
    rows = [
        [str(at + 1), _name(one.before, at, one.after), _name(one.after, at, one.before)]
        for at in range(length)
    ]
    title = f"Example {number}: {one.description}; {percent(one.overlap)} of the items stay"
    return Section(("", "From", "To"), rows, title=title, numbers=(0,))


def _name(items: Sequence[str], at: int, others: Sequence[str]) -> str:
    """An item's name; marked where the other list has none like it."""
    if at >= len(items):
        return ""
    return items[at] if items[at] in others else f"* {items[at]}"


def _before_after(shift: Shift, form: str, digits: int) -> list[str]:
    change = round(shift.change, digits)
    return [form.format(shift.before), form.format(shift.after), signed(change or 0)]


def _shares(shift: Shift) -> list[str]:
    return [
        percent(shift.before),
        percent(shift.after),
        f"{100 * shift.change:+.1f} points",
    ]


def percent(share: float) -> str:
    """A share of 0 to 1 as a percentage."""
    return f"{100 * share:.1f} %"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"
