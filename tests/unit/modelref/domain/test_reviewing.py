"""What a review concludes from metrics and from rules."""

import pytest

from modelref.domain.branch import Branch
from modelref.domain.diff.metrics import MetricChange, Outcome, Paired
from modelref.domain.gates.checks.bounds import Bounds
from modelref.domain.gates.checks.passage import From
from modelref.domain.gates.rule import Check, Rule
from modelref.domain.gates.verdict import Outcome as RuleOutcome
from modelref.domain.gates.verdict import Verdict
from modelref.domain.names import Artifact, StageName
from modelref.domain.reviewing import Quality, Shipping, judge_quality, judge_shipping

PAIRED = Paired(100, 0.1, 0.2, 0.1, (0.05, 0.15), 0.001)


def change(outcome: Outcome | None, paired: Paired | None = None) -> MetricChange:
    return MetricChange("m.json", "m", 0.1, 0.2, 0.1, None, outcome, paired)


@pytest.mark.parametrize(
    ("outcomes", "quality"),
    [
        ([], Quality.UNMEASURED),
        ([None], Quality.NO_DIFFERENCE),
        ([Outcome.BETTER, Outcome.NO_DIFFERENCE], Quality.BETTER),
        ([Outcome.WORSE, None], Quality.WORSE),
        ([Outcome.WORSE, Outcome.BETTER], Quality.MIXED),
        ([Outcome.NO_DIFFERENCE, Outcome.INCOMPARABLE], Quality.NO_DIFFERENCE),
        ([Outcome.INCOMPARABLE, None], Quality.INCOMPARABLE),
        ([Outcome.GONE], Quality.LOST),
        ([Outcome.NO_NUMBER, Outcome.BETTER, Outcome.NO_DIFFERENCE], Quality.LOST),
        ([Outcome.GONE, Outcome.WORSE], Quality.WORSE),
        ([Outcome.GONE, Outcome.WORSE, Outcome.BETTER], Quality.MIXED),
    ],
)
def test_all_metrics_together(outcomes: list[Outcome | None], quality: Quality) -> None:
    assert judge_quality([change(one) for one in outcomes]) == (quality, False)


def test_what_was_measured_on_the_same_users_outweighs_averages() -> None:
    changes = [change(Outcome.WORSE), change(Outcome.BETTER, PAIRED), change(Outcome.WORSE)]
    assert judge_quality(changes) == (Quality.BETTER, True)


def test_what_is_lost_outweighs_what_is_better_on_the_same_users() -> None:
    changes = [change(Outcome.BETTER, PAIRED), change(Outcome.GONE)]
    assert judge_quality(changes) == (Quality.LOST, False)


@pytest.mark.parametrize(
    ("outcomes", "quality"),
    [
        ([], Quality.UNREAD),
        ([Outcome.BETTER], Quality.UNREAD),
        ([Outcome.NO_DIFFERENCE], Quality.UNREAD),
        ([Outcome.GONE], Quality.LOST),
        ([Outcome.WORSE], Quality.WORSE),
    ],
)
def test_what_cannot_be_read_any_more_is_never_better(
    outcomes: list[Outcome], quality: Quality
) -> None:
    assert judge_quality([change(one) for one in outcomes], unread=True) == (quality, False)


def verdict(*outcomes: tuple[Check, bool | None]) -> Verdict:
    told = tuple(RuleOutcome(Rule(check), {}, passed, "", "") for check, passed in outcomes)
    stage, branch = StageName("prod"), Branch("main", "0" * 40)
    return Verdict(Artifact("", "rec"), "v1.0.0", "0" * 40, stage, None, 0, branch, told)


BOUND = Bounds("ndcg", 0.3, None)
PASSAGE = From(StageName("staging"), 0)


@pytest.mark.parametrize(
    ("outcomes", "shipping"),
    [
        ([], Shipping.YES),
        ([(BOUND, True)], Shipping.YES),
        ([(BOUND, False), (BOUND, None)], Shipping.NO),
        ([(BOUND, None), (BOUND, True)], Shipping.UNKNOWN),
        ([(BOUND, True), (PASSAGE, False)], Shipping.YES),
        ([(PASSAGE, None)], Shipping.YES),
        ([(BOUND, False), (PASSAGE, True)], Shipping.NO),
    ],
)
def test_what_only_a_version_can_meet_holds_no_commit_back(
    outcomes: list[tuple[Check, bool | None]], shipping: Shipping
) -> None:
    assert judge_shipping(verdict(*outcomes)) is shipping


def test_without_a_gate_there_are_none() -> None:
    assert judge_shipping(None) is Shipping.NO_GATES
