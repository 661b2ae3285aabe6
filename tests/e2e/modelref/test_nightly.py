"""Nights of retraining two models, as docs/how-to/nightly.md does it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from support.clones import clone_of, host_tags
from support.project import Project, Result

_DVC_YAML = """
stages:
  train:
    cmd: sh train.sh
    deps: [clicks.txt, train.sh]
    outs: [model.txt]
artifacts:
  {name}: {{path: model.txt, type: model}}
"""
_MODELS = {"search": "ranker", "shop": "recommender"}


@dataclass(frozen=True)
class Job:
    """The job, in its own clone.

    Attributes:
        project: the clone.
        host: a bare repository, which counts what is pushed to it.
    """

    project: Project
    host: Path

    def night(self, **clicked: str) -> Result:
        """Add what people clicked, by folder, and run the page's commands."""
        for folder, words in clicked.items():
            with (self.project.root / folder / "clicks.txt").open("a") as file:
                file.write("".join(f"{word}\n" for word in words.split()))
        self.project.run("dvc", "add", "--quiet", *(f"{name}/clicks.txt" for name in clicked))
        self.project.run("dvc", "repro", "--quiet", "--all-pipelines")
        self.project.run("dvc", "push", "--quiet")
        asked = ["register", "--changed", "--commit", "-m", "nightly"]
        return self.project.modelref(*asked, check=False)

    def pushes(self) -> int:
        """How often something was pushed to the host since the first night."""
        return len((self.host / "pushes").read_text().splitlines())


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """The job, its models registered once."""
    (tmp_path / "job").mkdir()
    project = Project(tmp_path / "job", ())
    host = tmp_path / "host.git"
    project.git("init", "--quiet", "--initial-branch=main")
    project.git("init", "--quiet", "--bare", "--initial-branch=main", str(host))
    project.git("remote", "add", "origin", str(host))
    project.run("dvc", "init", "--quiet")
    project.write(
        ".dvc/config", f"[core]\n    remote = r\n['remote \"r\"']\n    url = {tmp_path / 'store'}\n"
    )
    project.write("modelref.yaml", "remote: origin\n")
    for folder, name in _MODELS.items():
        project.write(f"{folder}/dvc.yaml", _DVC_YAML.format(name=name))
        # What was clicked before makes no other model.
        project.write(f"{folder}/train.sh", "sort -u clicks.txt > model.txt\n")
        project.write(f"{folder}/clicks.txt", f"{name}\n")
    project.run("dvc", "add", "--quiet", *(f"{folder}/clicks.txt" for folder in _MODELS))
    project.run("dvc", "repro", "--quiet", "--all-pipelines")
    project.run("dvc", "push", "--quiet")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "first")
    project.git("push", "--quiet", "--set-upstream", "origin", "main")
    project.modelref("register", *(f"{folder}:{name}" for folder, name in _MODELS.items()))
    hook = host / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho one >> pushes\n")
    hook.chmod(0o755)
    return Job(project, host)


def test_nights_go_as_the_page_says(job: Job, tmp_path: Path) -> None:
    main = job.project.git("rev-parse", "main")

    both = job.night(search="tea", shop="tea")
    *registered, pushed, summed = both.out.splitlines()
    assert [line.partition(" at commit ")[0] for line in registered] == [
        "registered search:ranker@v0.1.1",
        "registered shop:recommender@v0.1.1",
    ]
    assert (pushed, summed) == ("pushed to origin", "2 registered, 0 unchanged, 0 refused")
    assert (both.code, job.pushes()) == (0, 1), "all events are one push"

    one = job.night(search="milk", shop="tea tea")
    assert "registered search:ranker@v0.1.2 at commit" in one.out
    assert one.out.endswith("1 registered, 1 unchanged, 0 refused\n"), "an equal retrain"
    assert (one.code, job.pushes()) == (0, 2)

    job.project.write("shop/train.sh", "sort -ru clicks.txt > model.txt\n")
    stale = job.night(search="bread")
    assert "registered search:ranker@v0.1.3 at commit" in stale.out
    assert stale.out.endswith("1 registered, 0 unchanged, 1 refused\n")
    assert "shop:recommender" in stale.err
    assert "shop/train.sh is modified since DVC stage" in stale.err
    assert stale.code == 1

    job.project.git("checkout", "--quiet", "shop/train.sh")
    again = job.night(shop="cake")
    assert "registered shop:recommender@v0.1.2 at commit" in again.out
    assert again.out.endswith("1 registered, 1 unchanged, 0 refused\n"), "only what was missing"
    assert job.project.git("rev-parse", "main", "origin/main").split() == [main, main]

    assert sorted(host_tags(job.host)) == [
        *(f"search=ranker@v0.1.{patch}" for patch in range(4)),
        *(f"shop=recommender@v0.1.{patch}" for patch in range(3)),
    ]
    morning = clone_of(job.host, tmp_path / "morning", "Bob")
    morning.modelref("get", "search:ranker@latest", "-o", "model")
    assert (morning.root / "model/model.txt").read_text() == "bread\nmilk\nranker\ntea\n"
    behind = morning.modelref("register", "--changed", "--commit", "--dry-run")
    assert behind.out == "0 registered, 2 unchanged, 0 refused\n"
    assert "search:ranker has the files of v0.1.0 here, and v0.1.3 is the latest" in behind.err
    morning.git("cherry-pick", "shop=recommender@v0.1.2")
    assert morning.git("diff", "--name-only", "HEAD^").split() == [
        "shop/clicks.txt.dvc",
        "shop/dvc.lock",
    ]
