"""Every test runs away from the person's home, git identity and DVC settings."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast

import pytest
from hypothesis import settings

from support.evaluated import build_evaluated
from support.project import Project, build_project

# How long an example takes says more of the machine than of the code.
settings.register_profile("modelref", deadline=None)
settings.load_profile("modelref")


@pytest.fixture(autouse=True, scope="session")
def _away_from_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ada Lovelace\n\temail = ada@example.com\n"
        "[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n"
    )
    settings = {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(home / "dvc-site"),
        "DVC_GLOBAL_CONFIG_DIR": str(home / "dvc-global"),
        "DVC_SYSTEM_CONFIG_DIR": str(home / "dvc-system"),
        "NO_COLOR": "1",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setenv(name, value)
        for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def built_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A DVC project with three trained commits, built once; copy it before writing to it."""
    return build_project(tmp_path_factory.mktemp("project") / "shop")


@pytest.fixture
def project(built_project: Project, tmp_path: Path) -> Project:
    """A copy of the built project that a test may change."""
    return built_project.copied_to(tmp_path / "shop")


@pytest.fixture
def opened() -> Iterator[Callable[[bytes], BinaryIO]]:
    """Opens bytes as a file, which is closed after the test."""
    with ExitStack() as stack:

        def open_bytes(data: bytes) -> BinaryIO:
            file = cast("BinaryIO", stack.enter_context(TemporaryFile()))
            file.write(data)
            file.flush()
            return file

        yield open_bytes


@pytest.fixture(scope="session")
def built_evaluated(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A DVC project with three versions measured per user, built once; copy it to write to it."""
    return build_evaluated(tmp_path_factory.mktemp("evaluated") / "shop")


@pytest.fixture
def evaluated(built_evaluated: Project, tmp_path: Path) -> Project:
    """A copy of the measured project that a test may change."""
    return built_evaluated.copied_to(tmp_path / "measured")
