"""One drawn tree of errors, grouped by what a handler does about them.

    ModelRefError
    ├── BadInput    2  what was typed or written in a file is not usable
    │   └── UnknownRef    it names something that is not there
    ├── Refused     1  the answer is no: nothing was changed
    ├── Conflict    4  somebody else was first
    └── OutOfReach  5  bytes, a remote or a repository cannot be reached

Each carries a stable ``kind`` for programs, a message that says what happened to what, and a
``hint``: the command that mends it.
"""

from typing import ClassVar


class ModelRefError(Exception):
    """Base of every expected error.

    Attributes:
        kind: stable identifier for programs, for example ``unknown-ref``.
        message: what happened to what, one sentence without a full stop.
        hint: what mends it, usually a command; empty when nothing is known to.
        exit_code: the exit code of the command line.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "", kind: str = "error") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.kind = kind

    def __str__(self) -> str:
        return f"{self.message} (hint: {self.hint})" if self.hint else self.message


class BadInput(ModelRefError):
    """What was typed, or stands in a file, is not usable."""

    exit_code = 2


class UnknownRef(BadInput):
    """A model, version, stage or revision that is not there."""


class Refused(ModelRefError):
    """The answer is no, and nothing was changed."""

    exit_code = 1


class Conflict(ModelRefError):
    """Somebody else was first, or the registry is not as the caller expected."""

    exit_code = 4


class OutOfReach(ModelRefError):
    """Bytes, a remote, a program or a repository cannot be reached."""

    exit_code = 5
