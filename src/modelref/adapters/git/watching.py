"""Running a program that talks to a remote: given up when nothing moves, however long it takes."""

import os
import re
import select
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL, SIGTERM

from modelref.adapters.git.given import given

_PARTING = 2.0
"""Seconds that git has to stop what it started (ssh, a transport helper)."""
_BLOCK = 1 << 16


class Silent(Exception):
    """The program said nothing for too long, and was ended."""


def run_watched(
    argv: Sequence[str],
    folder: Path,
    env: Mapping[str, str],
    stdin: bytes,
    keep: Sequence[int],
    quiet: float,
    hopeless: re.Pattern[bytes] | None = None,
) -> tuple[int, bytes, bytes]:
    """Run a program that tells its progress on standard error.

    Args:
        argv: the program and its arguments.
        folder: where it runs.
        env: its whole environment.
        stdin: what it reads.
        keep: descriptors that stay open in it.
        quiet: seconds without a word after which it is ended.
        hopeless: what it says where nothing more will come of it: it is ended at once.

    Returns:
        Exit code (negative where it was ended), standard output and standard error.

    Raises:
        Silent: it was ended.
    """
    from tempfile import TemporaryFile  # 2 ms to import, which a local git command need not take

    with given(stdin) as file, TemporaryFile() as out:
        child = subprocess.Popen(
            argv,
            cwd=folder,
            env=env,
            stdin=file,
            stdout=out,
            stderr=subprocess.PIPE,
            pass_fds=keep,
        )
        try:
            said = _listened(child, quiet, hopeless)
        except BaseException:
            _end(child)
            raise
        code = child.wait()
        out.seek(0)
        return code, out.read(), said


def _listened(
    child: subprocess.Popen[bytes], quiet: float, hopeless: re.Pattern[bytes] | None
) -> bytes:
    assert child.stderr is not None  # noqa: S101  # a pipe was asked for
    said = bytearray()
    with child.stderr as stream:
        while True:
            ready, _, _ = select.select([stream], [], [], quiet)
            if not ready:
                raise Silent
            block = os.read(stream.fileno(), _BLOCK)
            if not block:
                return bytes(said)
            line = said.rfind(b"\n") + 1
            said += block
            if hopeless is not None and hopeless.search(said, line):
                _end(child)
                return bytes(said)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a program and what it started: git leaves an ssh that waits for a host behind.

    They share our process group, so that ssh may ask for a passphrase on the terminal.
    """
    for signal in (SIGTERM, SIGKILL):  # git tidies up on the first, and cannot on the second
        for pid in (*_descendants(child.pid), child.pid):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal)
        with suppress(subprocess.TimeoutExpired):
            child.wait(_PARTING)
            return
    child.wait()


def _descendants(pid: int) -> list[int]:
    """Programs that a program started, the last first, where the system tells (Linux)."""
    found: list[int] = []
    with suppress(OSError):  # it may end meanwhile
        for path in Path(f"/proc/{pid}/task").glob("*/children"):
            for one in path.read_text().split():
                found += [*_descendants(int(one)), int(one)]
    return found
