"""Gates and promotions in memory: what is decided, recorded, and read back."""

from dataclasses import replace
from typing import BinaryIO

import numpy as np
import pytest

from modelref.domain.branch import Branch
from modelref.domain.config import Config
from modelref.domain.diff.weights import Nonfinite
from modelref.domain.gates.measured import KeptLists
from modelref.domain.gates.recorded.evidence import Kept
from modelref.domain.gates.verdict import Verdict
from modelref.domain.message import evidence
from modelref.domain.names import Artifact, StageName
from modelref.domain.ref import Ref
from modelref.domain.tag import Kind, TagName
from modelref.domain.version import Version
from modelref.errors import BadInput, OutOfReach, Refused, UnknownRef
from modelref.ports import Contents, Tensor
from modelref.testing import MemoryTensor, MemoryTensors, MemoryWorld
from modelref.usecases.digest import evidence_digest
from modelref.usecases.gate import Question, gate
from modelref.usecases.gating.again import Pair, gate_again
from modelref.usecases.promote import Promotion, promote
from modelref.usecases.reading import read_model
from modelref.usecases.register import Registration, register
from modelref.usecases.verify import verify
from modelref.usecases.withdraw import Unassignment, unassign
from modelref.usecases.writing import Options, Written
from support.gates import PROD, Seen, gates, outcome, rule

REC = Artifact.parse("rec")
BOUND = "prod:\n  - {metric: ndcg, min: 0.3}"


@pytest.fixture
def world() -> MemoryWorld:
    """Three versions, v1.0.0 to v3.0.0, that score .2, .3 and .4; main guards prod with a bound."""
    world = MemoryWorld()
    for number in (1, 2, 3):
        commit = world.train("rec", b"model" * number)
        world.pipeline.scores[commit] = {"metrics.json": {"ndcg": (1 + number) / 10}}
        asked = Registration(REC, version=Version(number, 0, 0))
        world.journal.acknowledge(register(world, asked, Options()).command)
    guard(world, BOUND)
    return world


def guard(world: MemoryWorld, text: str, branch: str = "main") -> None:
    world.branches.heads[branch] = world.commits.head
    world.configs[branch] = Config(gates=gates(text))


def ask(world: MemoryWorld, version: str, stage: str = "prod", against: str = "") -> Verdict:
    other = Ref.parse(against) if against else None
    return gate(world, Question(Ref.parse_version(f"rec@{version}"), StageName(stage), other))


def up(
    world: MemoryWorld, version: str, stage: str = "prod", *, force: bool = False, why: str = ""
) -> Written:
    asked = Promotion(Ref.parse_version(f"rec@{version}"), StageName(stage), force=force)
    written = promote(world, asked, Options(why))
    world.journal.acknowledge(written.command)
    return written


def commit_of(world: MemoryWorld, version: str) -> str:
    return read_model(world, REC)[0].versions[Version.parse(version)].commit


def test_a_verdict_names_version_stage_and_branch(world: MemoryWorld) -> None:
    up(world, "v2.0.0")
    found = ask(world, "v3.0.0")
    assert (found.passed, found.version, found.against) == (True, "v3.0.0", "v2.0.0")
    assert found.source == Branch("main", world.commits.head)
    assert [outcome.observed for outcome in found.outcomes] == ["0.4"]


def test_a_promotion_that_passes_carries_its_evidence(world: MemoryWorld) -> None:
    written = up(world, "v2.0.0")
    assert written.event.trailer("Modelref-Verdict") == "passed"
    assert str(written.event.trailer("Modelref-Evidence")).startswith("sha256:")
    assert written.note == "passed the gate: 1 rule of main"


def test_a_promotion_that_fails_changes_nothing(world: MemoryWorld) -> None:
    count = len(world.tags.records)
    with pytest.raises(
        Refused, match=r"rec@v1.0.0 does not pass the gate of prod: ndcg at least 0.3: 0.2"
    ) as caught:
        up(world, "v1.0.0")
    assert caught.value.kind == "gate-failed"
    assert caught.value.hint.startswith("modelref gate rec@v1.0.0 prod shows every rule; --force")
    assert (len(world.tags.records), world.journal.intents) == (count, {})


def test_force_wants_a_reason_and_is_recorded(world: MemoryWorld) -> None:
    with pytest.raises(BadInput, match="--force wants the reason"):
        up(world, "v1.0.0", force=True)
    with pytest.raises(BadInput, match="--force wants the reason"):
        up(world, "v1.0.0", force=True, why=" \n")
    written = up(world, "v1.0.0", force=True, why="the shop is down")
    assert written.event.trailer("Modelref-Verdict") == "forced"
    assert "forced past the gate (1 rule of main): ndcg at least 0.3" in written.note
    assert verify(world).ok


def test_force_where_the_gate_passes_forces_nothing(world: MemoryWorld) -> None:
    written = up(world, "v2.0.0", force=True, why="to be sure")
    assert written.event.trailer("Modelref-Verdict") == "passed"


def test_a_stage_without_rules_says_so(world: MemoryWorld) -> None:
    written = up(world, "v1.0.0", "dev")
    assert written.event.trailer("Modelref-Verdict") == "no-gates"
    assert written.event.trailer("Modelref-Evidence") is None
    assert (ask(world, "v1.0.0", "dev").passed, ask(world, "v1.0.0", "dev").word) == (
        True,
        "no-gates",
    )


def test_quarantine_is_always_open(world: MemoryWorld) -> None:
    assert up(world, "v1.0.0", "quarantine").new


def test_what_no_stage_may_hold_is_refused_before_any_rule(world: MemoryWorld) -> None:
    up(world, "v3.0.0", "quarantine")
    with pytest.raises(Refused, match=r"rec@v3.0.0 is in quarantine"):
        ask(world, "v3.0.0")


def test_what_cannot_be_computed_is_out_of_reach_and_can_be_forced(world: MemoryWorld) -> None:
    guard(world, "prod:\n  - {metric: auc, min: 0.5}")
    with pytest.raises(OutOfReach, match=r"auc at least 0.5: rec@v3.0.0 has no metric auc") as it:
        up(world, "v3.0.0")
    assert it.value.kind == "gate-not-computed"
    written = up(world, "v3.0.0", force=True, why="measured by hand")
    assert written.event.trailer("Modelref-Verdict") == "forced"
    assert verify(world).ok
    assert gate_again(world, "rec#prod#1").confirmed


def test_the_nearest_metric_is_named(world: MemoryWorld) -> None:
    guard(world, "prod:\n  - {metric: ndgc, min: 0.5}")
    (outcome,) = ask(world, "v3.0.0").outcomes
    assert "did you mean ndcg? modelref show rec@v3.0.0" in outcome.look


def test_a_metric_of_two_files_is_named_with_its_file(world: MemoryWorld) -> None:
    commit = commit_of(world, "v3.0.0")
    world.pipeline.scores[commit] = {"a.json": {"ndcg": 0.1}, "b.json": {"ndcg": 0.9}}
    (outcome,) = ask(world, "v3.0.0").outcomes
    assert outcome.observed == "ndcg of rec@v3.0.0 stands in a.json and b.json"
    guard(world, "prod:\n  - {metric: 'b.json:ndcg', min: 0.3}")
    assert ask(world, "v3.0.0").passed


def test_only_what_the_default_branch_says_of_gates_from_counts(world: MemoryWorld) -> None:
    weak = Config(gates=gates("prod:\n  - {metric: ndcg, min: 0}"), gates_from="weak")
    world.config = world.configs["weak"] = weak
    world.branches.heads["weak"] = world.commits.head
    assert ask(world, "v1.0.0").source.name == "main"
    assert not ask(world, "v1.0.0").passed
    world.configs["main"] = replace(world.configs["main"], gates_from="weak")
    assert (ask(world, "v1.0.0").source.name, ask(world, "v1.0.0").passed) == ("weak", True)
    world.configs["main"] = replace(world.configs["main"], gates_from="gone")
    with pytest.raises(BadInput, match="there is no branch 'gone'"):
        ask(world, "v1.0.0")


def test_without_any_branch_the_rules_are_those_of_head(world: MemoryWorld) -> None:
    world.branches.heads.clear()
    found = ask(world, "v1.0.0")
    assert (found.source.name, found.source.known, found.passed) == ("HEAD", False, True)


COMPARING = "prod:\n  - {metric: ndcg, not_worse_than: prod, by: 1%}"


def test_comparing_needs_results_per_user(world: MemoryWorld) -> None:
    guard(world, COMPARING)
    up(world, "v1.0.0")
    (outcome,) = ask(world, "v2.0.0").outcomes
    assert outcome.passed is None
    assert outcome.observed == "ndcg has no interval: rec@v1.0.0 names no results per user"
    assert "meta.modelref.users" in outcome.look


def test_a_first_version_passes_and_says_why(world: MemoryWorld) -> None:
    guard(world, COMPARING)
    written = up(world, "v1.0.0")
    assert written.event.trailer("Modelref-Verdict") == "passed"
    assert gate_again(world, "rec#prod#1").confirmed


def test_a_version_with_the_same_figures_passes(world: MemoryWorld) -> None:
    guard(world, COMPARING)
    up(world, "v2.0.0")
    scores = world.pipeline.scores
    scores[commit_of(world, "v3.0.0")] = scores[commit_of(world, "v2.0.0")]
    (outcome,) = ask(world, "v3.0.0").outcomes
    assert (outcome.passed, outcome.observed) == (
        True,
        "+0 [+0, +0] from v2.0.0, the same value",
    )


def test_one_equal_metric_among_others_did_not_change(world: MemoryWorld) -> None:
    guard(world, COMPARING)
    up(world, "v2.0.0")
    commit = commit_of(world, "v3.0.0")
    world.pipeline.scores[commit] = {"metrics.json": {"ndcg": 0.3, "loss": 1.0}}
    (outcome,) = ask(world, "v3.0.0").outcomes
    assert (outcome.passed, outcome.observed) == (
        True,
        "+0 [+0, +0] from v2.0.0, the same value",
    )


def test_against_compares_with_any_version(world: MemoryWorld) -> None:
    guard(world, "prod:\n  - {size_of: model, max: 150%, compared_with: prod}")
    up(world, "v1.0.0")
    assert not ask(world, "v3.0.0").passed
    found = ask(world, "v3.0.0", against="rec@v2.0.0")
    assert (found.passed, found.against) == (True, "v2.0.0")
    with pytest.raises(BadInput, match="versions of different models"):
        ask(world, "v3.0.0", against="other@v2.0.0")


class ThreeNans(MemoryTensors):
    """Whatever the file, one tensor with three values that are none."""

    def read(self, path: str, file: BinaryIO) -> Contents:
        return Contents([MemoryTensor("w", np.zeros(3))])

    def nonfinite(self, tensor: Tensor) -> Nonfinite:
        return Nonfinite(nan=2, inf=1)


def test_size_and_weights_are_those_of_the_versions_files(world: MemoryWorld) -> None:
    guard(world, "prod:\n  - {size_of: model, max: 10 B}\n  - weights: finite")
    small, large = ask(world, "v2.0.0"), ask(world, "v3.0.0")
    assert [one.outcomes[0].passed for one in (small, large)] == [True, False]
    assert small.outcomes[1].observed == "weights of rec cannot be read: rec"
    world.tensors = ThreeNans()
    assert ask(world, "v2.0.0").outcomes[1].observed == "3 NaN or infinite"


def test_prod_only_from_staging_after_a_day(world: MemoryWorld) -> None:
    guard(world, "prod:\n  - {from: staging, held: 24h}")
    with pytest.raises(Refused, match="staging holds nothing"):
        up(world, "v3.0.0")
    staged = up(world, "v3.0.0", "staging").event.date
    world.clock.time = staged + 86_399
    with pytest.raises(Refused, match="in staging for 23h"):
        up(world, "v3.0.0")
    world.clock.time = staged + 86_400
    assert up(world, "v3.0.0").new
    assert gate_again(world, "rec#prod#1").confirmed
    with pytest.raises(Refused, match=r"staging holds v3.0.0"):
        up(world, "v2.0.0")


def test_a_gate_can_be_asked_as_of_a_time(world: MemoryWorld) -> None:
    guard(world, "prod:\n  - {from: staging, held: 24h}")
    staged = up(world, "v3.0.0", "staging").event.date
    ref = Ref.parse_version("rec@v3.0.0")
    assert gate(world, Question(ref, PROD, at=staged + 86_400)).passed
    assert not gate(world, Question(ref, PROD, at=staged - 1)).passed


def empty(world: MemoryWorld, stage: str, *, fall_back: bool = False) -> None:
    asked = Unassignment(Ref.parse(f"rec#{stage}"), fall_back=fall_back)
    for written in unassign(world, asked, Options()):
        world.journal.acknowledge(written.command)


def test_time_in_a_stage_counts_from_when_the_last_other_version_left_it(
    world: MemoryWorld,
) -> None:
    guard(world, "prod:\n  - {from: staging, held: 24h}")
    day = 86_400
    up(world, "v1.0.0", "staging")
    world.clock.time += 10 * day
    up(world, "v2.0.0", "staging")
    world.clock.time += 10 * day
    empty(world, "staging", fall_back=True)
    assert ask(world, "v1.0.0").outcomes[0].observed == "in staging for 0s"
    world.clock.time += day
    assert ask(world, "v1.0.0").passed


def test_time_in_a_stage_counts_from_when_the_version_above_was_withdrawn(
    world: MemoryWorld,
) -> None:
    guard(world, "prod:\n  - {from: staging, held: 24h}")
    up(world, "v1.0.0", "staging")
    up(world, "v2.0.0", "staging")
    world.clock.time += 10 * 86_400
    withdrawn = TagName(REC, Kind.DEREGISTER, Version(2, 0, 0))
    commit = commit_of(world, "v2.0.0")
    world.tags.create(withdrawn, commit, "as GTO does, whatever a stage holds", world.clock.time)
    assert ask(world, "v1.0.0").outcomes[0].observed == "in staging for 0s"


SIZED = "prod:\n  - {size_of: model, max: 150%, compared_with: prod}"


def test_a_stage_that_was_emptied_is_compared_with_what_it_held_last(world: MemoryWorld) -> None:
    guard(world, SIZED)
    up(world, "v1.0.0")
    empty(world, "prod")
    found = ask(world, "v3.0.0")
    assert (found.passed, found.against) == (False, "v1.0.0")
    with pytest.raises(Refused, match=r"of 5 B|15 B"):
        up(world, "v3.0.0")
    up(world, "v3.0.0", force=True, why="must")
    assert findings(world) == []


def test_a_failed_rule_is_a_no_though_another_is_unknown(world: MemoryWorld) -> None:
    guard(world, "prod:\n  - {metric: auc, min: 0.5}\n  - {metric: ndcg, min: 0.9}")
    with pytest.raises(Refused, match=r"does not pass .*: ndcg at least 0.9: 0.4; auc at least"):
        up(world, "v3.0.0")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SIZED.replace("prod:", "prd:", 1), ["gates.prd guards a stage that never held anything"]),
        (
            SIZED.replace("with: prod", "with: prodd"),
            ["gates.prod compares with prodd, which never held anything; did you mean prod?"],
        ),
        (
            "prod:\n  - {metric: ndcg, min: 0, models: [recc, 'rec*', 'old:*']}",
            [
                "gates.prod has a rule for recc, which is no model; did you mean rec?",
                "gates.prod has a rule for old:*, which is no model",
            ],
        ),
        (SIZED, []),
        (SIZED.replace("prod", "live"), []),
    ],
)
def test_names_in_gates_that_nothing_has_are_told(
    world: MemoryWorld, text: str, said: list[str]
) -> None:
    up(world, "v2.0.0")
    guard(world, text)
    doubts = ask(world, "v3.0.0").doubts
    assert len(doubts) == len(said)
    for doubt, one in zip(doubts, said, strict=True):
        assert doubt.startswith(f"modelref.yaml of main: {one}")
    note = up(world, "v3.0.0", force=True, why="must").note
    assert all(one in note for one in said)


def test_rules_that_are_not_merged_are_told_not_to_count(world: MemoryWorld) -> None:
    assert ask(world, "v3.0.0").doubts == ()
    world.config = Config(gates=gates("prod:\n  - {metric: ndcg, min: 0.5}"))
    (doubt,) = ask(world, "v3.0.0").doubts
    assert doubt == (
        "modelref.yaml of this checkout has rules for prod that main has not: they count once they "
        "stand there"
    )


@pytest.mark.parametrize("stage", ["Prod", "PROD", "Quarantine", "Approved", "DEV"])
def test_a_stage_in_another_case_is_refused(world: MemoryWorld, stage: str) -> None:
    up(world, "v2.0.0", "dev")
    with pytest.raises(BadInput, match=f"there is a stage {stage.lower()}, and {stage} would be"):
        up(world, "v3.0.0", stage)
    world.journal.intents.clear()
    world.config = Config(stages=(StageName(stage),))
    assert up(world, "v3.0.0", stage).new


def test_a_new_stage_that_is_like_another_is_told(world: MemoryWorld) -> None:
    up(world, "v2.0.0", "dev")
    assert up(world, "v3.0.0", "prodd").note == (
        "prodd is a new stage of rec, beside dev; did you mean prod?"
    )


def test_again_takes_a_tag_as_models_are_written(world: MemoryWorld) -> None:
    with pytest.raises(UnknownRef, match="no version of ads:rec is registered"):
        gate_again(world, "ads:rec#prod#1")
    with pytest.raises(BadInput, match="is not the tag") as caught:
        gate_again(world, "ads:rec")
    assert "recommender" not in caught.value.hint


def test_approvals_and_signatures_are_asked_for(world: MemoryWorld) -> None:
    guard(world, "prod:\n  - approvals: 1\n  - signature_of: registration")
    assert [one.passed for one in ask(world, "v3.0.0").outcomes] == [False, False]
    model, _ = read_model(world, REC)
    world.signatures.sign(model.versions[Version(3, 0, 0)].event.oid)
    approving = Promotion(Ref.parse_version("rec@v3.0.0"), StageName("approved"))
    promote(world, approving, Options(sign=True))
    assert [one.passed for one in ask(world, "v3.0.0").outcomes] == [False, True]
    ada = (world.signatures.signer, world.signatures.key)
    world.signatures.signer, world.signatures.key = "bob@example.com", "SHA256:bob"
    world.journal.intents.clear()
    promote(world, Promotion(Ref.parse_version("rec@v2.0.0"), StageName("approved")), Options())
    world.journal.intents.clear()
    promote(world, approving, Options(sign=True))
    world.signatures.signer, world.signatures.key = ada
    assert ask(world, "v3.0.0").passed


def test_evidence_of_too_many_rules_is_refused(world: MemoryWorld) -> None:
    long = "\n".join(f"  - {{metric: ndcg, min: 0.{n}1, why: {'x' * 400}}}" for n in range(90))
    guard(world, f"prod:\n{long.replace('0.', '0.000')}")
    with pytest.raises(BadInput, match=r"the evidence of 90 rules has [0-9,]+ bytes, and 32,768"):
        up(world, "v3.0.0")
    assert not world.journal.intents


def test_what_the_stage_holds_under_the_lock_is_what_is_compared_with(world: MemoryWorld) -> None:
    """Somebody else promotes between the measuring and the lock."""
    guard(world, "prod:\n  - {size_of: model, max: 150%, compared_with: prod}")
    up(world, "v2.0.0")
    unlocked = world.journal.exclusive

    def overtaken() -> object:
        world.journal.exclusive = unlocked  # type: ignore[method-assign]
        up(world, "v1.0.0", force=True, why="overtakes")
        return unlocked()

    world.journal.exclusive = overtaken  # type: ignore[method-assign,assignment]
    with pytest.raises(Refused, match=r"15 B"):
        up(world, "v3.0.0")
    assert "of 5 B" in ask(world, "v3.0.0").outcomes[0].limit


def test_a_killed_promotion_is_told_once_even_if_the_gate_closed_meanwhile(
    world: MemoryWorld,
) -> None:
    asked = Promotion(Ref.parse_version("rec@v2.0.0"), PROD)
    first = promote(world, asked, Options())
    guard(world, "prod:\n  - {metric: ndcg, min: 0.9}")
    again = promote(world, asked, Options())
    assert (again.new, again.event.tag) == (False, first.event.tag)


def test_a_dry_run_asks_the_gate_and_writes_nothing(world: MemoryWorld) -> None:
    count = len(world.tags.records)
    with pytest.raises(Refused, match="does not pass the gate"):
        promote(world, Promotion(Ref.parse_version("rec@v1.0.0"), PROD), Options(dry_run=True))
    dry = promote(world, Promotion(Ref.parse_version("rec@v2.0.0"), PROD), Options(dry_run=True))
    assert dry.event.trailer("Modelref-Verdict") == "passed"
    assert len(world.tags.records) == count


def test_figures_that_changed_since_are_told(world: MemoryWorld) -> None:
    up(world, "v3.0.0")
    assert gate_again(world, "rec#prod#1").confirmed
    world.pipeline.scores[commit_of(world, "v3.0.0")] = {"metrics.json": {"ndcg": 0.35}}
    found = gate_again(world, "rec#prod#1")
    assert not found.confirmed
    (pair,) = found.pairs
    assert (pair.kept.facts["value"], pair.now.facts["value"], pair.same) == (0.4, 0.35, False)


def test_a_rule_that_notes_more_by_now_confirms_what_it_noted_then() -> None:
    text = "{overlap_with: prod, min: 60%}"
    now, other = (
        outcome(text, Seen(overlapping=KeptLists(20, 20, 40, 0, share))) for share in (0.7, 0.8)
    )
    then = {name: now.facts[name] for name in ("against", "k", "overlap")}
    assert Pair(Kept(rule(text), then, True), now).same
    assert not Pair(Kept(rule(text), then, True), other).same
    assert not Pair(Kept(rule(text), now.facts, True), replace(now, facts=then)).same


def test_rules_that_were_not_those_of_the_branch_are_told(world: MemoryWorld) -> None:
    up(world, "v3.0.0")
    guard(world, "prod:\n  - {metric: ndcg, min: 0.39}")
    found = gate_again(world, "rec#prod#1")
    assert (found.rules_stood, found.confirmed) == (False, False)


def rules_of(world: MemoryWorld, branch: str, commit: str) -> None:
    """Forge: say that the evidence's rules stood elsewhere."""
    redigest(
        world,
        f'"gates":{{"branch":"main","commit":"{world.branches.heads["main"]}"}}',
        f'"gates":{{"branch":"{branch}","commit":"{commit}"}}',
    )


@pytest.mark.parametrize(
    ("branch", "commit"), [("main", "side"), ("main", "0" * 40), ("HEAD", "side")]
)
def test_rules_of_a_branch_that_nobody_merged_confirm_nothing(
    world: MemoryWorld, branch: str, commit: str
) -> None:
    up(world, "v3.0.0")
    heads = {"side": world.commits.beside({"x": b"x"}), "main": world.commits.head}
    rules_of(world, branch, heads.get(commit, commit))
    found = gate_again(world, "rec#prod#1")
    assert (found.rules_stood, found.confirmed) == (False, False)
    (doubt,) = found.doubts
    assert "which is no commit of main" in doubt


@pytest.mark.parametrize("branch", ["main", "origin/main", "master", "HEAD"])
def test_rules_of_an_older_commit_of_the_branch_are_its_own(
    world: MemoryWorld, branch: str
) -> None:
    up(world, "v3.0.0")
    rules_of(world, branch, world.branches.heads["main"])
    world.configs[branch] = world.configs["main"]
    world.branches.heads["main"] = world.commits.commit()
    assert gate_again(world, "rec#prod#1").confirmed


def test_rules_of_the_branch_that_the_default_one_names_confirm(world: MemoryWorld) -> None:
    guard(world, BOUND, "release")
    world.configs["main"] = Config(gates_from="release")
    up(world, "v3.0.0")
    world.branches.heads["main"] = world.commits.beside({"x": b"x"})
    assert gate_again(world, "rec#prod#1").confirmed


NOTING = [
    "{metric: ndcg, not_worse_than: prod, by: 90%}",
    "{size_of: model, max: 900%, compared_with: prod}",
    "{overlap_with: prod, min: 60%}",
]


@pytest.mark.parametrize("text", NOTING)
def test_a_comparing_rule_that_noted_nothing_did_not_compare(text: str) -> None:
    with pytest.raises(BadInput, match="against is missing"):
        rule(text).check.judge({})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"observed":{"value":0.4}', '"observed":{}', "contradicts its evidence"),
        ('"version":"v3.0.0"', '"version":"v1.0.0"', "carries the evidence of rec v1.0.0"),
        ('"stage":"prod"', '"stage":"dev"', "for dev"),
        ('"against":null', '"against":"v2.0.0"', "was compared with v2.0.0"),
        ('"at":17', '"at":97', "was decided after it was dated"),
        ('"at":17', '"at":-17', "was decided before its version was made"),
        ('"at":17', '"at":16', "was decided before its version was made"),
    ],
)
def test_what_verify_finds_is_not_confirmed(
    world: MemoryWorld, old: str, new: str, said: str
) -> None:
    up(world, "v3.0.0")
    redigest(world, old, new)
    assert not verify(world).ok
    found = gate_again(world, "rec#prod#1")
    assert not found.confirmed
    assert any(said in doubt for doubt in found.doubts), found.doubts


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("rec@v1.0.0", "is not the tag of a promotion"),
        ("rec#prod#9", "there is no event 'rec#prod#9'"),
        ("rec#prod", "did you mean 'rec#prod#1', the newest"),
        ("rec#dev#1", "carries no evidence: no gate guarded it"),
    ],
)
def test_again_wants_a_guarded_promotion(world: MemoryWorld, tag: str, said: str) -> None:
    up(world, "v1.0.0", "dev")
    up(world, "v2.0.0")
    with pytest.raises(BadInput, match=said):
        gate_again(world, tag)


def findings(world: MemoryWorld) -> list[tuple[str, str]]:
    return [(finding.kind, finding.tag) for finding in verify(world).findings]


def rewrite(world: MemoryWorld, old: str, new: str, tag: str = "rec#prod#1") -> None:
    record = world.tags.records[tag]
    assert old in f"{record.body}{record.trailers}"
    world.tags.records[tag] = record._replace(
        body=str(record.body).replace(old, new), trailers=record.trailers.replace(old, new)
    )


def redigest(world: MemoryWorld, old: str, new: str, tag: str = "rec#prod#1") -> None:
    """Forge: change the evidence, and give it the digest that it then needs."""

    def now() -> str:
        record = world.tags.records[tag]
        return evidence_digest(evidence(str(record.body), record.trailers))

    before = now()
    rewrite(world, old, new, tag)
    rewrite(world, before, now(), tag)


def test_tampered_evidence_is_found(world: MemoryWorld) -> None:
    up(world, "v1.0.0", force=True, why="must")
    assert findings(world) == []
    rewrite(world, '"value":0.2', '"value":0.9')
    assert findings(world) == [("evidence-changed", "rec#prod#1")]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("Verdict: forced", "Verdict: passed", "contradicted-verdict"),
        ("Verdict: forced", "Verdict: no-gates", "contradicted-verdict"),
        ("Verdict: forced", "Verdict: great", "unknown-verdict"),
        ('"passed":false', '"passed":true', "contradicted-verdict"),
        ('"value":0.2', '"value":0.9', "contradicted-verdict"),
        ('"value":0.2', '"value":"0.9"', "contradicted-verdict"),
        ('"stage":"prod"', '"stage":"dev"', "evidence-of-another"),
        ('"model":"rec"', '"model":"old"', "evidence-of-another"),
        ('"against":null', '"against":"v3.0.0"', "compared-with-another"),
        ('"at":17', '"at":97', "evidence-of-another"),
        ('"schema":1', '"schema":2', "bad-evidence"),
        ('"min":0.3', '"mim":0.3', "invalid-config"),
        ('"at":', "at:", "bad-evidence"),
        (
            '"gates":{"branch":"main","commit":"',
            '"gates":{"branch":"main","commit":"\\n',
            "bad-evidence",
        ),
        ('"rules":[{', '"rules":[' + "[" * 5000 + "{", "bad-evidence"),
        ('"observed":{"value":0.2}', '"observed":{"value":[0.2]}', "bad-evidence"),
        ('"version":"v1.0.0"', '"version":1', "bad-evidence"),
    ],
)
def test_forged_evidence_contradicts_itself_or_the_registry(
    world: MemoryWorld, old: str, new: str, kind: str
) -> None:
    up(world, "v1.0.0", force=True, why="must")
    redigest(world, old, new)
    found = findings(world)
    assert kind in {what for what, _ in found}, found
    assert {tag for _, tag in found} == {"rec#prod#1"}
    assert not verify(world).ok


def test_a_verdict_without_evidence_is_found(world: MemoryWorld) -> None:
    up(world, "v2.0.0")
    record = world.tags.records["rec#prod#1"]
    lines = [line for line in record.trailers.splitlines() if "Evidence" not in line]
    world.tags.records["rec#prod#1"] = record._replace(trailers="\n".join(lines))
    assert findings(world) == [("no-evidence", "rec#prod#1")]


def test_a_rule_that_was_compared_with_another_version_is_found(world: MemoryWorld) -> None:
    guard(world, "prod:\n  - {size_of: model, max: 900%, compared_with: prod}")
    up(world, "v1.0.0")
    up(world, "v2.0.0")
    assert findings(world) == []
    redigest(world, '"against":"v1.0.0","before"', '"against":"v3.0.0","before"', "rec#prod#2")
    assert findings(world) == [("compared-with-another", "rec#prod#2")]


def test_equal_figures_of_users_not_known_to_be_the_same_prove_nothing(world: MemoryWorld) -> None:
    guard(world, "prod:\n  - {metric: ndcg, not_worse_than: dev, by: 1%}")
    up(world, "v2.0.0", "dev")
    world.pipeline.scores[commit_of(world, "v3.0.0")] = {"metrics.json": {"ndcg": 0.3}}
    assert ask(world, "v3.0.0").passed
    world.pipeline.metas["rec"] = {"modelref": {"holdout": "data/this_week.csv"}}
    (outcome,) = ask(world, "v3.0.0").outcomes
    assert outcome.passed is None
    assert "ndcg has no interval" in outcome.observed
