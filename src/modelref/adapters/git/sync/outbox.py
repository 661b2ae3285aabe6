"""The outbox: tags that git made, that no clone has yet."""

import shutil
from pathlib import Path

from modelref.adapters.git.lock import unwritable
from modelref.adapters.git.program import Git
from modelref.adapters.git.repository import Repository
from modelref.adapters.git.tags import GitTags

_SHARED = ("objects", "config")
_PERSONS = r"^(user|author|committer|gpg|tag|commit)\."


def open_outbox(repository: Repository) -> GitTags:
    """Open an empty outbox; the caller holds the writers' lock.

    It is a git folder of its own with the objects and the settings of the clone's: ``git tag``
    makes tags there under their own names, and none of them is a ref of the clone. Who makes and
    signs them is asked here and handed over: there, git would not find what it includes by folder
    or branch, nor what is set for one worktree.

    Raises:
        OutOfReach: it cannot be written.
    """
    folder = repository.private / "modelref" / "outbox"
    try:
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(folder)
        (folder / "refs" / "tags").mkdir(parents=True)
        (folder / "HEAD").write_text("ref: refs/heads/none\n")
        for name in _SHARED:
            (folder / name).symlink_to(Path("..", "..", name))
    except OSError as error:
        raise unwritable(folder, error) from error
    variables = [("GIT_DIR", str(folder))]
    if not repository.bare:
        variables.append(("GIT_WORK_TREE", str(repository.root)))
    git = Git(repository.root, variables=tuple(variables), settings=_persons(repository))
    return GitTags(Repository(git, repository.root, folder, repository.shallow, repository.bare))


def _persons(repository: Repository) -> tuple[tuple[str, str], ...]:
    """Git's settings of who makes and signs tags, in git's order: the last of a key wins."""
    listed = repository.git.run("config", "--null", "--get-regexp", _PERSONS).stdout
    entries = listed.decode("utf-8", "surrogateescape").split("\0")[:-1]
    told = (entry.partition("\n") for entry in entries)
    # A key alone, without a value, is one that is switched on.
    return tuple((key, value if given else "true") for key, given, value in told)
