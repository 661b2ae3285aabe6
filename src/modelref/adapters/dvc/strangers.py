"""The DVC side of a repository that is not the person's own.

Of its ``.dvc/config`` nothing decides where bytes lie here or how they are linked: they are kept
in the user's cache, apart from those of other repositories, and copied out of it. The file itself,
as the default branch has it, is put beside them for whoever asks a DVC remote for what is missing;
``config.local``, which git does not carry, does not exist here.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from modelref.adapters.durable import write_durably
from modelref.adapters.dvc.config import CacheConfig, Caches
from modelref.errors import OutOfReach

_CONFIG = ".dvc/config"
_LINKS = ("reflink", "copy")


class StrangersCaches(Caches):
    """Where bytes of a stranger's repository are kept."""

    def __init__(self, folder: Path, read: Callable[[Sequence[str]], Mapping[str, bytes]]) -> None:
        """Bind them; nothing is read yet.

        Args:
            folder: of ours, in the user's cache.
            read: reads repository paths on the default branch; absent ones are left out.
        """
        super().__init__(folder / "settings")
        self._folder = folder
        self._read = read
        self._places: dict[str, Path] = {}

    def of(self, path: str) -> CacheConfig:  # noqa: ARG002  # one cache for all
        """The cache, whatever the path."""
        return CacheConfig(self._folder / "cache", _LINKS)

    def root_of(self, path: str) -> Path:
        """A folder with the DVC settings of the DVC repository that a path belongs to.

        Raises:
            OutOfReach: they cannot be read, or the folder cannot be written.
        """
        parent = str(PurePosixPath(path).parent)
        if parent not in self._places:
            self._places[parent] = self._settled(PurePosixPath(path))
        return self._places[parent]

    def _settled(self, path: PurePosixPath) -> Path:
        above = [str(parent / _CONFIG) for parent in path.parents if ".." not in parent.parts]
        found = self._read(above)
        nearest = next((name for name in above if name in found), None)
        root = self._folder / "settings"
        if nearest is None:
            return root
        root = root.joinpath(*PurePosixPath(nearest).parts[:-2])
        try:
            (root / ".dvc").mkdir(parents=True, exist_ok=True)
            write_durably(root / _CONFIG, found[nearest].decode("utf-8", "replace"))
        except OSError as error:
            raise OutOfReach(f"cannot write {root}: {error.strerror}", kind="unwritable") from error
        return root
