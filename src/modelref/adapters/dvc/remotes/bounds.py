"""How much of an object is taken: a remote that lies, or never ends, must not fill the disk."""

from collections.abc import Callable
from dataclasses import dataclass

from modelref.adapters.dvc.declared.lockfile import LEGACY_MD5
from modelref.adapters.dvc.remotes.stores import Store
from modelref.adapters.dvc.store.objects import object_key
from modelref.domain.outs import DIR_SUFFIX, OutFile
from modelref.errors import OutOfReach

_MANIFEST = 1 << 30
"""Bytes of a folder's manifest: of some ten million files."""
_UNKNOWN = 64 << 30
"""Bytes of an object of which neither the version nor the remote tells the size."""


def most_bytes(file: OutFile, store: Store) -> int:
    """The most bytes that an object can have; the remote is asked where the version does not tell.

    Raises:
        FileNotFoundError: the remote does not have it.
        OutOfReach: the remote cannot be read.
    """
    if file.hash.endswith(DIR_SUFFIX):
        return _MANIFEST
    if file.at_most is None:
        told = store.size(object_key(file.algorithm, file.hash))
        return _UNKNOWN if told is None else told
    # DVC 2 hashed a text as if its lines ended in "\n": the remote's may end in "\r\n".
    return file.at_most * (2 if file.algorithm == LEGACY_MD5 else 1)


@dataclass(slots=True)
class Bounded:
    """Passes on that bytes came, until there are too many.

    Attributes:
        beat: what it tells.
        left: how many more may come.
        error: what is raised then.
    """

    beat: Callable[[int], None]
    left: int
    error: OutOfReach

    def __call__(self, count: int) -> None:
        """Tell that some bytes came.

        Raises:
            OutOfReach: they are too many.
        """
        self.left -= count
        if self.left < 0:
            raise self.error
        self.beat(count)
