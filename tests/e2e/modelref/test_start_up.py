"""Reading the registry starts without what it does not need."""

import pytest

from support.project import Project

_SLOW = {"dvc", "git", "numpy", "pandas", "scipy", "pyarrow", "rich", "sqlite3", "networkx"}


_ASKS_DVC = {"yaml", "sqlite3", "dvc", "git", "networkx", "ruamel", "tomlkit"}
"""Whether a model is stale is asked of DVC itself."""


def imported(project: Project, *args: str, **env: str) -> set[str]:
    """Top-level packages that a command imports."""
    code = (
        "import sys; from modelref.surfaces.cli import main\n"
        "try: main()\n"
        "finally: print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    return set(
        project.run("python", "-c", code, *args, check=True, **env).err.splitlines()[-1].split()
    )


@pytest.fixture(scope="module")
def registered(built_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = built_project.copied_to(tmp_path_factory.mktemp("start") / "shop")
    for commit in project.commits:
        project.modelref("register", "rec", "--rev", commit)
    project.git("init", "--quiet", "--bare", "../origin.git")
    project.git("remote", "set-url", "origin", "../origin.git")
    for version in ("v0.1.2", "v0.1.0"):
        project.modelref("promote", f"rec@{version}", "prod")
    return project


@pytest.mark.parametrize("args", [["--help"], ["show"], ["show", "rec"], ["history"]])
def test_reading_tags_needs_neither_dvc_nor_yaml(registered: Project, args: list[str]) -> None:
    assert not imported(registered, *args) & {*_SLOW, "yaml"}


@pytest.mark.parametrize(
    "args", [["gate", "rec@latest", "dev"], ["show", "rec@latest"], ["resolve", "rec#prod"]]
)
def test_reading_versions_needs_no_dvc(registered: Project, args: list[str]) -> None:
    assert not imported(registered, *args) & _SLOW


@pytest.mark.parametrize(
    ("args", "needed"),
    [
        (["history", "rec", "--stage", "prod"], set()),
        (["get", "rec@v0.1.0", "-o", "out"], {"yaml", "sqlite3"}),
        (["gate", "rec@latest", "dev"], set()),
        (["verify"], {"yaml", "sqlite3"}),
        (["diff", "rec@v0.1.0", "rec@latest"], {"yaml", "sqlite3"}),
        (["rollback", "rec#prod", "--dry-run"], {"yaml", "sqlite3"}),
        (["unassign", "rec#prod", "--dry-run"], set()),
        (["deregister", "rec@v0.1.1", "--dry-run"], set()),
        (["deprecate", "rec", "--dry-run"], set()),
        (["restore", "rec@v0.1.0", "--dry-run"], {"yaml", "sqlite3"}),
        (["init", "--dry-run"], {"yaml", "sqlite3"}),
        (["fetch"], set()),
        (["push"], _ASKS_DVC),
        (["follow", "rec#prod", "--once", "--json"], {"yaml", "sqlite3"}),
        (["register", "rec", "--dry-run"], _ASKS_DVC),
        (["review", "HEAD~1..HEAD"], _ASKS_DVC),
        (["--version"], set()),
    ],
)
def test_each_command_imports_no_more_than_it_needs(
    registered: Project, args: list[str], needed: set[str]
) -> None:
    assert imported(registered, *args) & {*_SLOW, "yaml", "ruamel", "tomlkit"} <= needed


@pytest.mark.parametrize("line", ["modelref show re", "modelref promote rec@", "modelref sh"])
def test_completing_needs_neither_dvc_nor_yaml(registered: Project, line: str) -> None:
    words = line.rpartition(" ")
    env = {
        "_MODELREF_COMPLETE": "zsh_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(words[0].count(" ") + 1),
    }
    loaded = imported(registered, **env)
    assert "click" in loaded
    assert not loaded & {*_SLOW, "yaml"}


def test_promoting_needs_neither_dvc_nor_yaml(registered: Project) -> None:
    assert not imported(registered, "promote", "rec@v0.1.1", "prod") & {*_SLOW, "yaml"}


def test_restoring_needs_no_dvc_and_no_second_yaml(registered: Project) -> None:
    loaded = imported(registered, "restore", "rec@v0.1.0")
    assert not loaded & {*(_SLOW - {"sqlite3"}), "ruamel", "tomlkit"}
