"""Files that ask for endless time, memory or disk once they are compared: in a process apart."""

import json
import subprocess
import sys
from collections.abc import Mapping

import pytest

from support import comparing
from support.hostile_contents import COMPARED, REFUSED

_PATIENCE = 120
"""Seconds for all files together, of which most take milliseconds; an endless one takes more."""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    folder = tmp_path_factory.mktemp("hostile")
    for name, data in COMPARED.items() | {(name, data) for name, (data, _) in REFUSED.items()}:
        (folder / name).write_bytes(data)
    try:
        run = subprocess.run(
            [sys.executable, str(comparing.__file__), str(folder)],
            capture_output=True,
            text=True,
            check=True,
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired as error:
        told = (error.stdout or b"").decode().splitlines()
        pytest.fail(f"endless: {told[-1:]}")
    return dict(json.loads(line) for line in run.stdout.splitlines())


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(name: str, outcomes: Mapping[str, str]) -> None:
    assert outcomes[name].startswith(f"BadInput: {name} ")
    assert REFUSED[name][1] in outcomes[name]


@pytest.mark.parametrize("name", COMPARED)
def test_it_is_compared(name: str, outcomes: Mapping[str, str]) -> None:
    assert outcomes[name] == "compared"
