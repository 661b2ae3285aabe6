"""What is wrong with a column of ids."""

from collections.abc import Sequence

from modelref.errors import BadInput

LONGEST_ID = 1024
"""Bytes or letters; ids are hashed one by one, and names are shown."""
_MOST_SHOWN = 10
_LONGEST_SHOWN = 40


def bad_ids(path: str, why: str) -> BadInput:
    """The error of ids that do not fit.

    Args:
        path: their file.
        why: what is wrong, as the end of a sentence that starts with the path.
    """
    hint = "meta.modelref.ids in dvc.yaml says which column has the ids of a tensor's rows"
    return BadInput(f"{path} {why}", kind="bad-ids", hint=hint)


def no_column(path: str, column: str, there: Sequence[str]) -> BadInput:
    """The error of a file that has other columns."""
    shown = ", ".join(repr(one[:_LONGEST_SHOWN]) for one in there[:_MOST_SHOWN]) or "none"
    more = ", …" if len(there) > _MOST_SHOWN else ""
    return bad_ids(
        path, f"has no column {column!r}, which should tell whose each row is (has {shown}{more})"
    )


def check_length(path: str, column: str, longest: float) -> None:
    """Refuse what is too long for an id or a name.

    Args:
        path: the file.
        column: its column.
        longest: bytes or letters of the longest.

    Raises:
        BadInput: it has more than 1,024.
    """
    if longest > LONGEST_ID:
        raise bad_ids(
            path, f"has {longest:.0f} bytes in a row of {column!r}; an id has at most {LONGEST_ID}"
        )
