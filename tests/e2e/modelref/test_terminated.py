"""A command that is asked to end (SIGTERM) ends as an interrupted one: nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from support.weights import npz, versions

# A shell that runs the tests in the background lets its children ignore SIGINT.
_SLOW = """
import signal
import time
from modelref.adapters.tensors.files import TensorFiles
from modelref.surfaces.cli.app import main
TensorFiles.read = lambda *_: time.sleep(60)
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_copies_of_weights_are_removed(ending: signal.Signals, tmp_path: Path) -> None:
    project = versions(tmp_path / "p", {"a.npz": npz(x=np.ones(3))}, {"a.npz": npz(x=np.zeros(3))})
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    child = subprocess.Popen(
        [sys.executable, "-c", _SLOW, "diff", "rec@v0.1.0", "rec@v0.1.1", "--only", "weights"],
        cwd=project.root,
        env=os.environ | {"TMPDIR": str(scratch)},
        stderr=subprocess.PIPE,
        text=True,
    )
    with child:
        deadline = time.monotonic() + 60
        while not list(scratch.glob("modelref-*/*")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        child.send_signal(ending)
        assert child.stderr
        assert child.stderr.read() == "error: interrupted\n"
    assert child.returncode == 130
    assert list(scratch.iterdir()) == []
