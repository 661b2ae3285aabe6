"""The comment that GitHub's job updates, found among others by the filter as ``jq`` runs it."""

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from modelref.api.review.comment import MARKER
from modelref.surfaces.cli.templates import review_job

# As `gh api --paginate --jq` does it: the filter runs over each page, strings are printed bare.
GH = """#!/bin/sh
printf '%s\\n' "$*" >> "$CALLS"
case "$*" in
  *--paginate*) printf '%s' "$PAGES" | while IFS= read -r page || [ -n "$page" ]; do
      printf '%s' "$page" | jq -r "$5" || exit 1
    done ;;
esac
"""
REVIEW = f"{MARKER}\n### rec: better\n"


def comment(number: int, body: str, kind: str = "User") -> dict[str, Any]:
    return {"id": number, "body": body, "user": {"login": "somebody", "type": kind}}


OTHERS = [
    comment(1, "looks good"),
    comment(2, REVIEW),
    comment(3, f"I quote:\n{REVIEW}", "Bot"),
    comment(4, "coverage is 93 %", "Bot"),
    comment(5, "", "Bot"),
]
OURS = [comment(8, REVIEW, "Bot"), comment(9, REVIEW, "Bot")]


@pytest.mark.parametrize(
    ("pages", "called"),
    [
        ([[]], "--method POST repos/shop/models/issues/7/comments "),
        ([OTHERS], "--method POST repos/shop/models/issues/7/comments "),
        ([[*OTHERS, *OURS]], "--method PATCH repos/shop/models/issues/comments/8 "),
        ([OTHERS, [], OURS], "--method PATCH repos/shop/models/issues/comments/8 "),
    ],
)
def test_the_bots_own_comment_is_updated_and_no_others(
    tmp_path: Path, pages: list[list[dict[str, Any]]], called: str
) -> None:
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(stat.S_IRWXU)
    (tmp_path / "review.md").write_text(REVIEW)
    calls = tmp_path / "calls"
    (script,) = (
        step["run"]
        for step in yaml.safe_load(review_job("github"))["jobs"]["review"]["steps"]
        if "gh api" in step.get("run", "")
    )
    subprocess.run(
        ["bash", "-e", "-c", script],
        env={
            **os.environ,
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "CALLS": str(calls),
            "PAGES": "\n".join(map(json.dumps, pages)),
            "RUNNER_TEMP": str(tmp_path),
            "GITHUB_REPOSITORY": "shop/models",
            "NUMBER": "7",
        },
        check=True,
    )
    asked, told = calls.read_text().splitlines()
    assert asked.startswith("api --paginate repos/shop/models/issues/7/comments --jq ")
    assert told.startswith(f"api {called}")
