"""What a fetch found that a person must settle: a small file, which every read looks for.

There is none in a clone that agrees with its remote, so that looking costs nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from modelref.adapters.durable import sync_folder, write_durably
from modelref.adapters.git.lock import KEPT, unwritable
from modelref.adapters.plainfile import plain_text
from modelref.domain.finding import Finding, Severity

_TEXTS = ("kind", "tag", "what", "hint")
_MOST = 1 << 28
"""Bytes of the file: a remote that lost all its tags is told of in some hundred bytes a tag."""


def read_kept(folder: Path) -> Sequence[Finding]:
    """Read what was kept; a file that cannot be read says nothing.

    Args:
        folder: that of the writers' notes.
    """
    text = plain_text(folder / KEPT, _MOST)
    try:
        return [
            Finding(Severity(one["severity"]), *(str(one[key]) for key in _TEXTS))
            for one in (json.loads(text) if text else ())
        ]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ()


def write_kept(folder: Path, findings: Sequence[Finding]) -> None:
    """Keep findings instead of those that were kept; none is no file.

    Raises:
        OutOfReach: it cannot be written.
    """
    path = folder / KEPT
    try:
        if findings:
            folder.mkdir(exist_ok=True)
            write_durably(path, json.dumps([asdict(one) for one in findings], indent=0))
        elif path.exists():
            path.unlink()
            sync_folder(folder)
    except OSError as error:
        raise unwritable(path, error) from error
