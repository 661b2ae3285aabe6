"""The files of docs/hosts fit what modelref writes: patterns match its tags, scripts run."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

import modelref
from modelref.domain.config import Config
from modelref.domain.names import Artifact, parse_stage
from modelref.domain.signature import Signers
from modelref.domain.tag import TagName
from support.project import Project
from support.tiny import tiny_registry

HOSTS = Path(__file__).parents[4] / "docs" / "hosts"
EVENTS = [
    "rec@v0.1.0",
    "rec@v1.2.3-rc.1+build",
    "rec@v0.1.0!",
    "rec@v0.1.0!#2",
    "rec@deprecated",
    "rec@deprecated#2",
    "rec@created",
    "rec#prod#1",
    "rec#prod!#12",
    "rec#eu/prod#1",
    "shop/eu=ranker@v0.1.0",
    "shop/eu=ranker#prod#3",
    "team/rec#prod#3",
    "rec#prod",
    "rec#prod!",
    "rec#dev",
    "rec#eu/prod!",
    "shop/eu=ranker@v0.1.0!",
]
OTHERS = ["v1.0.0", "build-7", "release/2026-11", "rec-v1.0.0"]
PROD = {
    "rec#prod#1",
    "rec#prod!#12",
    "shop/eu=ranker#prod#3",
    "team/rec#prod#3",
    "rec#prod",
    "rec#prod!",
    "rec@v0.1.0!",
    "rec@v0.1.0!#2",
    "shop/eu=ranker@v0.1.0!",
}
"""What may change what ``prod`` holds: its own events, and versions that are withdrawn."""


def test_these_are_events_and_others_are_none() -> None:
    assert all(TagName.parse(tag) for tag in EVENTS)
    assert not any(TagName.parse(tag) for tag in OTHERS)


def path_pattern(pattern: str) -> re.Pattern[str]:
    """``fnmatch`` with ``FNM_PATHNAME``, as GitHub's rulesets have it."""
    parts = {"**/": "(?:[^/]*/)*", "*": "[^/]*"}
    return re.compile(
        "".join(parts.get(p) or re.escape(p) for p in re.split(r"(\*\*/|\*)", pattern))
    )


def filter_pattern(pattern: str) -> re.Pattern[str]:
    """A filter of GitHub's workflows: ``*`` stops at a slash, ``**`` does not."""
    assert not set(pattern) & set("+?[]\\")
    assert not pattern.startswith("!")
    parts = {"**": ".*", "*": "[^/]*"}
    return re.compile(
        "".join(parts.get(p) or re.escape(p) for p in re.split(r"(\*\*|\*)", pattern))
    )


def ruleset(name: str) -> Any:
    return json.loads((HOSTS / name).read_text(encoding="utf-8"))


def matched(patterns: list[re.Pattern[str]], tags: list[str], prefix: str = "") -> set[str]:
    return {tag for tag in tags if any(one.fullmatch(prefix + tag) for one in patterns)}


def test_githubs_ruleset_covers_every_event_and_nothing_else() -> None:
    rules = ruleset("github-ruleset.json")
    assert (rules["target"], rules["enforcement"]) == ("tag", "active")
    assert {rule["type"] for rule in rules["rules"]} >= {"deletion", "update"}
    patterns = [path_pattern(one) for one in rules["conditions"]["ref_name"]["include"]]
    assert matched(patterns, EVENTS + OTHERS, "refs/tags/") == set(EVENTS)


def test_githubs_second_ruleset_covers_the_events_of_prod() -> None:
    rules = ruleset("github-ruleset-prod.json")
    assert [rule["type"] for rule in rules["rules"]] == ["creation"]
    patterns = [path_pattern(one) for one in rules["conditions"]["ref_name"]["include"]]
    assert matched(patterns, EVENTS + OTHERS, "refs/tags/") == PROD


def test_gitlabs_wildcards_cover_every_event_and_nothing_else() -> None:
    script = (HOSTS / "gitlab-protected-tags.sh").read_text(encoding="utf-8")
    wildcards = re.findall(r"^protect '([^']+)' \d+$", script, re.MULTILINE)
    assert len(wildcards) >= 4
    patterns = [
        re.compile(".*".join(re.escape(part) for part in one.split("*"))) for one in wildcards
    ]
    assert matched(patterns, EVENTS + OTHERS) == set(EVENTS)


def workflow(name: str) -> Any:
    return yaml.safe_load((HOSTS / name).read_text(encoding="utf-8"))


def test_githubs_job_runs_on_the_events_of_prod() -> None:
    # YAML 1.1, which PyYAML reads, takes the key "on" for true.
    patterns = [
        filter_pattern(one) for one in workflow("github-on-promotion.yml")[True]["push"]["tags"]
    ]
    assert matched(patterns, EVENTS + OTHERS) == PROD


def test_githubs_job_fetches_all_that_modelref_reads() -> None:
    (checkout,) = [
        step
        for step in workflow("github-on-promotion.yml")["jobs"]["deploy"]["steps"]
        if "with" in step
    ]
    assert checkout["with"]["fetch-depth"] == 0
    assert checkout["with"]["fetch-tags"] is True


def test_gitlabs_job_runs_on_the_events_of_prod() -> None:
    job = workflow("gitlab-on-promotion.yml")["deploy"]
    condition = re.fullmatch(r"\$CI_COMMIT_TAG =~ /(.*)/", job["rules"][0]["if"])
    assert condition
    assert {tag for tag in EVENTS + OTHERS if re.search(condition[1], tag)} == PROD
    assert job["variables"]["GIT_DEPTH"] == "0"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = tiny_registry(tmp_path / "clone", ("recommender", "ranker"), 2)
    project.git("init", "--quiet", "--bare", str(tmp_path / "server.git"))
    project.git("remote", "add", "origin", str(tmp_path / "server.git"))
    registry = modelref.open(project.root)
    registry.promote("recommender@v0.1.0", "prod")
    registry.promote("ranker@v0.2.0", "prod")
    project.git("push", "--quiet", "--tags", "origin", "main")
    project.write("deploy.sh", '#!/bin/sh\ncat "$1"/*/*.txt\n')
    (project.root / "deploy.sh").chmod(0o755)
    return project


def scripts() -> dict[str, list[str]]:
    steps = workflow("github-on-promotion.yml")["jobs"]["deploy"]["steps"]
    job = workflow("gitlab-on-promotion.yml")["deploy"]
    return {
        "github": [step["run"] for step in steps if "run" in step],
        "gitlab": [*job["before_script"], *job["script"]],
    }


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_the_jobs_lines_deploy_what_prod_holds(project: Project, host: str) -> None:
    lines = [line for line in scripts()[host] if line != 'pip install "$MODELREF"']
    assert len(lines) == len(scripts()[host]) - 1
    done = project.run(
        "bash", "-euo", "pipefail", "-c", "\n".join(lines), MODELS="recommender ranker"
    )
    assert "recommender 1\n" in done.out
    assert "ranker 2\n" in done.out


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_the_jobs_fail_where_prod_holds_nothing(project: Project, host: str) -> None:
    modelref.open(project.root).unassign("ranker#prod")
    lines = [line for line in scripts()[host] if line != 'pip install "$MODELREF"']
    done = project.run(
        "bash", "-euo", "pipefail", "-c", "\n".join(lines), check=False, MODELS="recommender ranker"
    )
    assert done.code != 0
    assert "stage prod of ranker holds no version" in done.err
    assert "recommender 1" not in done.out


def test_the_how_tos_configuration_is_valid() -> None:
    page = (HOSTS.parent / "how-to" / "sign.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    signing = Config.parse(yaml.safe_load(example)).signing
    ranker, prod = Artifact.parse("search:ranker"), parse_stage("prod")
    assert signing.rule(ranker, prod) == Signers(("carol@shop.example",))
    assert signing.rule(ranker, parse_stage("approved")) == Signers()
    assert signing.revoked_keys == ".modelref/revoked_keys"


@pytest.mark.parametrize("script", ["update", "gitlab-protected-tags.sh"])
def test_the_scripts_are_sound_shell(tmp_path: Path, script: str) -> None:
    shutil.copy(HOSTS / script, tmp_path)
    project = Project(tmp_path, ())
    assert project.run("sh", "-n", script).err == ""
