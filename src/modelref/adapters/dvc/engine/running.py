"""DVC itself, opened on what it is to be asked about."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from modelref.adapters.dvc.config import Caches
from modelref.adapters.dvc.declared.places import Place
from modelref.adapters.dvc.remotes.settings import unknown_remote
from modelref.errors import BadInput


@contextmanager
def opened(place: Place, root: Path, path: str) -> Iterator[Any]:
    """Open DVC at the top of the DVC repository that a path belongs to.

    Whoever asks it of files has had them looked at by
    :func:`~modelref.adapters.dvc.engine.opened.check_opened`.

    Args:
        place: a commit, which is read without a checkout, or the workspace.
        root: top folder of the checkout, which may hold several DVC repositories.
        path: repository path.

    Yields:
        The ``dvc.repo.Repo``.

    Raises:
        BadInput: DVC cannot read what is asked of it, or its default remote is none that it knows.
    """
    import logging

    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from dvc.scm import SCMError
    from dvc_data.hashfile.build import IgnoreInCollectedDirError

    logging.getLogger("dvc").setLevel(logging.CRITICAL)
    own = Caches(root).root_of(path)
    try:
        _refuse_unknown_remote(own)
        with (
            Repo.open(str(own), uninitialized=True, subrepos=True) as repo,
            _switched(repo, place, path),
        ):
            yield repo
    except (
        DvcException,
        SCMError,
        IgnoreInCollectedDirError,
        ImportError,
        TypeError,
        ValueError,
    ) as error:
        raise BadInput(
            f"DVC cannot read the pipeline of {(place.commit or 'the workspace')[:13]}: {error}",
            kind="unreadable-file",
            hint="dvc status, on that commit, says more",
        ) from error


def place_of(repo: Any, path: str) -> str:
    """A repository path as DVC sees it: in a commit, the repository's top folder is its root."""
    from dvc.fs import GitFileSystem

    top = repo.fs.root_marker if isinstance(repo.fs, GitFileSystem) else repo.scm.root_dir
    return str(repo.fs.join(top, *path.split("/")))


def _refuse_unknown_remote(root: Path) -> None:
    """Refuse settings that DVC itself fails on when it opens a repository."""
    from dvc.config import Config

    settings = Config(str(root / ".dvc"))
    name = settings["core"].get("remote")
    if name and name.lower() not in settings["remote"]:
        raise unknown_remote(name)


@contextmanager
def _switched(repo: Any, place: Place, path: str) -> Iterator[None]:
    """Have DVC read a commit, from the top of the DVC repository that a path belonged to there."""
    if place.commit is None:
        yield
        return
    with repo.switch(place.commit):
        top = place.dvc_root(path)
        if top is not None:
            repo.root_dir = repo.fs.join(repo.fs.root_marker, *top.parts)
        yield
