"""Running the command that scores versions: the person's own, in their own repository."""

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from modelref.errors import OutOfReach

_KEPT = 4000
"""Characters of what a command said last."""


@dataclass(frozen=True, slots=True)
class CommandScoring:
    """Scoring by a command; port ``Scoring``.

    Attributes:
        root: top folder of the repository.
        cache: folder of the user's cache for what was scored.
    """

    root: Path
    cache: Path

    def folder(self, key: str) -> Path:
        """A folder of the user's cache for a key: another one in each clone."""
        return (
            self.cache
            / sha256(f"{self.root}\0{key}".encode("utf-8", "surrogateescape")).hexdigest()
        )

    def run(self, argv: Sequence[str], seconds: int) -> None:
        """Run a command at the top of the repository, without a shell."""
        name = argv[0]
        try:
            code, stderr = _run(argv, self.root, seconds)
        except subprocess.TimeoutExpired as error:
            raise OutOfReach(
                f"the score command ({name}) took more than {seconds} seconds",
                kind="score-failed",
                hint="give it more: models.NAME.score_seconds in modelref.yaml",
            ) from error
        except OSError as error:
            raise OutOfReach(
                f"the score command ({name}) cannot be run: {error.strerror}",
                kind="score-failed",
                hint="see models.NAME.score in modelref.yaml",
            ) from error
        if code:
            said = [line for line in stderr.splitlines() if line.strip()]
            last = " ".join(said[-2:])[:400] or "it said nothing"
            raise OutOfReach(
                f"the score command ({name}) failed with exit code {code}: {last}",
                kind="score-failed",
                hint="see models.NAME.score in modelref.yaml",
            )


def _run(argv: Sequence[str], folder: Path, seconds: int) -> tuple[int, str]:
    """Run a command, and end it with all that it has started when its time is up."""
    with subprocess.Popen(
        list(argv),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            _, stderr = process.communicate(timeout=seconds)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return process.returncode, stderr[-_KEPT:]
