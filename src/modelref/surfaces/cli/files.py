"""Files that a person names."""

import os
from pathlib import Path
from secrets import token_hex

from modelref.errors import BadInput, OutOfReach


def write_whole(path: Path, text: str) -> None:
    """Write a file as UTF-8, whole or not at all; its folder is made, and a link stays one.

    Args:
        path: the file; one that is there is replaced.
        text: what it is to hold.

    Raises:
        BadInput: something lies there that is no regular file.
        OutOfReach: it cannot be written.
    """
    target = Path(os.path.realpath(path))
    # /dev/stdout is a link to what the shell sends it to: that must not be replaced.
    device = Path(os.path.normpath(Path.cwd() / path)).parts[1:2] in (("dev",), ("proc",))
    if device or target.is_symlink() or (path.exists() and not path.is_file()):
        raise BadInput(
            f"{path} is not a regular file",
            kind="no-file",
            hint="name another, or - for the standard output",
        )
    draft = target.with_name(f".{token_hex(8)}.part")
    try:
        if not target.parent.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with draft.open("x", encoding="utf-8") as file:
                file.write(text)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise OutOfReach(
            f"cannot write {path}: {error.strerror}",
            kind="unwritable",
            hint="name a file in a folder that is yours and has room",
        ) from error
