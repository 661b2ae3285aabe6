"""The examples of docs/cli.md are real: every command is run, and prints what the page shows.

``UPDATE_DOCS=1 pytest tests/e2e/modelref/test_docs.py`` writes what they print now.
"""

import os
import re
import shlex
from pathlib import Path

from support.project import Project

PAGE = Path(__file__).parents[3] / "docs" / "cli.md"
GATES = """\
gates:
  live:
    - metric: all.ndcg@20
      min: 0.31
      why: below it, the most bought items do as well
    - size_of: model
      max: 10 MB
    - from: prod
      why: what shoppers see first was served elsewhere first
"""
_BLOCK = re.compile(r"(```console\n)(.*?)(```\n)", re.DOTALL)
_VOLATILE = (
    (re.compile(r"\b[0-9a-f]{40}\b"), "<commit>"),
    (re.compile(r"\b[0-9a-f]{10}\b"), "<short>"),
    (re.compile(r"\(was [0-9a-f]{7,}\)"), "(was <short>)"),
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\dZ)?"), "<time>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<digest>"),
    (re.compile(r" for \d+s|\"seconds\": \d+"), "<while>"),
    (re.compile(r" {2,}|-{3,}"), "  "),
)


def steady(text: str) -> str:
    """A text without what differs from run to run: commits, times and widths of columns."""
    for pattern, name in _VOLATILE:
        text = pattern.sub(name, text)
    return text


def printed(project: Project, command: str) -> str:
    program, *args = shlex.split(command)
    result = project.run(program, *args, check=False)
    return f"$ {command}\n{result.out}{result.err}"


def test_every_example_prints_what_the_page_shows(project: Project) -> None:
    page = PAGE.read_text(encoding="utf-8")
    project.write("modelref.yaml", GATES)
    project.git("add", "modelref.yaml")
    project.git("commit", "--quiet", "--amend", "--no-edit")

    def rerun(block: re.Match[str]) -> str:
        commands = re.findall(r"^\$ (.*)$", block[2], re.MULTILINE)
        return block[1] + "\n".join(printed(project, command) for command in commands) + block[3]

    now = _BLOCK.sub(rerun, page)
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(now, encoding="utf-8")
    assert steady(now) == steady(PAGE.read_text(encoding="utf-8"))
    assert len(_BLOCK.findall(page)) >= 8
