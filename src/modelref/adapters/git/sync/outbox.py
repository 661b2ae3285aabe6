"""The outbox: tags that git made, that no clone has yet."""

import shutil
from pathlib import Path

from modelref.adapters.git.lock import unwritable
from modelref.adapters.git.program import Git
from modelref.adapters.git.repository import Repository
from modelref.adapters.git.tags import GitTags

_SHARED = ("objects", "config")


def open_outbox(repository: Repository) -> GitTags:
    """Open an empty outbox; the caller holds the writers' lock.

    It is a git folder of its own with the objects and the settings of the clone's: ``git tag``
    makes and signs tags there as it would here, under their own names, and none of them is a ref
    of the clone.

    Raises:
        OutOfReach: it cannot be written.
    """
    folder = repository.private / "modelref" / "outbox"
    try:
        if folder.is_symlink():
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
    git = Git(repository.root, variables=tuple(variables))
    return GitTags(Repository(git, repository.root, folder, repository.shallow, repository.bare))
