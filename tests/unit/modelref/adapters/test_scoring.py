"""The command that scores: ended in time, with all it started, and heard to the end."""

import os
import resource
import sys
import time
from pathlib import Path

import pytest

from modelref.adapters.scoring import CommandScoring
from modelref.errors import OutOfReach


def run(folder: Path, code: str, seconds: int = 60) -> None:
    argv = [sys.executable, "-c", code]
    CommandScoring(folder, folder / "cache").run(argv, seconds, "models.rec")


def test_the_last_words_of_a_command_that_fails_are_told(tmp_path: Path) -> None:
    said = "x" * 100_000 + "\nno such\nmodel é\n"
    code = f"import sys; sys.stderr.buffer.write({said!r}.encode()); sys.exit(3)"
    with pytest.raises(OutOfReach, match="failed with exit code 3: no such model é"):
        run(tmp_path, code)
    with pytest.raises(OutOfReach, match="failed with exit code 1: it said nothing"):
        run(tmp_path, "raise SystemExit(1)")


def test_what_a_command_says_is_not_held(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run(tmp_path, "import os\nfor _ in range(300): os.write(2, b'x' * 1_000_000)")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


CHILD = "import subprocess, sys; subprocess.Popen(['sleep', '30']{more})"


@pytest.mark.parametrize("more", ["", ", start_new_session=True"])
def test_a_child_that_outlives_its_command_keeps_nobody_waiting(tmp_path: Path, more: str) -> None:
    started = time.monotonic()
    run(tmp_path, CHILD.format(more=more) + "; open('done', 'w')", seconds=30)
    assert (tmp_path / "done").exists()
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("ends", ["", "; import time; time.sleep(60)"])
def test_what_a_command_started_is_ended_with_it(tmp_path: Path, ends: str) -> None:
    code = (
        "import subprocess, pathlib; one = subprocess.Popen(['sleep', '60']);"
        f"pathlib.Path('pid').write_text(str(one.pid)){ends}"
    )
    if ends:
        with pytest.raises(OutOfReach, match="took more than 3 seconds"):
            run(tmp_path, code, seconds=3)
    else:
        run(tmp_path, code)
    pid = int((tmp_path / "pid").read_text())
    for _ in range(100):
        if is_gone(pid):
            return
        time.sleep(0.05)
    raise AssertionError("it still runs")


def is_gone(pid: int) -> bool:
    """Whether a process ended: one that nobody waits for may stay as a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"


def test_a_command_that_closes_its_standard_error_is_waited_for(tmp_path: Path) -> None:
    run(tmp_path, "import os, time; os.close(2); time.sleep(0.5); open('done', 'w')")
    assert (tmp_path / "done").exists()


def test_a_command_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutOfReach, match=r"\(no-such-command\) .* see models.rec.score in"):
        CommandScoring(tmp_path, tmp_path).run(["no-such-command"], 5, "models.rec")
