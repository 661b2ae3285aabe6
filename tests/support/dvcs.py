"""DVC's command line in this process: it takes a second to start, and tests often call it."""

import warnings
from contextlib import chdir
from pathlib import Path

import pytest

QUIET = "--quiet"


def run_quietly(folder: Path, *args: str, **env: str) -> int:
    """Run ``dvc`` as if typed in a folder.

    Args:
        folder: where.
        args: among them ``--quiet``: what it prints goes where this process prints.
        env: variables of the environment.

    Returns:
        Its exit code.
    """
    from dvc.cli import main

    with pytest.MonkeyPatch.context() as patch, chdir(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are DVC's
        for name, value in env.items():
            patch.setenv(name, value)
        return int(main([*args]))
