"""A read-only view of a version's files, in a folder that is kept and looked after."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modelref.usecases.get import get
from modelref.usecases.resolve import Resolved

if TYPE_CHECKING:
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class View:
    """Files of a version in a folder of the user's cache.

    Attributes:
        world: the ports.
        resolved: the version.
        folder: where its files lie; its name stands for their hashes.
    """

    world: "World"
    resolved: Resolved
    folder: Path

    def files(self) -> dict[str, Path]:
        """Where each file lies, by repository path; brought again if one was touched since.

        Raises:
            OutOfReach: bytes are missing or damaged.
        """
        known = self._known()
        if known is not None:
            return known
        shutil.rmtree(self.folder, ignore_errors=True)
        got = get(self.world, self.resolved, self.folder)
        for place in got.files.values():
            if not place.is_symlink():
                place.chmod(0o444)
        seen = {path: [str(place), *_stamp(place)] for path, place in got.files.items()}
        self._note.write_text(json.dumps(seen), encoding="utf-8")
        return got.files

    @property
    def _note(self) -> Path:
        return self.folder.with_suffix(".json")

    def _known(self) -> dict[str, Path] | None:
        """The files as they were brought; None where one is gone, changed, or was never noted."""
        try:
            seen = json.loads(self._note.read_text(encoding="utf-8"))
            places = {str(path): Path(place) for path, (place, *_) in seen.items()}
            same = all(_stamp(places[path]) == tuple(stamp) for path, (_, *stamp) in seen.items())
        except (OSError, ValueError, TypeError, AttributeError):
            return None
        return places if same else None


def _stamp(place: Path) -> tuple[int, int, int]:
    found = place.stat()
    return (found.st_ino, found.st_size, found.st_mtime_ns)
