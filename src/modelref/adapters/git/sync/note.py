"""The note of what this clone and its remote agreed on: a small file beside the writers' lock."""

import json
from pathlib import Path
from typing import NamedTuple

from modelref.adapters.durable import write_durably
from modelref.adapters.git.lock import unwritable

_NAME = "agreed.json"


class Note(NamedTuple):
    """What both sides agreed on, and the models that the remote was asked of (None: all)."""

    agreed: dict[str, str]
    asked: frozenset[str] | None


def read_note(folder: Path) -> Note:
    """The note; without one (or a readable one) nothing was agreed on, and nobody asked.

    Args:
        folder: that of the writers' notes.
    """
    try:
        said = json.loads((folder / _NAME).read_bytes())
        asked = said["asked"]
        agreed = {str(tag): str(oid) for tag, oid in said["agreed"].items()}
        return Note(agreed, None if asked is None else frozenset(map(str, asked)))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Note({}, frozenset())


def write_note(folder: Path, old: Note, new: Note) -> None:
    """Write the note, unless it stands there.

    Raises:
        OutOfReach: it cannot be written.
    """
    path = folder / _NAME
    if new == old and path.exists():
        return
    asked = None if new.asked is None else sorted(new.asked)
    text = json.dumps({"asked": asked, "agreed": new.agreed}, indent=0, sort_keys=True)
    try:
        folder.mkdir(exist_ok=True)
        write_durably(path, text)
    except OSError as error:
        raise unwritable(path, error) from error
