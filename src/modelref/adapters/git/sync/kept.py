"""What a fetch found that a person must settle: a small file, which every read looks for.

There is none in a clone that agrees with its remote, so that looking costs nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from modelref.adapters.durable import sync_folder, write_durably
from modelref.adapters.git.lock import KEPT, unwritable
from modelref.adapters.plainfile import plain_text
from modelref.domain.finding import Finding, Severity

_TEXTS = ("kind", "tag", "what", "hint")
_MOST = 1 << 28
"""Bytes of the file: a remote that lost all its tags is told of in some hundred bytes a tag."""


class Kept(NamedTuple):
    """What was found, and the name of the remote that its words speak of."""

    finding: Finding
    remote: str


def read_kept(folder: Path) -> Sequence[Kept]:
    """Read what was kept; a file that cannot be read says nothing.

    Args:
        folder: that of the writers' notes.
    """
    text = plain_text(folder / KEPT, _MOST)
    try:
        return [
            Kept(
                Finding(Severity(one["severity"]), *(str(one[key]) for key in _TEXTS)),
                str(one.get("remote", "")),
            )
            for one in (json.loads(text) if text else ())
        ]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return ()


def write_kept(folder: Path, kept: Sequence[Kept]) -> None:
    """Keep findings instead of those that were kept; none is no file.

    Raises:
        OutOfReach: it cannot be written.
    """
    path = folder / KEPT
    try:
        if kept:
            folder.mkdir(exist_ok=True)
            entries = [{**asdict(one.finding), "remote": one.remote} for one in kept]
            write_durably(path, json.dumps(entries, indent=0))
        elif path.exists():
            path.unlink()
            sync_folder(folder)
    except OSError as error:
        raise unwritable(path, error) from error
