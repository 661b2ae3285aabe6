"""``modelref diff`` on a real DVC project: what it finds, and what it says where it cannot."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from support.evaluated import FIRST_USER, SCORE, make
from support.project import Project, Result

SAME = ("rec@v0.1.0", "rec@v0.1.1")
OTHER = ("rec@v0.1.0", "rec@v0.1.2")


def diff(project: Project, *args: str) -> Result:
    return project.modelref("diff", *args, check=False)


def shape(project: Project, *args: str) -> Any:
    result = diff(project, *args, "--json")
    assert result.code == 0, result.err
    return result.json


def flat(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


def metric(found: Any, name: str) -> Any:
    (one,) = (one for one in found["metrics"] if one["metric"] == name)
    return one


def without_cache(project: Project) -> None:
    shutil.rmtree(project.root / ".dvc" / "cache")


class TestOnOneHoldOut:
    def test_the_change_comes_with_its_interval_and_for_whom(
        self, built_evaluated: Project
    ) -> None:
        said = diff(built_evaluated, *SAME, "--only", "metrics").out
        assert said.startswith("rec@v0.1.0 -> rec@v0.1.1\n1 metric better\n")
        row = r"all\.ndcg@20  0\.\d+  0\.\d+  \+\.0\d+ \[\.0\d+, \.0\d+\]  better"
        assert re.search(row, said)
        assert "on the same 120 users (paired bootstrap; Holm over 2 metrics)." in flat(said)
        assert re.search(r"age: old\s+40  all\.ndcg@20\s+-\d+\.\d% \[.*%\]  worse", said)
        assert re.search(r"age: young\s+80  all\.ndcg@20\s+\+\d+\.\d% \[.*%\]  better", said)
        assert max(map(len, said.splitlines())) <= 80

    def test_json_has_what_the_table_has(self, built_evaluated: Project) -> None:
        found = shape(built_evaluated, *SAME)
        one = metric(found, "all.ndcg@20")
        assert one["better"] is True
        assert one["interval"][0] < one["change"] < one["interval"][1]
        assert one["p_value"] < 0.01
        assert one["paired"]["users"] == 120
        assert one["paired"]["to"] - one["paired"]["from"] == pytest.approx(one["change"])
        assert {(part["segment"], part["users"]) for part in one["segments"]} == {
            ("young", 80), ("old", 40),
        }  # fmt: skip
        assert found["basis"] == {"comparable": True, "rescored": False, "users": "users.parquet"}
        assert found["headline"] == "1 metric better"

    def test_both_directions_mirror_exactly(self, built_evaluated: Project) -> None:
        there = metric(shape(built_evaluated, *SAME), "all.ndcg@20")
        back = metric(shape(built_evaluated, *reversed(SAME)), "all.ndcg@20")
        assert back["change"] == -there["change"]
        assert back["interval"] == [-bound for bound in reversed(there["interval"])]
        assert back["p_value"] == there["p_value"]
        assert back["better"] is False

    def test_a_version_does_not_differ_from_itself(self, built_evaluated: Project) -> None:
        found = shape(built_evaluated, SAME[0], SAME[0])
        kinds = ("metrics", "params", "data", "code", "pipeline")
        assert [found[kind] for kind in kinds] == [[]] * 5
        assert list(found["absent"]) == ["behaviour"]
        assert diff(built_evaluated, SAME[0], SAME[0], "--exit-code").code == 0
        assert diff(built_evaluated, *SAME, "--exit-code").code == 1

    def test_the_workspace_is_measured_too(self, evaluated: Project) -> None:
        (evaluated.root / "params.yaml").write_text('{"weeks": 4, "factors": 8}')
        evaluated.run("dvc", "repro", "--quiet")
        found = shape(evaluated, "rec@v0.1.2")
        assert metric(found, "all.ndcg@20")["paired"]["users"] == 120

    def test_results_that_dvc_hashes_but_git_keeps_are_read_from_git(
        self, evaluated: Project
    ) -> None:
        definition = evaluated.root / "dvc.yaml"
        definition.write_text(
            definition.read_text().replace("[users.parquet]", "[users.parquet: {cache: false}]")
        )
        evaluated.git("rm", "--quiet", "--cached", "--ignore-unmatch", ".gitignore")
        (evaluated.root / ".gitignore").write_text("/data\n")
        commits = [make(evaluated, 5, factors) for factors in (3, 6)]
        for commit, version in zip(commits, ("v1.0.0", "v1.0.1"), strict=True):
            evaluated.modelref("register", "rec", "--rev", commit, "--version", version)
        found = shape(evaluated, "rec@v1.0.0", "rec@v1.0.1")
        assert metric(found, "all.ndcg@20")["paired"]["users"] == 120


class TestOnDifferentHoldOuts:
    def test_figures_are_incomparable_and_it_says_what_would_help(
        self, built_evaluated: Project
    ) -> None:
        said = diff(built_evaluated, *OTHER, "--only", "metrics").out
        assert "1 metric incomparable" in said
        assert "metrics: the sides were measured on different hold-outs" in said
        assert "mend: set models.rec.score in modelref.yaml" in flat(said)
        one = metric(shape(built_evaluated, *OTHER), "all.ndcg@20")
        assert (one["change"], one["better"], one["outcome"]) == (None, None, "incomparable")

    def test_the_first_is_scored_on_the_seconds_and_only_once(self, evaluated: Project) -> None:
        evaluated.write("modelref.yaml", SCORE)
        evaluated.write(".git/info/exclude", "scored.log\n")
        for _ in range(2):
            found = shape(evaluated, *OTHER)
            one = metric(found, "all.ndcg@20")
            assert found["basis"]["rescored"] is True
            assert (one["better"], one["paired"]["users"]) == (True, 120)
        assert (evaluated.root / "scored.log").read_text() == "4\n"
        assert evaluated.git("status", "--short", "--", "models", "data") == ""
        score = evaluated.root / "score.py"
        score.write_text(score.read_text() + "\n")  # other code may say something else
        said = diff(evaluated, *OTHER, "--only", "metrics").out
        assert (evaluated.root / "scored.log").read_text() == "4\n4\n"
        assert "rec@v0.1.0 was scored anew, on the same hold-out as rec@v0.1.2." in said

    @pytest.mark.parametrize(
        ("score", "said"),
        [
            ("python missing.py {model} {holdout} {out}", "failed with exit code 2: "),
            ("no-such-program {model} {holdout} {out}", "(no-such-program) cannot be run"),
            ("true {model} {holdout} {out}", "the score command wrote no file to {out}"),
        ],
    )  # fmt: skip
    def test_a_command_that_fails_is_said_and_the_rest_is_shown(
        self, evaluated: Project, score: str, said: str
    ) -> None:
        evaluated.write("modelref.yaml", f"models:\n  rec:\n    score: '{score}'\n")
        result = diff(evaluated, *OTHER)
        assert result.code == 0
        assert said in flat(result.out)
        assert "incomparable" in result.out
        assert "factors" in result.out

    def test_a_command_that_takes_too_long_is_ended(self, evaluated: Project) -> None:
        evaluated.write("slow.py", "import time; time.sleep(600)")
        evaluated.write(
            "modelref.yaml",
            "models:\n  rec:\n    score: python slow.py {model} {holdout} {out}\n"
            "    score_seconds: 1\n",
        )
        said = diff(evaluated, *OTHER, "--only", "metrics").out
        assert "(python) took more than 1 seconds" in flat(said)

    def test_no_word_of_a_command_reaches_a_shell(self, evaluated: Project) -> None:
        evaluated.write(
            "modelref.yaml",
            'models:\n  rec:\n    score: "python score.py {model} {holdout} {out} ; touch owned"\n',
        )
        diff(evaluated, *OTHER, "--only", "metrics")
        assert not (evaluated.root / "owned").exists()


class TestWhatIsNotAvailable:
    def test_missing_bytes_name_the_command_that_brings_them(self, evaluated: Project) -> None:
        without_cache(evaluated)
        result = diff(evaluated, *OTHER)
        said = flat(result.out)
        assert result.code == 0
        assert "the bytes of data are not in the DVC cache" in said
        assert "dvc fetch --all-tags data" in said
        assert "data  " in result.out  # its hash differs all the same
        found = shape(evaluated, *OTHER)
        assert found["absent"]["metrics"][-1]["mend"] == "dvc fetch --all-tags data"

    def test_that_nothing_differs_is_not_said_of_what_cannot_be_read(
        self, evaluated: Project
    ) -> None:
        evaluated.write("metrics.json", "{")
        result = evaluated.modelref(
            "diff", "rec@latest", "--only", "metrics", "--exit-code", check=False
        )
        assert "differs" not in result.out
        assert "metrics.json is not valid JSON" in flat(result.out)
        assert result.code == 5

    def test_equal_folders_around_the_hold_out_are_equal_without_their_bytes(
        self, evaluated: Project
    ) -> None:
        without_cache(evaluated)
        found = shape(evaluated, *SAME)
        assert found["basis"]["comparable"] is True
        assert found["absent"]["metrics"] == [
            {
                "why": found["absent"]["metrics"][0]["why"],
                "mend": "dvc fetch --all-tags users.parquet",
            }
        ]
        assert [(one["metric"], one["outcome"]) for one in found["metrics"]] == [
            ("all.ndcg@20", "incomparable")
        ]

    def test_a_model_that_tells_nothing_of_itself_is_compared_by_its_files(
        self, built_project: Project, tmp_path: Path
    ) -> None:
        project = built_project.copied_to(tmp_path / "plain")
        for commit in project.commits[:2]:
            project.modelref("register", "rec", "--rev", commit)
        found = shape(project, "rec@v0.1.0", "rec@v0.1.1")
        assert list(found["absent"]) == ["behaviour"]
        assert [one["better"] for one in found["metrics"]] == [True, True]

    def test_results_without_a_hold_out_are_not_paired(self, evaluated: Project) -> None:
        definition = evaluated.root / "dvc.yaml"
        text = definition.read_text().replace("        holdout: data/holdout/test.csv\n", "")
        definition.write_text(text)
        said = diff(evaluated, SAME[0], "--only", "metrics").out
        assert "workspace does not tell which hold-out it was measured on" in said


class TestData:
    def test_rows_users_items_and_drift(self, built_evaluated: Project) -> None:
        found = shape(built_evaluated, *OTHER)
        (folder,) = found["data"]
        assert (folder["path"], folder["status"]) == ("data", "changed")
        assert folder["files"] == {"added": 0, "removed": 0, "changed": 2}
        tables = {table["path"]: table for table in folder["tables"]}
        rows = tables["data/rows.csv"]
        assert rows["rows"] == {
            "from": 360, "to": 480, "added": 120, "removed": 0, "estimated": False,
        }  # fmt: skip
        assert rows["ids"]["user"]["from"] == 120
        assert "week" in {one["column"] for one in rows["columns"]}
        said = diff(built_evaluated, *OTHER, "--only", "data").out
        assert re.search(r"data/rows\.csv\n.*\nrows\s+360\s+480\s+120\s+0\n", said)

    @pytest.mark.parametrize("form", [(), ("--json",), ("--md",)])
    def test_no_id_of_a_user_is_ever_shown(self, evaluated: Project, form: tuple[str, ...]) -> None:
        evaluated.write("modelref.yaml", SCORE)
        for pair in (SAME, OTHER):
            said = diff(evaluated, *pair, *form)
            assert not re.search(str(FIRST_USER)[:5], said.out + said.err)


class TestCodeAndPipeline:
    def test_files_that_stages_read_with_their_lines(self, evaluated: Project) -> None:
        code = evaluated.root / "train.py"
        code.write_text(code.read_text().replace("import pathlib", "import os, pathlib"))
        evaluated.write("notes.md", "read by no DVC stage")
        said = diff(evaluated, "rec@v0.1.2", "--only", "code", "--patch")
        assert re.search(r"train\.py\s+1\s+1\s+train", said.out)
        assert "+import os, pathlib, yaml" in said.out
        assert "notes.md" not in said.out
        assert "train.py is modified since DVC stage train ran" in said.err

    def test_a_stage_that_runs_something_else(self, evaluated: Project) -> None:
        definition = evaluated.root / "dvc.yaml"
        definition.write_text(
            definition.read_text().replace("cmd: python train.py", "cmd: python -O train.py")
        )
        evaluated.run("dvc", "repro", "--quiet")
        (change,) = shape(evaluated, "rec@v0.1.2")["pipeline"]
        assert (change["stage"], change["from"], change["to"]) == (
            "train", ["python train.py"], ["python -O train.py"],
        )  # fmt: skip
        said = diff(evaluated, "rec@v0.1.2", "--only", "pipeline").out
        assert re.search(r"train\s+command\s+- python train\.py", said)
        assert re.search(r"train\s+command\s+\+ python -O train\.py", said)

    def test_a_stage_that_is_gone(self, evaluated: Project) -> None:
        definition = evaluated.root / "dvc.yaml"
        text = definition.read_text()
        begin, end = text.index("  evaluate:"), text.index("artifacts:")
        definition.write_text(text[:begin] + text[end:])
        (change,) = shape(evaluated, "rec@v0.1.2")["pipeline"]
        assert (change["stage"], change["status"]) == ("evaluate", "removed")


def test_a_kind_that_is_not_asked_for_is_null_and_an_unknown_one_is_refused(
    built_evaluated: Project,
) -> None:
    found = shape(built_evaluated, *SAME, "--only", "code, params")
    assert {"metrics", "data", "pipeline", "weights"} <= {k for k in found if found[k] is None}
    result = diff(built_evaluated, *SAME, "--only", "colour")
    assert (result.code, "kinds: metrics, params, data, code" in result.err) == (2, True)


def test_a_hold_out_that_a_dvc_file_tracks_is_known_by_its_hash(tmp_path: Path) -> None:
    project = Project(tmp_path / "shop", ())
    project.root.mkdir()
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    project.write("modelref.yaml", SCORE)
    project.write(
        "dvc.yaml",
        "artifacts:\n  rec:\n    path: models/rec\n    type: model\n    meta:\n      modelref:\n"
        "        users: eval/users.csv\n        holdout: data/test.csv\n"
        "metrics: [metrics.json]\n",
    )
    for number, truth in ((1, "same"), (2, "same"), (3, "other")):
        project.write("models/rec", f"model {number}")
        project.write("data/test.csv", f"user,item\n1,{truth}\n")
        rows = "".join(f"{user},{0.1 * number + user / 1000}\n" for user in range(60))
        project.write("eval/users.csv", f"user,ndcg\n{rows}")
        project.write("metrics.json", f'{{"ndcg": {0.1 * number + 0.0295:.4f}}}')
        project.run("dvc", "add", "--quiet", "models/rec", "data/test.csv", "eval/users.csv")
        project.git("add", "--all")
        project.git("commit", "--quiet", "--message", f"version {number}")
        project.modelref("register", "rec")
    found = shape(project, *SAME, "--only", "metrics")
    assert found["absent"] == {}
    assert metric(found, "ndcg")["paired"]["users"] == 60
    assert shape(project, *OTHER, "--only", "metrics")["basis"]["comparable"] is False


def test_it_is_said_on_how_many_of_the_users_a_change_was_measured(
    evaluated: Project,
) -> None:
    project = evaluated
    text = (project.root / "evaluate.py").read_text()
    fewer = 'users = pd.read_parquet("users.parquet").head(110)\nusers.to_parquet("users.parquet")'
    project.write("evaluate.py", text.replace('users = pd.read_parquet("users.parquet")', fewer))
    make(project, 3, 7)
    project.modelref("register", "rec")
    versions = ("rec@v0.1.1", "rec@v0.1.3")
    for more in ((), ("--md",)):
        said = flat(diff(project, *versions, "--only", "metrics", *more).out)
        assert "on the same 110 of 120 users" in said
    one = metric(shape(project, *versions, "--only", "metrics"), "all.ndcg@20")
    assert (one["paired"]["users"], one["paired"]["of"]) == (110, 120)
