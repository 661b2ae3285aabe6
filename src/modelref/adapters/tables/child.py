"""The child process that reads tables: a request on standard input, a reply on standard output.

Its parent is :mod:`modelref.adapters.tables.guard`.
"""

import json
import resource
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import pyarrow as pa

from modelref.errors import ModelRefError

_TASKS: Mapping[str, tuple[str, str]] = {
    "panel": ("panels", "read_panels"),
    "results": ("results", "compare_results"),
    "tables": ("profiles", "compare_tables"),
}
"""By task, the module and its function; what one task imports would take memory from another."""


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Do what is asked: ``{"task", "arguments"}`` gives ``{"found"}`` or ``{"error"}``."""
    try:
        module, name = _TASKS[request["task"]]
        task = getattr(import_module(f"modelref.adapters.tables.{module}"), name)
        return {"found": task(**request["arguments"])}
    except ModelRefError as error:
        return {"error": {"kind": error.kind, "message": error.message, "hint": error.hint}}
    except pa.ArrowException as error:  # its message may hold somebody's value
        if isinstance(error, MemoryError):
            raise
        return _unreadable(f"a table has values that cannot be read ({type(error).__name__})")
    except UnicodeDecodeError:
        return _unreadable("a table has text that is not UTF-8", "write it as UTF-8")


def _unreadable(message: str, hint: str = "") -> dict[str, Any]:
    return {"error": {"kind": "unreadable-table", "message": message, "hint": hint}}


def main(most_bytes: int) -> None:
    """Answer one request, within a number of bytes of memory."""
    resource.setrlimit(resource.RLIMIT_DATA, (most_bytes, most_bytes))
    pa.set_io_thread_count(1)  # the stack of each counts, used or not
    json.dump(answer(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]))
