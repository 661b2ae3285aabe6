"""The algebra of gates: stricter never passes more, evidence comes back, its digest is steady."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelref.domain.branch import Branch
from modelref.domain.diff.metrics import Paired, SegmentChange
from modelref.domain.gates.checks.bounds import Bounds
from modelref.domain.gates.checks.files import FiniteWeights, SizeBudget
from modelref.domain.gates.checks.lists import Coverage, Overlap
from modelref.domain.gates.checks.margin import Margin
from modelref.domain.gates.checks.noninferior import NotWorse, SegmentsNotWorse
from modelref.domain.gates.checks.passage import Approvals, From, SignedRegistration
from modelref.domain.gates.measured import Holding, KeptLists, Lists
from modelref.domain.gates.parse import parse_rule
from modelref.domain.gates.recorded.evidence import contradictions, evidence_of, read_evidence
from modelref.domain.gates.rule import Check, Rule
from modelref.domain.gates.verdict import Verdict, decide
from modelref.domain.marked import marked
from modelref.domain.names import Artifact, StageName
from modelref.domain.quantities import (
    Amount,
    duration,
    parse_bytes,
    parse_duration,
    parse_share,
)
from modelref.errors import BadInput
from modelref.usecases.digest import canonical, evidence_digest
from support.gates import PROD, Seen

_REAL = st.floats(-1e6, 1e6)
_ANY = st.floats() | st.integers(-(10**40), 10**40)
_SHARE = st.floats(0, 1)
_AMOUNTS = st.builds(Amount, st.floats(0, 99.9), st.booleans())
_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9
)
_MARGINS = st.builds(
    Margin,
    _WORDS,
    st.just(PROD),
    _AMOUNTS,
    st.sampled_from(["higher", "lower"]),
    st.sampled_from(["unless-shown", "if-shown"]),
)
_CHECKS: st.SearchStrategy[Check] = st.one_of(
    st.builds(Bounds, _WORDS, _REAL, st.none()),
    st.builds(Bounds, _WORDS, st.none(), _REAL),
    st.builds(Bounds, _WORDS, st.floats(-9, 0), st.floats(0, 9)),
    st.builds(NotWorse, _MARGINS),
    st.builds(SegmentsNotWorse, _MARGINS, st.integers(10, 10**6)),
    st.builds(Overlap, st.just(PROD), _SHARE),
    st.builds(Coverage, _SHARE),
    st.just(FiniteWeights()),
    st.builds(SizeBudget, st.integers(0, 2**53 - 1), st.none()),
    st.builds(SizeBudget, st.builds(Amount, st.floats(0, 1e6), st.just(True)), st.just(PROD)),
    st.builds(From, st.just(StageName("staging")), st.integers(0, 10**7)),
    st.builds(Approvals, st.integers(1, 20)),
    st.just(SignedRegistration()),
)
_RULES = st.builds(Rule, _CHECKS, _WORDS | st.just(""), st.lists(_WORDS, max_size=2).map(tuple))
_PAIRED = st.builds(
    Paired, st.integers(0, 10**6), _REAL, _REAL, _ANY, st.tuples(_ANY, _ANY), _SHARE
)


@st.composite
def seen(draw: st.DrawFn) -> Seen:
    """Anything that may be measured, NaN and missing values included."""
    one = draw(_PAIRED | st.none())
    parts = draw(st.lists(st.builds(SegmentChange, _WORDS, st.text(max_size=9), _PAIRED)))
    count = st.integers(0, 100)
    kept = st.none() | st.builds(KeptLists, count, count, count, count, st.floats())
    lists = st.none() | st.builds(Lists, st.integers(1, 100), st.floats())
    found = _Everything(
        held=draw(st.sampled_from([{}, {"prod": "v1.0.0"}])),
        nothing_differs=draw(st.booleans()),
        overlapping=draw(kept),
        covering=draw(lists),
        bytes=draw(st.integers(0, 10**12) | st.none()),
        bytes_before=draw(st.integers(0, 10**12) | st.none()),
        spoilt=draw(st.integers(0, 10**9) | st.none()),
        holds={"staging": Holding("v1.1.0", draw(st.booleans()), draw(st.integers(0, 10**8)))},
        approved_by=draw(st.lists(_WORDS, max_size=3)),
        signed_by=draw(st.text(max_size=9) | st.none()),
    )
    found.one, found.value, found.some = one, draw(_ANY | st.none()), parts
    return found


class _Everything(Seen):
    """The same figures, whatever metric is asked for."""

    one: Paired | None
    value: float | None
    some: list[SegmentChange]

    def metric(self, metric: str) -> float | None:
        return self.value

    def paired(self, metric: str, stage: StageName) -> Paired:
        return self.one or super().paired(metric, stage)

    def segments(self, metric: str, stage: StageName) -> list[SegmentChange]:
        return self.some


def verdict(rules: list[Rule], measured: Seen) -> Verdict:
    return Verdict(
        Artifact.parse("rec"),
        "v1.1.0",
        "c" * 40,
        PROD,
        measured.against(PROD),
        1_700_000_000,
        Branch("origin/main", "b" * 40),
        decide(rules, measured),
    )


@given(_RULES)
def test_a_rule_reads_back_as_it_was_written(rule: Rule) -> None:
    assert parse_rule(marked(json.loads(canonical(dict(rule.spec()))), "x")) == rule


@given(st.lists(_RULES, max_size=4), seen())
def test_evidence_comes_back_and_its_digest_is_steady(rules: list[Rule], measured: Seen) -> None:
    found = verdict(rules, measured)
    text = canonical(evidence_of(found))
    assert "\n" not in text
    kept = read_evidence(json.loads(text))
    assert [one.rule for one in kept.kept] == rules
    assert list(contradictions(kept, found.word)) == []
    assert canonical(json.loads(text, parse_int=float)) == text
    assert evidence_digest(text) == evidence_digest(canonical(evidence_of(found)))


@given(_RULES, seen())
def test_a_failed_rule_cannot_be_called_passed(rule: Rule, measured: Seen) -> None:
    found = verdict([rule], measured)
    plain = evidence_of(found)
    plain["rules"][0]["passed"] = not found.passed
    assert list(contradictions(read_evidence(plain), found.word))
    other = "passed" if found.word == "forced" else "forced"
    assert list(contradictions(read_evidence(evidence_of(found)), other))


@given(_ANY, _REAL, st.floats(0, 1e6))
def test_a_tighter_bound_never_passes_more(value: float, bound: float, step: float) -> None:
    measured = Seen(values={"x": value})
    for loose, tight in (
        (Bounds("x", bound, None), Bounds("x", bound + step, None)),
        (Bounds("x", None, bound), Bounds("x", None, bound - step)),
    ):
        assert passes(loose, measured) or not passes(tight, measured)


@given(_MARGINS, st.floats(0, 1), seen())
def test_a_narrower_margin_never_passes_more(margin: Margin, part: float, measured: Seen) -> None:
    by = Amount(margin.by.number * part, margin.by.percent)
    tight = Margin(margin.metric, margin.stage, by, margin.better, margin.fail)
    strict = Margin(margin.metric, margin.stage, margin.by, margin.better, "unless-shown")
    assert passes(NotWorse(margin), measured) or not passes(NotWorse(tight), measured)
    assert passes(NotWorse(margin), measured) or not passes(NotWorse(strict), measured)
    wide, narrow = SegmentsNotWorse(margin, 10), SegmentsNotWorse(tight, 10)
    assert passes(wide, measured) or not passes(narrow, measured)


@given(_SHARE, _SHARE, seen())
def test_a_higher_floor_never_passes_more(one: float, other: float, measured: Seen) -> None:
    low, high = sorted((one, other))
    assert passes(Overlap(PROD, low), measured) or not passes(Overlap(PROD, high), measured)
    assert passes(Coverage(low), measured) or not passes(Coverage(high), measured)


@given(st.integers(0, 10**12), st.integers(0, 10**12), seen())
def test_a_smaller_budget_never_passes_more(one: int, other: int, measured: Seen) -> None:
    low, high = sorted((one, other))
    assert passes(SizeBudget(high, None), measured) or not passes(SizeBudget(low, None), measured)


@given(st.integers(0, 10**8), st.integers(0, 10**8), seen())
def test_a_longer_time_never_passes_more(one: int, other: int, measured: Seen) -> None:
    low, high = sorted((one, other))
    staging = StageName("staging")
    assert passes(From(staging, low), measured) or not passes(From(staging, high), measured)


def passes(check: Check, measured: Seen) -> bool:
    """Whether a rule is known to hold."""
    (only,) = decide([Rule(check)], measured)
    return only.passed is True


@given(st.integers(0, 10**9), _AMOUNTS, st.integers(0, 2**53 - 1))
def test_quantities_read_back(seconds: int, amount: Amount, size: int) -> None:
    assert parse_duration(duration(seconds)) == seconds
    assert Amount.parse(amount.plain()) == amount
    assert parse_bytes(size) == size


@pytest.mark.parametrize(
    ("text", "size"), [("2 GB", 2 * 10**9), ("1.5GiB", 3 * 2**29), ("0 B", 0), ("500 kB", 500_000)]
)
def test_sizes_are_read(text: str, size: int) -> None:
    assert parse_bytes(text) == size


@pytest.mark.parametrize("value", ["1e400%", "60", "-1%", None, True, "\u0661%", [1], float("inf")])
def test_what_is_no_share_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"is|must"):
        parse_share(value)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
)


@given(_JSON)
def test_anything_else_is_no_evidence(value: object) -> None:
    with pytest.raises(BadInput):
        read_evidence(value)


@given(st.lists(_RULES, min_size=1, max_size=2), seen(), st.data())
def test_damaged_evidence_is_refused_or_contradicted(
    rules: list[Rule], measured: Seen, data: st.DataObject
) -> None:
    """Whatever stands in the place of a fact: an error of ours, a finding, or a sound verdict."""
    plain = evidence_of(verdict(rules, measured))
    facts = plain["rules"][0]["observed"]
    facts[data.draw(st.sampled_from([*facts, "against"]))] = data.draw(_JSON)
    try:
        found = list(contradictions(read_evidence(plain), "passed"))
    except BadInput:
        return
    assert all(isinstance(what, str) for what in found)
