"""Run by a test in a process of its own: compares each file of weights with itself, and says how.

    python comparing.py FOLDER

Prints a JSON line a file: its name when it is begun, then what came of it. The process may take
little memory and disk, so that a file that asks for much ends as an error and not as a full disk.
"""

import json
import resource
import sys
from pathlib import Path

from modelref.adapters.tensors.files import TensorFiles
from modelref.errors import ModelRefError

_MEMORY, _DISK = 4 << 30, 256 << 20


def outcome(path: Path) -> str:
    """What came of reading a file and comparing all of it with itself."""
    port = TensorFiles()
    with path.open("rb", 0) as a, path.open("rb", 0) as b:
        try:
            sides = [port.read(path.name, file) for file in (a, b)]
            for before, after in zip(
                *(side.tensors if side else () for side in sides), strict=True
            ):
                port.compare(before, after)
                port.nonfinite(after)
        except ModelRefError as error:
            return f"{type(error).__name__}: {error.message}"
        except Exception as error:  # noqa: BLE001  # the test tells of it
            return f"unplanned {type(error).__name__}: {error!s:.200}"
    return "compared"


def main() -> None:
    """Compare every file of a folder."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_DISK, _DISK))
    for path in sorted(Path(sys.argv[1]).iterdir()):
        tell("begins", path.name)
        tell(path.name, outcome(path))


def tell(*words: str) -> None:
    """Write a line."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
