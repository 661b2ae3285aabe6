"""The behaviour of two versions: whose lists change, from what each version stored."""

import json
import shutil
from pathlib import Path

import pytest

from support.project import Project

_DVC_YAML = """
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params: [shift]
    outs: [models/rec.txt, panel.csv, reseeded.csv, items.csv, users.csv]
artifacts:
  rec:
    path: models/rec.txt
    type: model
    meta:
      modelref: {panel: panel.csv, floor: reseeded.csv, items: items.csv, users: users.csv}
"""
# Users 0 to 9 are new, 10 to 39 loyal. `shift` replaces the lists of the new users only.
_TRAIN = """
import pathlib, yaml
shift = yaml.safe_load(open("params.yaml"))["shift"]
pathlib.Path("models").mkdir(exist_ok=True)
pathlib.Path("models/rec.txt").write_text(f"shift {shift}")
def lists(seed):
    rows = ["user,rank,item"]
    for user in range(40):
        start = shift if user < 10 else 0
        for rank in range(1, 6):
            last = seed and rank == 5
            rows.append(f"secret{user:03},{rank},{start + rank + 50 * last}")
    return "\\n".join(rows) + "\\n"
pathlib.Path("panel.csv").write_text(lists(0))
pathlib.Path("reseeded.csv").write_text(lists(1))
items = [f"{n},Item {n},{'food' if n < 10 else 'toys'},{100 - n}" for n in range(1, 100)]
pathlib.Path("items.csv").write_text("item,name,category,popularity\\n" + "\\n".join(items) + "\\n")
users = [f"secret{n:03},all,{'new' if n < 10 else 'loyal'},0.5" for n in range(40)]
pathlib.Path("users.csv").write_text("user,task,loyalty,ndcg\\n" + "\\n".join(users) + "\\n")
"""


@pytest.fixture(scope="module")
def panels(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("panels") / "shop"
    root.mkdir()
    project = Project(root, ())
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    project.write("dvc.yaml", _DVC_YAML)
    project.write("train.py", _TRAIN)
    for shift in (0, 20):
        project.write("params.yaml", f"shift: {shift}\n")
        project.run("dvc", "repro", "--quiet")
        project.git("add", "--all")
        project.git("commit", "--quiet", "--message", f"shift {shift}")
        project.modelref("register", "rec")
    return project


ARGS = ("diff", "rec@v0.1.0", "rec@v0.1.1", "--only", "behaviour")


def test_json_has_every_figure(panels: Project) -> None:
    said = panels.modelref(*ARGS, "--json").json["behaviour"]
    assert (said["k"], said["users"], said["only_from"], said["only_to"]) == (5, 40, 0, 0)
    assert said["overlap"] == pytest.approx(0.75)
    assert said["top1_changed"] == pytest.approx(0.25)
    assert said["floor"] == pytest.approx(0.8)
    assert said["histogram"] == [10, 0, 0, 0, 0, 30]
    assert said["coverage"] == {"from": 5, "to": 10}
    assert said["novelty"]["to"] > said["novelty"]["from"]
    assert {(one["category"], round(one["change"], 6)) for one in said["categories"]} == {
        ("food", -0.25),
        ("toys", 0.25),
    }
    first = said["segments"][0]
    assert 0 < first.pop("p_value") < 1e-6
    novelty = first.pop("novelty")
    assert novelty["to"] > novelty["from"]
    assert first == {
        "column": "loyalty",
        "segment": "new",
        "users": 10,
        "overlap": 0.0,
        "jaccard": 0.0,
        "rbo": 0.0,
        "tau": None,
        "top1_changed": 1.0,
        "coverage": {"from": 5, "to": 5},
        "categories": [
            {"category": "food", "from": 1.0, "to": 0, "change": -1.0},
            {"category": "toys", "from": 0, "to": 1.0, "change": 1.0},
        ],
    }
    rest = said["segments"][1]
    assert (rest["jaccard"], rest["tau"], rest["categories"]) == (1, 1, [])
    assert said["examples"][0]["description"] == "loyalty: new"
    assert said["examples"][0]["to"] == [f"Item {number}" for number in range(21, 26)]


@pytest.mark.parametrize("form", [[], ["--md"]])
def test_a_review_and_a_diff_draw_bars_in_a_comment_and_in_a_terminal(
    panels: Project, form: list[str]
) -> None:
    asked = panels.modelref("review", "rec@v0.1.0..rec@v0.1.1", *form).out
    # 75 % of ten blocks: a bar as long as the share that it stands beside.
    assert "███████▌ 75.0 % of the 5 items stay; another seed alone keeps 80.0 %" in asked
    bars = [line.strip("| ").split() for line in panels.modelref(*ARGS, *form).out.splitlines()]
    drawn = {cells[0]: cells[-1] for cells in bars if cells and set(cells[-1]) <= set("█▏▎▍▌▋▊▉")}
    assert drawn == {"0": "█" * 5, "5": "█" * 15}


@pytest.mark.parametrize("more", [[], ["--json"], ["--md"], ["--md", "--examples"], ["--examples"]])
def test_no_id_of_a_user_is_ever_shown(panels: Project, more: list[str]) -> None:
    done = panels.modelref(*ARGS, *more)
    assert "secret" not in done.out + done.err


def test_the_page_shows_lists_by_name_and_never_whose(panels: Project) -> None:
    few = panels.modelref(*ARGS, "--html", "-").out
    all_ = panels.modelref(*ARGS, "--html", "-", "--examples").out
    assert (few.count("Example "), all_.count("Example ")) == (2, 5)
    assert "Item 21" in few
    assert "secret" not in few + all_


def test_a_comment_names_no_products_unless_asked(panels: Project) -> None:
    assert "Item 21" not in panels.modelref(*ARGS, "--md").out
    assert "Item 21" in panels.modelref(*ARGS, "--md", "--examples").out
    assert panels.modelref(*ARGS).out.count("Example ") == 1
    assert panels.modelref(*ARGS, "--examples").out.count("Example ") == 5


def test_the_terminal_says_it_beside_what_chance_does(panels: Project) -> None:
    said = panels.modelref(*ARGS).out
    assert "items that stay, of 5" in said
    assert "75.0 %  with nothing but another seed: 80.0 %" in said
    assert "loyalty: new" in said
    assert max(len(line) for line in said.splitlines() if "Example" not in line) <= 80


def test_a_version_is_like_itself(panels: Project) -> None:
    said = panels.modelref("diff", "rec@v0.1.0", "rec@v0.1.0", "--only", "behaviour", "--exit-code")
    assert "No list of the panel's 40 users differs." in said.out


def test_what_is_missing_is_said_with_the_command_that_brings_it(
    panels: Project, tmp_path: Path
) -> None:
    clone = panels.copied_to(tmp_path / "clone")
    said = clone.modelref("resolve", "rec@v0.1.0", "--json").json
    assert said["outs"]
    lock = clone.git("show", "HEAD:dvc.lock")
    digest = next(
        line.split()[-1]
        for line, path in zip(lock.splitlines()[1:], lock.splitlines(), strict=False)
        if "path: panel.csv" in path
        for line in lock.splitlines()[lock.splitlines().index(path) :][:3]
        if "md5:" in line
    )
    (clone.root / ".dvc/cache/files/md5" / digest[:2] / digest[2:]).unlink()
    done = clone.modelref(*ARGS, "--json")
    (reason,) = done.json["absent"]["behaviour"]
    assert done.json["behaviour"] is None
    assert "panel.csv" in reason["why"]
    assert "dvc fetch" in reason["mend"]


def test_a_path_from_the_folder_of_the_model_is_told_from_the_top(tmp_path: Path) -> None:
    project = Project(tmp_path, ())
    project.git("init", "--quiet")
    project.run("dvc", "init", "--quiet")
    (tmp_path / "ranker").mkdir()
    project.write(
        "ranker/dvc.yaml",
        "stages:\n"
        "  train: {cmd: echo x > m.bin, outs: [m.bin]}\n"
        "  rank: {cmd: mkdir eval && cp m.bin eval/l.csv, deps: [m.bin], outs: [eval]}\n"
        "artifacts: {rec: {path: m.bin, type: model, meta: {modelref: {panel: eval/l.csv}}}}\n",
    )
    project.run("dvc", "repro", "--quiet", "ranker/dvc.yaml")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "trained")
    project.modelref("register", "ranker:rec")
    done = project.modelref("diff", "ranker:rec@v0.1.0", "--only", "behaviour", "--json")
    assert {one["mend"] for one in done.json["absent"]["behaviour"]} == {
        "did you mean ranker/eval/l.csv? paths in meta.modelref start at the repository's top"
    }


def test_a_version_without_a_panel_says_what_to_declare(panels: Project, tmp_path: Path) -> None:
    clone = panels.copied_to(tmp_path / "clone")
    bare = "".join(line for line in _DVC_YAML.splitlines(keepends=True) if "modelref:" not in line)
    clone.write("dvc.yaml", bare.replace("    meta:\n", ""))
    done = clone.modelref("diff", "rec@v0.1.1", "--only", "behaviour", "--json")
    (reason,) = done.json["absent"]["behaviour"]
    assert reason["why"] == "workspace tells of no panel"
    assert json.dumps(done.json)
    shutil.rmtree(clone.root)
