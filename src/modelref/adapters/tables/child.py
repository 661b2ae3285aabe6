"""The child process that reads tables: a request on standard input, a reply on standard output.

Its parent is :mod:`modelref.adapters.tables.guard`.
"""

import json
import resource
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from modelref.adapters.tables.panels import read_panels
from modelref.adapters.tables.profiles import compare_tables
from modelref.adapters.tables.results import compare_results
from modelref.errors import ModelRefError

_TASKS: Mapping[str, Callable[..., Any]] = {
    "panel": read_panels,
    "results": compare_results,
    "tables": compare_tables,
}


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Do what is asked: ``{"task", "arguments"}`` gives ``{"found"}`` or ``{"error"}``."""
    try:
        return {"found": _TASKS[request["task"]](**request["arguments"])}
    except ModelRefError as error:
        return {"error": {"kind": error.kind, "message": error.message, "hint": error.hint}}
    except pa.ArrowException as error:  # its message may hold somebody's value
        if isinstance(error, MemoryError):
            raise
        message = f"a table has values that cannot be read ({type(error).__name__})"
        return {"error": {"kind": "unreadable-table", "message": message, "hint": ""}}


def main(most_bytes: int) -> None:
    """Answer one request, within a number of bytes of memory."""
    resource.setrlimit(resource.RLIMIT_DATA, (most_bytes, most_bytes))
    json.dump(answer(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]))
