"""The command line in this process: what it prints and how it exits, without a second to start."""

import io
import os
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from modelref.surfaces.cli.app import main
from support.project import Result


def run(folder: Path, *args: str) -> Result:
    """Run ``modelref`` as if typed in a folder; arguments may hold what no UTF-8 says."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", "surrogateescape") for _ in range(2))
    with pytest.MonkeyPatch.context() as patch, chdir(folder):
        patch.setattr(sys, "argv", ["modelref", *args])
        patch.setenv("COLUMNS", os.environ.get("COLUMNS", "80"))
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as stop:
            main()
    for stream in (out, err):
        stream.seek(0)
    code = stop.value.code
    return Result(code if isinstance(code, int) else 0, out.read(), err.read())
