"""``modelref review``: what a branch does to each model, before anything of it is registered."""

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import modelref
from modelref.adapters.git.program import Finished, Git
from support.inprocess import run
from support.project import Project, Result
from support.tiny import tiny_clone

GATES = """\
gates:
  prod:
    - metric: ndcg
      min: 0.30
      why: below it, popularity is as good
    - from: staging
"""


TOLD = """\
artifacts:
  rec: {path: model.txt, type: model, desc: what a shopper sees first}
metrics: [metrics.json]
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """``shop:rec`` v0.1.0 in prod and ``search:ranker``; HEAD is a branch that worsens rec."""
    root = tmp_path / "clone"
    root.mkdir()
    project = Project(root, ())
    project.git("init", "--quiet")
    project.write("modelref.yaml", GATES)
    write(project, "shop", "rec", 0.4)
    write(project, "search", "ranker", 0.5)
    save(project, "first")
    registry = modelref.open(root)
    registry.register("shop:rec")
    registry.promote("shop:rec@v0.1.0", "prod", force=True, message="first")
    project.git("checkout", "--quiet", "-b", "tune")
    write(project, "shop", "rec", 0.2)
    save(project, "tune")
    project.git("checkout", "--quiet", "main")
    write(project, "search", "ranker", 0.6)
    save(project, "main moves on")
    project.git("checkout", "--quiet", "tune")
    return project


def write(project: Project, folder: str, name: str, ndcg: float) -> None:
    """A model in git that scores so much."""
    project.write(
        f"{folder}/dvc.yaml",
        f"artifacts:\n  {name}: {{path: model.txt, type: model}}\nmetrics: [metrics.json]\n",
    )
    project.write(f"{folder}/model.txt", f"{name} {ndcg}\n")
    project.write(f"{folder}/metrics.json", json.dumps({"ndcg": ndcg}))


def save(project: Project, message: str) -> None:
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", message)


def review(project: Project, *args: str) -> Result:
    return run(project.root, "review", *args)


class TestABranch:
    def test_the_verdict_comes_first(self, project: Project) -> None:
        result = review(project)
        assert (result.code, result.err) == (0, "")
        assert result.out.splitlines()[0] == "shop:rec: worse; may not ship to prod"
        assert "by averages alone, 1 metric worse (ndcg)" in result.out
        assert "ndcg: 0.4 → 0.2 (-0.2) worse" in result.out
        assert "no: 1 failed of 1 rules of prod (main), beside v0.1.0" in result.out
        assert "failed: ndcg at least 0.3: 0.2 (below it, popularity is as good)" in result.out
        assert "asked at the promotion: from staging" in result.out

    def test_what_main_got_meanwhile_is_no_part_of_it(self, project: Project) -> None:
        assert "ranker" not in review(project).out
        assert review(project, "--json").json["untouched"] == 1

    @pytest.mark.parametrize("span", ["main..tune", "main...tune", "main", "main..", "..tune"])
    def test_every_way_to_write_the_range_means_the_same(self, project: Project, span: str) -> None:
        assert review(project, span).out == review(project).out

    def test_a_comment_starts_with_its_marker_and_the_verdict(self, project: Project) -> None:
        lines = review(project, "--md").out.splitlines()
        assert lines[:2] == [
            "<!-- modelref-review -->",
            "### shop:rec: worse; may not ship to prod",
        ]
        text = "\n".join(lines)
        assert "<details><summary>Metrics (1)</summary>" in text
        assert "| failed | ndcg at least 0.3 | 0.2 | below it, popularity is as good |" in text
        assert text.index("Metrics (1)") < text.index("Gate (2)")
        last = r"From where HEAD left main: [0-9a-f]{10}\.\.[0-9a-f]{10}; (.*)\."
        (others,) = re.findall(last, lines[-1])
        assert others == "models that it does not touch: 1"
        assert review(project, "--md").out == review(project, "--md").out

    def test_json_has_all(self, project: Project) -> None:
        said = review(project, "--json").json
        (model,) = said["models"]
        assert (said["base"], said["head"]) == ("main", "HEAD")
        assert (said["from"], said["to"]) == (
            project.git("merge-base", "main", "tune"),
            project.git("rev-parse", "tune"),
        )
        assert (model["status"], model["quality"], model["tested"]) == ("changed", "worse", False)
        assert model["may_ship"] == "no"
        assert model["gate"]["against"] == "v0.1.0"
        assert model["diff"]["to"]["version"] is None
        assert model["diff"]["from"]["version"] == "v0.1.0"

    def test_exit_code_says_what_the_gate_says(self, project: Project) -> None:
        assert review(project, "--exit-code").code == 1
        write(project, "shop", "rec", 0.7)
        save(project, "better")
        result = review(project, "--exit-code")
        assert result.code == 0
        assert result.out.startswith("shop:rec: better; may ship to prod\n")

    def test_the_rules_are_those_of_the_default_branch(self, project: Project) -> None:
        project.write("modelref.yaml", GATES.replace("0.30", "0.10"))
        save(project, "weaken the gate")
        assert "may not ship to prod" in review(project).out

    def test_no_gates_is_said(self, project: Project) -> None:
        project.git("checkout", "--quiet", "main")
        project.write("modelref.yaml", "")
        save(project, "no gates")
        project.git("checkout", "--quiet", "tune")
        assert review(project).out.startswith("shop:rec: worse; no gates\n")

    def test_a_default_branch_without_valid_rules_is_named(self, project: Project) -> None:
        project.git("checkout", "--quiet", "main")
        project.write("modelref.yaml", "gates:\n  prod:\n    - metric: ndcg\n      mni: 1\n")
        save(project, "a mistake")
        project.git("checkout", "--quiet", "tune")
        result = review(project)
        assert result.code == 0
        assert "whether it may ship is not known" in result.out
        assert "no gate can be asked: " in result.err
        assert "'mni' is not a key" in result.err
        assert "> no gate can be asked: " in review(project, "--md").out

    def test_at_a_time_the_stage_held_nothing(self, project: Project) -> None:
        said = review(project, "--json", "--at", "2001-01-01").json
        assert said["models"][0]["gate"]["against"] is None


class TestALostMetric:
    """What was a number and is none any more is never passed over for what got better."""

    @pytest.mark.parametrize(
        ("after", "told"),
        [
            ('{"ndcg": NaN, "recall": 0.9}', "1 metric no number (ndcg); by averages alone, 1 "),
            ('{"ndcg": null, "recall": 0.9}', "1 metric gone (ndcg); by averages alone, 1 "),
            ('{"recall": 0.9}', "1 metric gone (ndcg); by averages alone, 1 metric better"),
            ('{"ndcg": null, "clicks": 3}', "2 metrics gone (ndcg, recall)"),
            ("{}", "2 metrics gone (ndcg, recall)"),
            (None, "2 metrics gone (ndcg, recall)"),
        ],
    )
    def test_it_decides_and_is_named_first(
        self, project: Project, after: str | None, told: str
    ) -> None:
        project.write("shop/metrics.json", '{"ndcg": 0.4, "recall": 0.3}')
        save(project, "two metrics")
        if after is None:
            (project.root / "shop/metrics.json").unlink()
            entry = "artifacts:\n  rec: {path: model.txt, type: model}\n"
            project.write("shop/dvc.yaml", entry)
        else:
            project.write("shop/metrics.json", after)
        save(project, "lost")
        text = review(project, "HEAD~1..HEAD").out
        assert text.startswith("shop:rec: a metric is lost; ")
        first, second, *_ = (line.strip() for line in text.splitlines()[1:])
        assert first.startswith(f"Better?        {told}")
        assert second.startswith(("ndcg is gone: it was 0.4", "ndcg is no number: 0.4 → nan"))
        (model,) = review(project, "HEAD~1..HEAD", "--json").json["models"]
        assert model["quality"] == "a metric is lost"
        outcomes = {one["metric"]: one["outcome"] for one in model["diff"]["metrics"]}
        assert outcomes["ndcg"] in ("gone", "no number")

    def test_a_file_that_cannot_be_read_any_more_is_not_without_a_difference(
        self, project: Project
    ) -> None:
        project.write("shop/metrics.json", '{"ndcg": ')
        save(project, "broken")
        text = review(project, "HEAD~1..HEAD").out
        assert text.startswith("shop:rec: metrics cannot be read; ")
        assert "shop/metrics.json is not valid JSON" in text.partition("Not known")[2]

    def test_worse_is_said_before_it(self, project: Project) -> None:
        project.write("shop/metrics.json", '{"recall": 0.3, "ndcg": 0.4}')
        save(project, "two metrics")
        project.write("shop/metrics.json", '{"ndcg": 0.1}')
        save(project, "one lost, one worse")
        text = review(project, "HEAD~1..HEAD").out
        assert text.startswith("shop:rec: worse; ")
        assert "1 metric gone (recall); by averages alone, 1 metric worse (ndcg)" in text

    def test_one_that_comes_to_be_is_not_better(self, project: Project) -> None:
        project.write("shop/metrics.json", '{"ndcg": NaN}')
        save(project, "none yet")
        project.write("shop/metrics.json", '{"ndcg": 0.5, "recall": 0.9}')
        save(project, "some")
        text = review(project, "HEAD~1..HEAD").out
        assert text.startswith("shop:rec: no difference shown; ")


class TestFromPython:
    def test_it_says_what_the_command_says(self, project: Project) -> None:
        found = modelref.open(project.root).review("main..tune")
        assert isinstance(found, modelref.Review)
        assert found.to_markdown() == review(project, "main..tune", "--md").out
        told = json.loads(json.dumps(found.to_dict()))
        said = review(project, "main..tune", "--json").json
        for one in (told, said):
            one["models"][0]["gate"].pop("evidence")  # its digest is of the time, too
        assert told == said
        assert [str(model.artifact) for model in found.value.models] == ["shop:rec"]

    def test_nothing_is_false_and_what_cannot_be_is_raised(self, project: Project) -> None:
        registry = modelref.open(project.root)
        assert registry.review()
        assert not registry.review("HEAD..HEAD")
        at = datetime(2001, 1, 1, tzinfo=UTC)
        assert registry.review(at=at).to_dict()["models"][0]["gate"]["against"] is None
        with pytest.raises(modelref.UnknownRef, match="there is no commit 'nowhere'"):
            registry.review("nowhere..HEAD")


class TestWhichModels:
    def test_none_is_one_line(self, project: Project) -> None:
        project.write("notes.txt", "no model\n")
        save(project, "notes")
        result = review(project, "HEAD~1..HEAD", "--md")
        marker, line = result.out.splitlines()
        assert marker == "<!-- modelref-review -->"
        assert re.fullmatch(r"No model is touched by [0-9a-f]{10}\.\.[0-9a-f]{10}\.", line)

    def test_several_are_listed_before_any_detail(self, project: Project) -> None:
        write(project, "search", "ranker", 0.9)
        write(project, "mail", "digest", 0.3)
        project.git("rm", "--quiet", "-r", "shop")
        save(project, "all at once")
        text = review(project, "HEAD~1..HEAD", "--md").out
        assert text.splitlines()[1:8] == [
            "## 3 models change",
            "",
            "| Model | Better? | May it ship? | Items kept |",
            "| --- | --- | --- | --- |",
            "| mail:digest | new | may ship to prod |  |",
            "| search:ranker | better | may ship to prod |  |",
            "| shop:rec | removed | - |  |",
        ]
        assert "new: nothing to compare it with" in text

    def test_a_range_that_ends_where_it_began_in_all_that_is_compared_is_readable(
        self, project: Project
    ) -> None:
        project.write("shop/dvc.yaml", TOLD)  # its entry says more, and nothing differs
        save(project, "a description")
        result = review(project, "HEAD~1..HEAD")
        assert result.out.startswith("shop:rec: no metric differs; may not ship to prod\n")
        assert "What changed?  nothing of its parameters, inputs, code, DVC stages" in result.out
        (model,) = review(project, "HEAD~1..HEAD", "--json").json["models"]
        assert (model["quality"], model["diff"]["metrics"]) == ("no metric differs", [])
        assert "shop:rec: no metric differs" in review(project, "HEAD~1..HEAD", "--md").out

    def test_a_model_that_cannot_be_read_says_why(self, project: Project) -> None:
        project.write("shop/dvc.lock", "]")
        save(project, "broken")
        result = review(project, "HEAD~1..HEAD")
        assert result.code == 0
        assert "shop:rec: cannot be read; whether it may ship is not known" in result.out
        assert "shop/dvc.lock is not valid YAML" in result.out


class TestWhatCannotBe:
    @pytest.mark.parametrize(
        ("span", "message"),
        [
            ("nowhere..HEAD", "error: there is no commit 'nowhere' in this clone\n"),
            ("main..-x", "error: '-x' is not a revision\n"),
        ],
    )
    def test_unknown_revisions(self, project: Project, span: str, message: str) -> None:
        result = review(project, span)
        assert result.code == 2
        assert result.err.startswith(message)

    def test_strangers(self, project: Project) -> None:
        project.git("checkout", "--quiet", "--orphan", "other")
        save(project, "from nothing")
        result = review(project, "main..other")
        assert result.code == 2
        assert "error: main and other have no commit in common\n" in result.err

    def test_a_shallow_clone_says_how_to_mend_it(self, project: Project, tmp_path: Path) -> None:
        address = project.root.as_uri()
        Project(tmp_path, ()).git(
            "clone", "--quiet", "--depth", "1", "--no-single-branch", address, "ci"
        )
        clone = Project(tmp_path / "ci", ())
        result = review(clone, "origin/main..HEAD")
        assert result.code == 5
        assert "where HEAD left origin/main is not in this clone" in result.err
        assert "fetch-depth: 0" in result.err

    def test_two_forms_at_once(self, project: Project) -> None:
        result = review(project, "--json", "--md")
        assert result.code == 2
        assert "--json and --md exclude each other" in result.err


def in_a_process(project: Project, *args: str) -> Result:
    """As a person runs it: DVC warns of what it uses itself."""
    return project.modelref("review", *args, check=False)


class TestMeasuredPerUser:
    """On a real DVC project: intervals, segments, and a CI job that starts with nothing."""

    def test_for_whom_it_is_better_and_worse(self, built_evaluated: Project) -> None:
        first, second, _ = built_evaluated.commits
        text = in_a_process(built_evaluated, f"{first}..{second}").out
        assert text.startswith("rec: better; no gates\n")
        assert "1 metric better" in text
        assert re.search(r"all\.ndcg@20: 0\.\d+ → 0\.\d+, \+\.0\d+ \[\.0\d+, \.0\d+\] better", text)
        whom = "all.ndcg@20: worse for 1, better for 1 of 2 segments of 30 users or more"
        assert f"For whom?      {whom}\n" in text
        assert re.search(r"worse: age old -\d+\.\d% \[-\d+\.\d%, -\d+\.\d%\]\n", text)
        assert re.search(r"better: age young \+\d+\.\d% \[", text)
        assert "1 parameter" in text
        assert "factors: 4 → 6" in text
        assert "tells of no panel; mend: meta.modelref.panel" in text

    def test_a_comment_is_the_same_to_the_byte_in_every_process(
        self, built_evaluated: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second, _ = built_evaluated.commits
        told = set()
        for seed in ("1", "2"):  # the order of sets
            monkeypatch.setenv("PYTHONHASHSEED", seed)
            told.add(in_a_process(built_evaluated, f"{first}..{second}", "--md").out)
        assert len(told) == 1

    def test_a_pipeline_that_nobody_ran_is_said(self, evaluated: Project) -> None:
        evaluated.write("params.yaml", json.dumps({"weeks": 4, "factors": 9}))
        save(evaluated, "forgot dvc repro")
        text = in_a_process(evaluated, "HEAD~1..HEAD").out
        assert "Run dvc repro" in text
        assert "the figures are not those of this commit" in text

    def test_an_empty_clone_brings_what_is_compared(
        self, evaluated: Project, tmp_path: Path
    ) -> None:
        evaluated.run("dvc", "remote", "add", "--quiet", "--default", "far", str(tmp_path / "far"))
        save(evaluated, "a remote")
        shutil.copytree(evaluated.root / ".dvc" / "cache", tmp_path / "far")  # laid out as one
        Project(tmp_path, ()).git("clone", "--quiet", str(evaluated.root), "ci")
        clone = Project(tmp_path / "ci", ())
        first, second, _ = evaluated.commits
        span = f"{first}..{second}"
        without = in_a_process(clone, span).out
        assert "by averages alone" in without
        assert "dvc fetch" in without
        with_bytes = in_a_process(clone, span, "--fetch").out
        assert "Better?        1 metric better" in with_bytes
        assert "worse: age old" in with_bytes
        assert "cache" not in with_bytes

    def test_what_cannot_be_brought_is_said(self, evaluated: Project, tmp_path: Path) -> None:
        evaluated.run(
            "dvc", "remote", "add", "--quiet", "--default", "far", str(tmp_path / "nowhere")
        )
        save(evaluated, "a remote that has nothing")
        Project(tmp_path, ()).git("clone", "--quiet", str(evaluated.root), "ci")
        first, second, _ = evaluated.commits
        result = in_a_process(Project(tmp_path / "ci", ()), f"{first}..{second}", "--fetch")
        assert result.code == 0
        assert "Not known" in result.out
        assert "users.parquet" in result.out


def test_a_further_model_takes_few_runs_of_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []
    real = Git.run

    def counted(git: Git, command: str, *options: str, **more: Any) -> Finished:
        runs.append(command)
        return real(git, command, *options, **more)

    monkeypatch.setattr(Git, "run", counted)
    counts = []
    for models in (2, 12):
        clone = tiny_clone(tmp_path / str(models), [f"m{number}" for number in range(models)], 2)
        runs.clear()
        done = run(clone.root, "review", "HEAD~1..HEAD", "--json")
        assert len(done.json["models"]) == models
        counts.append(len(runs))
    # Its files at both ends, listed and read; what all models share is read once.
    assert counts[1] - counts[0] <= 10 * 4
