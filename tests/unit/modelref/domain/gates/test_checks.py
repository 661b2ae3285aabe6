"""Each rule's known answers: what it lets pass, what it stops, and what it says."""

import math
from dataclasses import replace

import pytest

from modelref.domain.diff.metrics import Paired
from modelref.domain.gates.measured import Holding, KeptLists, Lists
from support.gates import Seen, outcome, paired, rule, segment

NDCG = "all.ndcg@20"


@pytest.mark.parametrize(
    ("limits", "value", "passed"),
    [
        ("min: 0.3", 0.3, True),
        ("min: 0.3", 0.29999, False),
        ("max: 50", 50, True),
        ("max: 50", 50.1, False),
        ("min: 1, max: 2", 1.5, True),
        ("min: 1, max: 2", 2.5, False),
        ("min: 0", math.nan, False),
        ("max: 1", math.nan, False),
        ("min: 0", math.inf, True),
        ("max: 9", math.inf, False),
        ("min: 0", 10**30, True),
    ],
)
def test_bounds_of_a_metric(limits: str, value: float, passed: bool) -> None:
    seen = Seen(values={"latency_ms": value})
    assert outcome(f"{{metric: latency_ms, {limits}}}", seen).passed is passed


def test_a_bound_says_value_and_limit() -> None:
    found = outcome(f"{{metric: {NDCG}, min: 0.35, why: A/B}}", Seen(values={NDCG: 0.3}))
    assert str(found.rule.check) == "all.ndcg@20 at least 0.35"
    assert (found.observed, found.limit, found.rule.why) == ("0.3", "at least 0.35", "A/B")


@pytest.mark.parametrize("value", ["fast", True, None, [1.0]])
def test_what_is_no_number_is_within_no_bound(value: object) -> None:
    seen = Seen(values={"x_loss": value})  # type: ignore[dict-item]  # some are no value at all
    assert outcome("{metric: x_loss, max: 1}", seen).passed is None


# 1 % of .35 is .0035: what counts is the lower bound of the interval, change - half.
@pytest.mark.parametrize(
    ("change", "half", "passed"),
    [
        (0.0, 0.0034, True),
        (0.0, 0.0036, False),
        (-0.002, 0.001, True),
        (-0.002, 0.002, False),
        (0.01, 0.013, True),
        (0.01, 0.0136, False),
        (-0.0036, 0.0, False),
    ],
)
def test_not_worse_by_one_per_cent(change: float, half: float, passed: bool) -> None:
    seen = Seen(changes={NDCG: paired(change, half)})
    found = outcome(f"{{metric: {NDCG}, not_worse_than: prod, by: 1%}}", seen)
    assert found.passed is passed
    assert found.limit == "-0.0035 (1% of 0.35)"


def test_not_worse_says_the_interval_and_what_to_look_at() -> None:
    seen = Seen(changes={NDCG: paired(-0.001, 0.004)})
    found = outcome(f"{{metric: {NDCG}, not_worse_than: prod, by: 0.002}}", seen)
    assert str(found.rule.check) == "all.ndcg@20 not worse than prod by more than 0.002"
    assert found.observed == "-0.001 [-0.005, +0.003] from v1.0.0, on 2,000 users"
    assert found.limit == "-0.002"
    assert "its interval is not: more users, or a wider limit" in found.look
    seen.changes[NDCG] = paired(-0.003, 0.0005)
    found = outcome(f"{{metric: {NDCG}, not_worse_than: prod, by: 0.002}}", seen)
    assert "modelref diff says what changed" in found.look


@pytest.mark.parametrize(
    ("change", "half", "passed"),
    [(0.0, 0.5, True), (-0.002, 0.001, True), (-0.0046, 0.001, False), (-0.0044, 0.001, True)],
)
def test_if_shown_fails_only_where_the_whole_interval_is_beyond(
    change: float, half: float, passed: bool
) -> None:
    seen = Seen(changes={NDCG: paired(change, half)})
    text = f"{{metric: {NDCG}, not_worse_than: prod, by: 1%, fail: if-shown}}"
    assert outcome(text, seen).passed is passed


@pytest.mark.parametrize(
    ("metric", "better"), [("val_loss", ""), ("strange", ", better: lower"), ("rmse", "")]
)
def test_of_a_loss_up_is_worse(metric: str, better: str) -> None:
    text = f"{{metric: {metric}, not_worse_than: prod, by: 2%{better}}}"
    for change, passed in ((0.006, True), (0.0071, False), (-0.5, True)):
        seen = Seen(changes={metric: paired(change, 0.0)})
        found = outcome(text, seen)
        assert found.passed is passed
    assert found.limit == "+0.007 (2% of 0.35)"


def test_an_interval_that_is_none_passes_nothing() -> None:
    for change, half in ((math.nan, 0.0), (0.0, math.nan), (0.0, -1.0)):
        seen = Seen(changes={NDCG: paired(change, half)})
        for fail in ("unless-shown", "if-shown"):
            text = f"{{metric: {NDCG}, not_worse_than: prod, by: 1%, fail: {fail}}}"
            assert outcome(text, seen).passed is False


def test_an_interval_of_no_width_need_not_hold_the_change_to_the_last_digit() -> None:
    """Every user changed by the same: sums made in another order differ by a rounding."""
    seen = Seen(changes={NDCG: replace(paired(-0.001, 0.0), change=-0.0010000000000001)})
    assert outcome(f"{{metric: {NDCG}, not_worse_than: prod, by: 1%}}", seen).passed


COMPARING = [
    f"{{metric: {NDCG}, not_worse_than: prod, by: 1%}}",
    f"{{segments_of: {NDCG}, not_worse_than: prod, by: 3%}}",
    "{overlap_with: prod, min: 60%}",
    "{size_of: model, max: 150%, compared_with: prod}",
]


@pytest.mark.parametrize("text", COMPARING)
def test_a_first_version_has_nothing_to_compare_with(text: str) -> None:
    found = outcome(text, Seen(held={}))
    assert (found.passed, found.observed) == (True, "nothing to compare with")
    assert found.facts == {"against": None}


@pytest.mark.parametrize("text", COMPARING)
def test_what_cannot_be_computed_never_passes(text: str) -> None:
    found = outcome(text, Seen())
    assert found.passed is None
    assert "is not known" in found.observed


@pytest.mark.parametrize("text", COMPARING[:2])
def test_a_version_is_not_worse_than_its_own_files(text: str) -> None:
    found = outcome(text, Seen(nothing_differs=True))
    assert (found.passed, found.observed) == (True, "nothing differs")


SEGMENTS = f"{{segments_of: {NDCG}, at_least: 100, not_worse_than: prod, by: 3%}}"  # .0105


def test_the_worst_segment_of_enough_users_decides() -> None:
    seen = Seen(
        parts={
            NDCG: [
                segment("rich", 0.02, 0.01, 400),
                segment("poor", -0.004, 0.006, 300),
                segment("few", -0.3, 0.1, 99),
            ]
        }
    )
    found = outcome(SEGMENTS, seen)
    assert found.passed
    assert found.observed == (
        "-0.004 [-0.01, +0.002] from v1.0.0, on 300 users of income=poor, the worst of 2 segments"
        "; 1 of fewer than 100 users not looked at: income=few (99)"
    )
    assert (found.facts["segments"], found.facts["left_out"]) == (2, 1)
    seen.parts[NDCG].append(segment("old", 0.0, 0.011, 100))
    found = outcome(SEGMENTS, seen)
    assert not found.passed
    assert "income=old" in found.observed
    seen.parts[NDCG].append(segment("nan", math.nan, 0.0, 100))
    found = outcome(SEGMENTS, seen)
    assert not found.passed
    assert "income=nan" in found.observed


def test_a_segment_that_hardly_a_user_is_left_in_is_named_too() -> None:
    moved = segment("moved", -0.3, 0.1, 60)
    moved = replace(moved, paired=replace(moved.paired, of=130))
    seen = Seen(
        parts={NDCG: [segment("rich", 0.02, 0.01, 400), moved]},
        many={("income", "moved"): 130, ("income", "gone"): 1_100, ("income", "small"): 99},
    )
    found = outcome(SEGMENTS, seen)
    assert found.passed
    assert found.observed.endswith(
        "the worst of 1 segments; 2 of fewer than 100 users not looked at: "
        "income=gone (few of 1,100), income=moved (60 of 130)"
    )
    assert found.facts["left_out"] == 2


def test_many_segments_that_are_left_out_are_cut_between_two() -> None:
    few = [segment(f"between {low}-{low + 9} thousand", 0.0, 0.0, 99) for low in range(10, 100, 10)]
    found = outcome(SEGMENTS, Seen(parts={NDCG: [segment("rich", 0.02, 0.01, 400), *few]}))
    assert len(str(found.facts["smaller"])) == 120, "as evidence has always kept it"
    assert found.observed.endswith(
        "; 9 of fewer than 100 users not looked at: income=between 10-19 thousand (99), "
        "income=between 20-29 thousand (99), income=between 30-39 thousand (99) and 6 more"
    )
    one = segment("x" * 200, 0.0, 0.0, 99)
    found = outcome(SEGMENTS, Seen(parts={NDCG: [segment("rich", 0.02, 0.01, 400), one]}))
    assert found.observed.endswith(f"not looked at: income={'x' * 113}…")


def test_a_change_of_fewer_users_than_a_version_has_says_so() -> None:
    change = Paired(270, 0.35, 0.35, 0.0, (-0.001, 0.001), 1.0, of=300)
    found = outcome(COMPARING[0], Seen(changes={NDCG: change}))
    assert "on 270 of 300 users" in found.observed


def test_without_a_segment_of_enough_users_nothing_is_shown() -> None:
    found = outcome(SEGMENTS, Seen(parts={NDCG: [segment("few", 0.0, 0.0, 60)]}))
    assert found.passed is None
    assert "no segment of all.ndcg@20 has 100 users (the largest has 60)" in found.observed


def test_a_segments_name_cannot_break_the_message() -> None:
    hostile = segment("a\n\nModelref-Verdict: passed\x1b[2J\u2028\ud800", 0.0, 0.0, 200)
    found = outcome(SEGMENTS, Seen(parts={NDCG: [hostile]}))
    assert str(found.facts["worst"]).isprintable()


@pytest.mark.parametrize(("share", "passed"), [(0.6, True), (0.59, False), (math.nan, False)])
def test_overlap_has_a_floor(share: float, passed: bool) -> None:
    seen = Seen(overlapping=KeptLists(20, 20, 2400, 0, share))
    found = outcome("{overlap_with: prod, min: 60%}", seen)
    assert found.passed is passed
    assert found.limit == "at least 60.0%"
    assert found.observed == f"{share:.1%} of 20 for 2,400 users"
    assert found.facts["users"] == 2400


def test_overlap_tells_of_users_and_ranks_that_are_gone() -> None:
    found = outcome(
        "{overlap_with: prod, min: 60%}", Seen(overlapping=KeptLists(20, 5, 40, 39, 0.00625))
    )
    assert found.passed is False
    assert found.observed == (
        "0.6% of 20 for 40 users, 39 of whom have no list now; lists now end at 5"
    )
    assert found.look.startswith("write the panel for the same users and ranks as the version")
    assert (found.facts["left_out"], found.facts["k_now"]) == (39, 5)


def test_overlap_is_read_from_evidence_of_before_it_told_of_users() -> None:
    judged = rule("{overlap_with: prod, min: 60%}").check.judge(
        {"against": "v1.0.0", "k": 20, "overlap": 0.7}
    )
    assert (judged.passed, judged.observed) == (True, "70.0% of 20")


@pytest.mark.parametrize(("share", "passed"), [(0.1, True), (0.0999, False)])
def test_coverage_has_a_floor(share: float, passed: bool) -> None:
    found = outcome("{coverage_of: panel, min: 0.1}", Seen(covering=Lists(20, share)))
    assert found.passed is passed


@pytest.mark.parametrize(("spoilt", "passed"), [(0, True), (1, False), (10**12, False)])
def test_weights_are_finite(spoilt: int, passed: bool) -> None:
    found = outcome("{weights: finite}", Seen(spoilt=spoilt))
    assert found.passed is passed
    assert found.observed == f"{spoilt:,} NaN or infinite"


def test_size_has_a_budget() -> None:
    text = "{size_of: model, max: 2 GB}"
    assert outcome(text, Seen(bytes=2_000_000_000)).passed
    found = outcome(text, Seen(bytes=2_000_000_001))
    assert not found.passed
    assert (found.observed, found.limit) == ("2.0 GB", "at most 2.0 GB")


def test_size_may_grow_by_half() -> None:
    text = "{size_of: model, max: 150%, compared_with: prod}"
    assert outcome(text, Seen(bytes=150, bytes_before=100)).passed
    found = outcome(text, Seen(bytes=151, bytes_before=100))
    assert (found.passed, found.limit) == (False, "at most 150% of 100 B")


def test_a_version_comes_from_another_stage_after_its_time_there() -> None:
    text = "{from: staging, held: 24h}"
    day = 86_400
    for held, passed in ((day, True), (day - 1, False)):
        seen = Seen(holds={"staging": Holding("v1.1.0", same=True, seconds=held)})
        assert outcome(text, seen).passed is passed
    found = outcome(text, seen)
    assert (found.observed, found.look) == ("in staging for 23h", "wait for 1s more")
    found = outcome(text, Seen(holds={"staging": Holding("v9.0.0", same=False, seconds=day)}))
    assert (found.passed, found.observed) == (False, "staging holds v9.0.0")
    assert outcome(text, Seen()).observed == "staging holds nothing"
    seen = Seen(holds={"staging": Holding("v1.1.0", same=True, seconds=0)})
    assert outcome("{from: staging}", seen).passed


def test_one_person_approves_once() -> None:
    text = "{approvals: 2}"
    assert outcome(text, Seen(approved_by=["ada", "bob"])).passed
    found = outcome(text, Seen(approved_by=["ada", "ada"]))
    assert (found.passed, found.observed, found.limit) == (False, "1 by others", "at least 2")


def test_a_registration_is_signed() -> None:
    text = "{signature_of: registration}"
    assert outcome(text, Seen(signed_by="ada@example.com")).observed == "signed by ada@example.com"
    assert outcome(text, Seen()).passed is False


def test_one_rule_that_cannot_be_computed_keeps_no_other_back() -> None:
    assert outcome("{weights: finite}", Seen()).passed is None
    assert outcome("{size_of: model, max: 1 kB}", Seen(bytes=1)).passed
