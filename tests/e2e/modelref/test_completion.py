"""What the shell is told when a person presses Tab."""

import pytest

from support.project import Project


@pytest.fixture(scope="module")
def shop(built_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = built_project.copied_to(tmp_path_factory.mktemp("completion") / "shop")
    for commit in project.commits[:2]:
        project.modelref("register", "rec", "--rev", commit)
    project.modelref("promote", "rec@v0.1.0", "prod")
    return project


def offered(project: Project, line: str) -> list[str]:
    """What is offered for the last word of a line; zsh hands words over as they are."""
    words = line.split(" ")
    done = project.run(
        "modelref",
        _MODELREF_COMPLETE="zsh_complete",
        COMP_WORDS=" ".join(words[:-1]) + f" '{words[-1]}'",
        COMP_CWORD=str(len(words) - 1),
    )
    assert done.err == ""
    lines = done.out.splitlines()
    return [value.replace("\\:", ":") for value in lines[1::3]]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shop: Project, shell: str) -> None:
    said = shop.run("modelref", _MODELREF_COMPLETE=f"{shell}_source").out
    assert "_MODELREF_COMPLETE" in said
    assert "modelref" in said


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("modelref pro", ["promote"]),
        ("modelref de", ["deregister", "deprecate"]),
        ("modelref show re", ["rec", "rec@latest", "rec@v0.1.1", "rec@v0.1.0", "rec#prod"]),
        ("modelref resolve rec#", ["rec#prod"]),
        ("modelref promote rec@v", ["rec@v0.1.1", "rec@v0.1.0"]),
        ("modelref rollback rec", ["rec#prod"]),
        ("modelref register r", ["rec"]),
        ("modelref history --st", ["--stage"]),
        ("modelref history --stage ", ["prod"]),
        ("modelref show nosuch", []),
    ],
)
def test_commands_models_versions_and_stages_are_offered(
    shop: Project, line: str, words: list[str]
) -> None:
    assert offered(shop, line) == words


def test_a_stage_is_offered_after_a_version(shop: Project) -> None:
    assert "prod" in offered(shop, "modelref promote rec@v0.1.0 pr")


def test_outside_a_repository_nothing_is_offered_and_nothing_said(shop: Project) -> None:
    assert offered(shop, "modelref -C / show re") == []
