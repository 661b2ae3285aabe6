"""The whole loop on a real DVC project, through the command line as people type it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

import modelref
from support.project import Project


@pytest.fixture(scope="module")
def built(built_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Three versions of three trainings; prod held the first two."""
    project = built_project.copied_to(tmp_path_factory.mktemp("loop") / "shop")
    for number, commit in enumerate(project.commits, start=1):
        project.modelref("register", "rec", "--rev", commit, "--version", f"v{number}.0.0")
    project.modelref("promote", "rec@v1.0.0", "prod", "-m", "first launch")
    project.modelref("promote", "rec@v2.0.0", "prod", "-m", "A/B test won")
    return project


@pytest.fixture
def registered(built: Project, tmp_path: Path) -> Project:
    """A copy that a test may change."""
    return built.copied_to(tmp_path / "shop")


def test_show_says_what_runs_where(registered: Project) -> None:
    assert registered.modelref("show").out == (
        "MODEL  LATEST  #PROD   VERSIONS\nrec    v3.0.0  v2.0.0         3\n"
    )
    assert registered.modelref("show", "--json").json == {
        "models": [
            {
                "name": "rec",
                "dir": "",
                "latest": "v3.0.0",
                "stages": {"prod": "v2.0.0"},
                "deprecated": False,
                "forced": [],
                "versions": 3,
            }
        ]
    }


def test_show_model_lists_versions_newest_first_with_metrics(registered: Project) -> None:
    shown = registered.modelref("show", "rec", "--json").json
    assert [row["version"] for row in shown["versions"]] == ["v3.0.0", "v2.0.0", "v1.0.0"]
    assert [row["stages"] for row in shown["versions"]] == [[], ["prod"], []]
    newest = shown["versions"][0]
    assert newest["metrics"] == {"metrics.json": {"all.ndcg@20": 0.332, "all.loss": 1 / 32}}
    assert newest["commit"] == registered.commits[2]
    assert newest["author"] == "Ada Lovelace"
    assert (newest["active"], newest["quarantined"]) == (True, False)


def test_the_card_of_a_version_has_its_files_metrics_and_parameters(registered: Project) -> None:
    card = registered.modelref("show", "rec@v1.0.0").out
    for part in (
        "what to show next",
        registered.commits[0],
        "models/rec",
        "0.308",
        "train.factors",
    ):
        assert part in card
    shown = registered.modelref("show", "rec@v1.0.0", "--json").json
    assert shown["params"]["params.yaml"]["train.als.rate"] == 0.001
    assert shown["outs"][0]["cached"] is True


def test_history_is_newest_first_with_the_persons_words(registered: Project) -> None:
    events = registered.modelref("history", "--json").json["events"]
    assert [event["kind"] for event in events] == ["assign"] * 2 + ["register"] * 3
    assert events[0]["message"] == "Assign prod to rec v2.0.0\n\nA/B test won"
    assert events[0]["version"] == "v2.0.0"
    assert events[0]["trailers"]["Modelref-Verdict"] == "no-gates"
    only = registered.modelref("history", "rec", "--stage", "prod").out
    assert "A/B test won" in only
    assert "register" not in only


def test_get_brings_the_bytes_of_any_version(registered: Project, tmp_path: Path) -> None:
    for number, factors in ((1, 8), (3, 32)):
        folder = tmp_path / f"v{number}"
        registered.modelref("get", f"rec@v{number}.0.0", "-o", str(folder))
        weights = (folder / "weights.bin").read_text()
        assert weights == f"WHAT PEOPLE BOUGHT\n x {factors}" * 100
        assert json.loads((folder / "ids" / "items.json").read_text()) == [1, 2, 3]


def test_get_brings_only_what_is_asked_for(registered: Project) -> None:
    got = registered.modelref("get", "rec#prod", "ids", "--json").json
    assert list(got["files"]) == ["models/rec/ids/items.json"]
    assert (registered.root / "rec-v2.0.0" / "ids" / "items.json").exists()
    again = registered.modelref("get", "rec#prod", check=False)
    assert (again.code, "exists and is not an empty folder" in again.err) == (2, True)


def test_a_rollback_brings_the_first_bytes_back(registered: Project, tmp_path: Path) -> None:
    said = registered.modelref("rollback", "rec#prod", "-m", "clicks fell").out
    assert "'rec#prod' holds v1.0.0 again (left: v2.0.0)" in said
    assert "tell the others: modelref push" in said
    assert registered.modelref("resolve", "rec#prod", "--json").json["version"] == "v1.0.0"
    events = registered.modelref("history", "--json").json["events"]
    assert events[0]["trailers"]["Modelref-Event"] == "rollback"
    registered.modelref("get", "rec#prod", "-o", str(tmp_path / "now"))
    assert "x 8" in (tmp_path / "now" / "weights.bin").read_text()
    assert registered.git("status", "--porcelain") == "", "nobody's checkout was touched"


def test_as_of_an_earlier_time_the_registry_stood_differently(registered: Project) -> None:
    registered.modelref("rollback", "rec#prod")
    first = registered.modelref("history", "rec", "--stage", "prod", "--json").json["events"][-1]
    then = registered.modelref("resolve", "rec#prod", "--at", first["date"], "--json").json
    assert then["version"] == "v1.0.0"
    gone = registered.modelref("show", "rec", "--at", "2001-01-01", check=False)
    assert (gone.code, "at that time" in gone.err) == (2, True)


def test_two_rollbacks_by_two_people_pop_once(registered: Project) -> None:
    registered.modelref("rollback", "rec#prod", "--expect", "v2.0.0")
    second = registered.modelref("rollback", "rec#prod", "--expect", "v2.0.0", check=False)
    assert second.code == 4
    assert "holds v1.0.0, not v2.0.0, by Ada Lovelace" in second.err


def test_a_write_as_json_is_the_event_of_history(registered: Project) -> None:
    written = registered.modelref("rollback", "rec#prod", "--json").json["event"]
    assert written == registered.modelref("history", "--json").json["events"][0]


def test_several_models_are_promoted_at_once(registered: Project) -> None:
    registered.write("tiny/dvc.yaml", "artifacts:\n  tiny: {path: t.json, type: model}\n")
    registered.write("tiny/t.json", "{}")
    registered.git("add", "--all")
    registered.git("commit", "--quiet", "--message", "tiny")
    registered.modelref("register", "tiny:tiny")
    done = registered.modelref("promote", "rec@v1.0.0", "tiny:tiny@latest", "dev", "--json").json
    assert [event["tag"] for event in done["events"]] == ["rec#dev#1", "tiny=tiny#dev#1"]
    twice = registered.modelref("promote", "rec@v1.0.0", "rec@v2.0.0", "dev", check=False)
    assert (twice.code, "name each model once" in twice.err) == (2, True)


@pytest.mark.parametrize(("part", "version"), [("minor", "v3.1.0"), ("major", "v4.0.0")])
def test_a_bump_is_said_by_its_name(registered: Project, part: str, version: str) -> None:
    registered.git("commit", "--quiet", "--allow-empty", "--message", "again")
    written = registered.modelref("register", "rec", "--bump", part, "--json").json["event"]
    assert written["version"] == version


def test_the_python_api_is_the_same_loop(
    registered: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    registry = modelref.open(registered.root)
    assert [(m.name, m.latest, dict(m.stages)) for m in registry.models()] == [
        ("rec", "v3.0.0", {"prod": "v2.0.0"})
    ]
    version = registry.resolve("rec#prod")
    assert (version.name, version.version, version.tag) == ("rec", "v2.0.0", "rec#prod#2")
    assert version.commit == registered.commits[1]
    assert [out.path for out in version.outs] == ["models/rec"]
    files = registry.get("rec#prod")
    assert "x 16" in files["models/rec/weights.bin"].read_text()
    assert registry.get("rec#prod").folder == files.folder
    assert registry.promote("rec@v3.0.0", "prod", expect="v2.0.0").tag == "rec#prod#3"
    with pytest.raises(modelref.Conflict):
        registry.promote("rec@v1.0.0", "prod", expect="v2.0.0")
    assert registry.rollback("rec#prod", expect="v3.0.0").commit == registered.commits[1]
    diff = registry.diff("rec@v1.0.0", "rec@v2.0.0")
    assert diff
    assert diff.to_dict()["metrics"][0]["better"] is True
    assert "| all.ndcg@20 | 0.308 | 0.316 | +0.008 | better |" in diff.to_markdown()


def test_from_python_the_past_reads_as_it_was(registered: Project) -> None:
    registry = modelref.open(registered.root)
    events = registry.history("rec", stage="prod")
    assert [event.tag for event in events] == ["rec#prod#2", "rec#prod#1"]
    before = events[0].when - timedelta(seconds=1)
    assert registry.resolve("rec#prod", at=before).version == "v1.0.0"
    assert registry.resolve("rec#prod", at=before.replace(tzinfo=None)).version == "v1.0.0"
    assert dict(registry.models(at=before)[0].stages) == {"prod": "v1.0.0"}
    assert len(registry.history(at=before)) == len(registry.history()) - 1
    with pytest.raises(modelref.UnknownRef):
        registry.resolve("rec", at=before - timedelta(days=1))


def test_from_python_a_retired_model_is_revived_on_purpose(registered: Project) -> None:
    registry = modelref.open(registered.root)
    registry.deprecate("rec")
    with pytest.raises(modelref.Refused, match="is deprecated"):
        registry.promote("rec@v1.0.0", "prod")
    assert registry.promote("rec@v1.0.0", "prod", revive=True).stage == "prod"
    assert not registry.models()[0].deprecated


def test_a_worktree_shares_the_registry(registered: Project, tmp_path: Path) -> None:
    registered.git("worktree", "add", "--quiet", str(tmp_path / "tree"))
    other = Project(tmp_path / "tree", registered.commits)
    other.modelref("promote", "rec@v1.0.0", "prod")
    assert registered.modelref("resolve", "rec#prod", "--json").json["version"] == "v1.0.0"
