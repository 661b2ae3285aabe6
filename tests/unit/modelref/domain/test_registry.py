"""What "current" means: the fold of histories written in short."""

import pytest

from modelref.domain.names import StageName
from modelref.domain.registry import Model, fold, fold_model
from modelref.domain.version import Version
from support.events import COMMITS, event, history

PROD = StageName("prod")
THREE = ["rec@v1.0.0 a", "rec@v2.0.0 b", "rec@v3.0.0 c"]
PROMOTED = [*THREE, "rec#prod#1 a", "rec#prod#2 b", "rec#prod#3 c"]


def model(*lines: str) -> Model:
    events = history(*lines)
    return fold_model(events[0].artifact, events)


def current(*lines: str) -> str | None:
    read = model(*lines)
    held = read.current(PROD)
    return read.name_at(held.commit) if held else None


def test_nothing_is_no_model() -> None:
    assert fold([]).models == {}


def test_latest_is_the_highest_version_not_the_last() -> None:
    latest = model("rec@v2.0.0 a", "rec@v10.0.0 b", "rec@v3.0.0 c").latest
    assert latest is not None
    assert str(latest.version) == "v10.0.0"


def test_a_withdrawn_version_is_out_of_every_answer() -> None:
    read = model("rec@v1.0.0 a", "rec@v2.0.0 b", "rec#prod#1 b", "rec@v2.0.0! b")
    assert read.latest is not None
    assert str(read.latest.version) == "v1.0.0"
    assert read.current(PROD) is None
    assert not read.versions[Version.parse("v2.0.0")].active


def test_a_version_can_be_registered_again_under_a_counter() -> None:
    assert model("rec@v1.0.0 a", "rec@v1.0.0! a", "rec@v1.0.0#2 a").latest is not None


def test_the_stage_holds_its_newest_assignment() -> None:
    assert current(*PROMOTED) == "v3.0.0"


def test_counters_order_a_stage_whatever_the_clocks_say() -> None:
    events = [
        event("rec@v1.0.0", "a", 1),
        event("rec@v2.0.0", "b", 2),
        event("rec#prod#1", "a", 900),
        event("rec#prod#2", "b", 3),
    ]
    held = fold_model(events[0].artifact, events).current(PROD)
    assert held is not None
    assert held.commit == COMMITS["b"]


def test_after_an_unassignment_the_stage_falls_back() -> None:
    assert current(*PROMOTED, "rec#prod!#4 c") == "v2.0.0"


def test_unassigning_an_older_holder_changes_nothing_now() -> None:
    assert current(*PROMOTED, "rec#prod!#4 b") == "v3.0.0"
    assert current(*PROMOTED, "rec#prod!#4 b", "rec#prod!#5 c") == "v1.0.0"


def test_a_withdrawn_holder_gives_way_to_the_one_before() -> None:
    assert current(*PROMOTED, "rec@v3.0.0! c") == "v2.0.0"


def test_a_bare_commit_is_shown_as_that_commit() -> None:
    assert current("rec#prod#1 a") == COMMITS["a"][:10]


def test_a_commit_registered_after_its_assignment_gets_its_version() -> None:
    assert current("rec#prod#1 a", "rec@v1.0.0 a") == "v1.0.0"


def test_two_versions_on_one_commit_read_as_the_higher() -> None:
    assert current("rec@v1.0.0 a", "rec@v2.0.0 a", "rec#prod#1 a") == "v2.0.0"


def test_a_deprecation_lasts_until_the_next_event() -> None:
    assert model("rec@v1.0.0 a", "rec@deprecated a").deprecated
    assert not model("rec@v1.0.0 a", "rec@deprecated a", "rec@v2.0.0 b").deprecated


def test_a_creation_changes_nothing() -> None:
    read = model("rec@created a", "rec@v1.0.0 a")
    assert read.latest is not None
    assert len(read.versions) == 1


def test_quarantine_holds_a_set() -> None:
    read = model(*THREE, "rec#quarantine#1 a", "rec#quarantine#2 b", "rec#quarantine!#3 a")
    assert [name for name in "abc" if read.quarantined(COMMITS[name])] == ["b"]
    assert read.stages_of(COMMITS["b"]) == ()


def before(*lines: str) -> str | None:
    read = model(*lines)
    held = read.before(PROD)
    return read.name_at(held.commit) if held else None


@pytest.mark.parametrize(
    ("more", "target"),
    [
        ([], "v2.0.0"),
        (["rec#prod#4 b rollback"], "v1.0.0"),
        (["rec#prod#4 b rollback", "rec#prod#5 a rollback"], None),
        (["rec#prod#4 a rollback"], None),
        (["rec#prod#4 a rollback", "rec#prod#5 c"], "v1.0.0"),
        (["rec#prod#4 b"], "v3.0.0"),
        (["rec@v2.0.0! b"], "v1.0.0"),
        (["rec#quarantine#1 b"], "v1.0.0"),
        (["rec#prod!#4 b"], "v1.0.0"),
        (["rec#prod!#4 c"], "v1.0.0"),
        (["rec#prod#4 c"], "v2.0.0"),
    ],
)
def test_a_promotion_pushes_and_a_rollback_pops(more: list[str], target: str | None) -> None:
    assert before(*PROMOTED, *more) == target


def test_models_are_apart() -> None:
    registry = fold(history("rec@v1.0.0 a", "shop=rec@v2.0.0 b", "rank#prod#1 c"))
    assert [str(artifact) for artifact in registry.models] == ["rank", "rec", "shop:rec"]


def test_the_order_of_the_listing_does_not_matter() -> None:
    events = history(*PROMOTED, "rec#prod#4 a rollback", "rec#prod!#5 c", "rec@v2.0.0! b")
    artifact = events[0].artifact
    assert fold_model(artifact, events) == fold_model(artifact, list(reversed(events)))
