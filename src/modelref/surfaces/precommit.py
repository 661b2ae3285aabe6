"""What ``pre-commit`` runs: refuse a ``modelref.yaml`` that is not valid, with file and line."""

import sys
from collections.abc import Sequence
from pathlib import Path

from modelref.adapters.faults import Fault, find_fault


def check(paths: Sequence[str]) -> int:
    """Check files, and say what is wrong; 1 if anything is."""
    wrong = False
    for path in paths:
        try:
            fault = find_fault(path, Path(path).read_bytes())
        except OSError as error:
            fault = Fault(1, f"cannot be read: {error.strerror}", "")
        if fault is not None:
            wrong = True
            hint = f" ({fault.hint})" if fault.hint else ""
            sys.stderr.write(f"{path}:{fault.line}: {fault.what}{hint}\n")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(check(sys.argv[1:]))
