"""Files of the workspace that are not those which DVC recorded."""

import shlex
from dataclasses import dataclass
from enum import StrEnum


class Recorded(StrEnum):
    """The command that recorded a file."""

    ADD = "dvc add"
    REPRO = "dvc repro"


@dataclass(frozen=True, slots=True)
class Edited:
    """A file or folder that changed since DVC recorded it.

    Attributes:
        path: repository path.
        since: what recorded it.
    """

    path: str
    since: Recorded

    def __str__(self) -> str:
        return f"{self.path} changed since {self.since}"

    @property
    def mend(self) -> str:
        """The command after which DVC's files say what is there."""
        if self.since is Recorded.ADD:
            return f"dvc add {shlex.quote(self.path)}"
        return "dvc repro, or dvc commit if it is right as it is"
