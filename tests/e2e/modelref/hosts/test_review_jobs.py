"""The CI jobs that comment on pull requests: their very lines run, beside hosts that note calls."""

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelref.surfaces.cli.templates import REVIEW_JOBS, review_job
from support.project import SCRIPTS, Project, Result
from support.tiny import tiny_registry

TOP = Path(__file__).parents[4]
KEPT = {"github": ".github/workflows/model-review.yml", "gitlab": "docs/hosts/gitlab-review.yml"}
MERGE = "https://gitlab.example/api/v4/projects/5/merge_requests/7/notes"
BODY = "--data-urlencode body@review.md"
MARKER = "<!-- modelref-review -->\n"
COMMENT = f"{MARKER}### rec: "

# Notes its arguments and what stands in the file that it posts; answers with the comments so far,
# those of GitLab a page a line, or as a host does that is down.
GH = """#!/bin/sh
printf '%s\\n' "$*" >> "$CALLS"
case "$*" in
  *--paginate*) printf '%s' "$KNOWN"; test -z "$DOWN" || { echo 'HTTP 502' >&2; exit 1; } ;;
  *body=@*) cp "${*##*body=@}" "$CALLS.body" ;;
esac
"""
CURL = """#!/bin/sh
printf '%s\\n' "$*" >> "$CALLS"
case "$*" in
  */user) printf '{"id": 4, "username": "bot"}' ;;
  *per_page*)
    test -z "$DOWN" || { echo 'HTTP 502' >&2; exit 22; }
    printf '%s' "$KNOWN" | sed -n "${*##*&page=}p" ;;
  *body@*) cp review.md "$CALLS.body" ;;
esac
"""
PIP = """#!/bin/sh
printf 'pip %s\\n' "$*" >> "$CALLS"
test -z "$NO_PIP" || exit 1
"""


def job(host: str) -> Any:
    return yaml.safe_load(review_job(host))


def steps(host: str) -> list[tuple[str, bool]]:
    """The job's scripts, each with whether it runs after one that failed, too."""
    if host == "github":
        found = job(host)["jobs"]["review"]["steps"]
        return [(one["run"], "!cancelled()" in one.get("if", "")) for one in found if "run" in one]
    return [("\n".join(job(host)["model-review"]["script"]), False)]


def lines(host: str) -> str:
    return "\n".join(script for script, _ in steps(host))


@pytest.fixture
def clone(tmp_path: Path) -> Project:
    """A job's checkout: a branch that changes ``rec``, detached, beside ``origin/main``."""
    origin = tiny_registry(tmp_path / "origin", ("rec",), 1)
    origin.git("checkout", "--quiet", "-b", "tune")
    origin.write("rec.txt", "rec tuned\n")
    origin.git("commit", "--quiet", "--all", "--message", "tune")
    origin.git("checkout", "--quiet", "main")
    Project(tmp_path, ()).git("clone", "--quiet", str(origin.root), "clone")
    clone = Project(tmp_path / "clone", ())
    clone.git("checkout", "--quiet", "origin/tune")
    return clone


def run_job(
    clone: Project, host: str, known: str = "", option: str = "", **more: str
) -> tuple[Result, list[str], str]:
    """Run the job; return what it did, its calls, and the comment that it posted.

    Args:
        clone: the job's checkout.
        host: whose job.
        known: what the host answers that asks for the comments so far.
        option: one that the team gave ``modelref review``.
        more: variables.
    """
    tools = clone.root.parent / "tools"
    tools.mkdir(exist_ok=True)
    for name, text in (("gh", GH), ("curl", CURL), ("pip", PIP)):
        (tools / name).write_text(text)
        (tools / name).chmod(stat.S_IRWXU)
    calls = clone.root.parent / "calls"
    calls.unlink(missing_ok=True)
    scratch = clone.root.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    env = {
        **os.environ,
        "PATH": f"{tools}:{SCRIPTS}:{os.environ['PATH']}",
        "CALLS": str(calls),
        "KNOWN": known,
        "DOWN": "",
        "NO_PIP": "",
        "RUNNER_TEMP": str(scratch),
        "COMMIT": "1234abcd",
        "LOG": "https://host.example/log",
        "CI_COMMIT_SHA": "1234abcd",
        "CI_JOB_URL": "https://host.example/log",
        "BASE": "origin/main",
        "NUMBER": "7",
        "GITHUB_REPOSITORY": "shop/models",
        "GITHUB_STEP_SUMMARY": str(clone.root.parent / "summary"),
        "CI_API_V4_URL": "https://gitlab.example/api/v4",
        "CI_PROJECT_ID": "5",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "MODELREF_TOKEN": "secret-token",
        "MODELREF": "modelref[diff,s3] @ git+https://git.example/modelref",
        **more,
    }
    code, out, err = 0, "", ""
    for script, always in steps(host):
        if code == 0 or always:
            done = subprocess.run(
                ["bash", "-e", "-c", script.replace("--fetch", f"--fetch {option}")],
                cwd=clone.root, env=env, capture_output=True, text=True, check=False,
            )  # fmt: skip
            code, out, err = code or done.returncode, out + done.stdout, err + done.stderr
    body = calls.with_suffix(".body")
    posted = body.read_text(encoding="utf-8") if body.exists() else ""
    return (
        Result(code, out, err),
        calls.read_text().splitlines(),
        posted,
    )


def note(number: int, body: str, author: str = "bot") -> dict[str, Any]:
    return {"id": number, "body": body, "author": {"id": 4, "username": author}}


NOTES = [
    note(3, "looks good", "ann"),
    note(4, f"{COMMENT}worse", "ann"),
    note(9, f"{COMMENT}better"),
    note(11, f"{COMMENT}better"),
]
PAGE = [note(number, "more", "ann") for number in range(100)]


@pytest.mark.parametrize(
    ("host", "known", "last"),
    [
        ("github", "", "--method POST repos/shop/models/issues/7/comments -F body=@{}/review.md"),
        (
            "github",
            "9\n11\n",
            "--method PATCH repos/shop/models/issues/comments/9 -F body=@{}/review.md",
        ),
        ("gitlab", json.dumps(NOTES[:2]), f"--request POST {MERGE} {BODY}"),
        ("gitlab", json.dumps(NOTES), f"--request PUT {MERGE}/9 {BODY}"),
        (
            "gitlab",
            f"{json.dumps(PAGE)}\n{json.dumps(NOTES)}",
            f"--request PUT {MERGE}/9 {BODY}",
        ),
        ("gitlab", f"{json.dumps(PAGE)}\n[]", f"--request POST {MERGE} {BODY}"),
    ],
)  # fmt: skip
def test_one_comment_is_posted_or_updated(clone: Project, host: str, known: str, last: str) -> None:
    done, calls, posted = run_job(clone, host, known)
    assert done.code == 0, done.err
    assert calls[0] == "pip install modelref[diff,s3] @ git+https://git.example/modelref"
    assert calls[-1].endswith(last.format(clone.root.parent / "scratch"))
    assert sum("--method" in call or "--request" in call for call in calls) == 1
    assert posted.startswith(f"{COMMENT}no metric differs; no gates\n")
    assert "1 other file of the model" in posted


FAILED = f"{MARKER}**The review failed for 1234abcd**: https://host.example/log\n"
KNOWN = {"github": "9\n", "gitlab": json.dumps(NOTES)}
UPDATED = {
    "github": "--method PATCH repos/shop/models/issues/comments/9",
    "gitlab": "--request PUT",
}


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_a_review_that_fails_leaves_no_older_verdict_standing(clone: Project, host: str) -> None:
    clone.write("dvc.yaml", "]")
    clone.write("review.md", f"{COMMENT}better; may ship to prod\n")
    clone.git("add", "--all")
    clone.git("commit", "--quiet", "--message", "broken")
    done, calls, posted = run_job(clone, host, KNOWN[host])
    assert done.code != 0
    assert "error: dvc.yaml is not valid YAML" in done.err
    assert UPDATED[host] in calls[-1]
    assert posted == FAILED


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_nor_does_a_job_that_fails_before_the_review(clone: Project, host: str) -> None:
    done, calls, posted = run_job(clone, host, KNOWN[host], NO_PIP="yes")
    assert done.code != 0
    assert UPDATED[host] in calls[-1]
    assert posted == FAILED


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_nothing_is_posted_where_the_host_does_not_say_what_is_there(
    clone: Project, host: str
) -> None:
    done, calls, posted = run_job(clone, host, DOWN="yes")
    assert done.code != 0
    assert "HTTP 502" in done.err
    assert not any("--method" in call or "--request" in call for call in calls)
    assert posted == ""


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_a_gate_that_says_no_fails_the_job_and_is_posted(clone: Project, host: str) -> None:
    origin = Project(clone.root.parent / "origin", ())
    origin.write("modelref.yaml", "gates:\n  prod:\n    - {size_of: model, max: 1 B}\n")
    origin.git("add", "--all")
    origin.git("commit", "--quiet", "--message", "rule")
    clone.git("fetch", "--quiet")
    done, _, posted = run_job(clone, host, KNOWN[host], option="--exit-code")
    assert done.code == 1
    assert "may not ship to prod" in posted


def test_github_shows_the_review_in_the_jobs_summary_too(clone: Project) -> None:
    run_job(clone, "github")
    assert (clone.root.parent / "summary").read_text().startswith(COMMENT)


def test_githubs_job_asks_for_the_bots_own_comment_alone() -> None:
    assert '.user.type == "Bot" and (.body | startswith("<!-- modelref-review -->"))' in lines(
        "github"
    )


def test_the_jobs_see_all_history_and_may_do_no_more_than_comment() -> None:
    github, gitlab = job("github"), job("gitlab")["model-review"]
    # YAML 1.1, which PyYAML reads, takes the key "on" for true.
    assert github[True] == "pull_request"
    assert github["permissions"] == {"contents": "read", "pull-requests": "write"}
    (checkout, *_) = github["jobs"]["review"]["steps"]
    assert (checkout["with"]["fetch-depth"], checkout["with"]["fetch-tags"]) == (0, True)
    assert gitlab["variables"]["GIT_DEPTH"] == "0"
    assert gitlab["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}]


@pytest.mark.parametrize("host", ["github", "gitlab"])
def test_no_text_of_a_pull_request_becomes_part_of_a_script(host: str) -> None:
    assert "${{" not in lines(host)


@pytest.mark.parametrize("host", list(KEPT))
def test_this_repository_keeps_the_very_files(host: str) -> None:
    assert (TOP / KEPT[host]).read_text(encoding="utf-8") == review_job(host)


class TestInit:
    @pytest.mark.parametrize("host", list(REVIEW_JOBS))
    def test_it_writes_the_job(self, tmp_path: Path, host: str) -> None:
        project = tiny_registry(tmp_path / "shop", ("rec",), 1)
        done = project.modelref("init", "--ci", host)
        assert (project.root / REVIEW_JOBS[host]).read_text() == review_job(host)
        assert f"git add modelref.yaml {REVIEW_JOBS[host]} && git commit" in done.out
        assert f"in {REVIEW_JOBS[host]}, put in place of OWNER who keeps" in done.out
        assert ("include: {local: .gitlab/model-review.yml}" in done.out) is (host == "gitlab")

    def test_a_second_time_nothing_is_to_be_written(self, tmp_path: Path) -> None:
        project = tiny_registry(tmp_path / "shop", ("rec",), 1)
        project.modelref("init", "--ci", "github")
        assert project.modelref("init", "--ci", "github", "--json").json["written"] == []

    def test_a_file_that_differs_is_left_alone_and_nothing_else_is_written(
        self, tmp_path: Path
    ) -> None:
        project = tiny_registry(tmp_path / "shop", ("rec",), 1)
        project.write(REVIEW_JOBS["github"], "name: ours\n")
        done = project.modelref("init", "--ci", "github", check=False)
        assert done.code == 1
        assert done.err.startswith(
            "error: .github/workflows/model-review.yml is there already, and is not what init "
            "would write; nothing was written\nhint: "
        )
        assert (project.root / REVIEW_JOBS["github"]).read_text() == "name: ours\n"
        assert not (project.root / "modelref.yaml").exists()

    def test_a_dry_run_writes_nothing(self, tmp_path: Path) -> None:
        project = tiny_registry(tmp_path / "shop", ("rec",), 1)
        project.modelref("init", "--ci", "gitlab", "--dry-run")
        assert project.git("status", "--porcelain") == ""
