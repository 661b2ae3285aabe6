"""Running the command that scores versions: the person's own, in their own repository."""

import os
import select
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from modelref.errors import OutOfReach

_KEPT = 4000
"""Bytes of what a command said last."""
_PART = 1 << 20
"""Bytes that are read at once: more than a pipe holds."""
_PAUSE = 0.05
"""Seconds after which it is seen that a command ended that says nothing."""


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

    def run(self, argv: Sequence[str], seconds: int, settings: str) -> None:
        """Run a command at the top of the repository, without a shell."""
        name = argv[0]
        try:
            code, stderr = _run(argv, self.root, seconds)
        except subprocess.TimeoutExpired as error:
            raise OutOfReach(
                f"the score command ({name}) took more than {seconds} seconds",
                kind="score-failed",
                hint=f"give it more: {settings}.score_seconds in modelref.yaml",
            ) from error
        except OSError as error:
            raise OutOfReach(
                f"the score command ({name}) cannot be run: {error.strerror}",
                kind="score-failed",
                hint=f"see {settings}.score in modelref.yaml",
            ) from error
        if code:
            said = [line for line in stderr.splitlines() if line.strip()]
            last = " ".join(said[-2:])[:400] or "it said nothing"
            raise OutOfReach(
                f"the score command ({name}) failed with exit code {code}: {last}",
                kind="score-failed",
                hint=f"see {settings}.score in modelref.yaml",
            )


def _run(argv: Sequence[str], folder: Path, seconds: int) -> tuple[int, str]:
    """Run a command, and end all that it has started: once it ends, or when its time is up.

    Returns:
        Its exit code, and the end of what it said.
    """
    with subprocess.Popen(
        list(argv),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
    ) as process:
        if process.stderr is None:
            raise AssertionError("it was just opened")
        pipe = process.stderr.fileno()
        try:
            said = _listen(process, pipe, seconds)
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        said = (said + _rest(pipe))[-_KEPT:]
        return process.wait(), said.decode(errors="replace")


def _listen(process: "subprocess.Popen[bytes]", pipe: int, seconds: int) -> bytes:
    """Keep the end of what a command says until it ends, whoever else still holds the pipe.

    It is not reaped: its process group cannot be another one's yet.
    """
    until, said, is_open = time.monotonic() + seconds, b"", True
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
        left = until - time.monotonic()
        if left <= 0:
            raise subprocess.TimeoutExpired(process.args, seconds)
        if select.select([pipe] if is_open else [], [], [], min(left, _PAUSE))[0]:
            part = os.read(pipe, _PART)
            said, is_open = (said + part)[-_KEPT:], bool(part)
    return said


def _rest(pipe: int) -> bytes:
    """What still lies in a pipe."""
    os.set_blocking(pipe, False)
    try:
        return os.read(pipe, _PART)
    except BlockingIOError:  # a process of another session holds it
        return b""
