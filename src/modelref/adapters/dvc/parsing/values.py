"""Values of metrics and parameters files, as DVC reads them, from files that nobody vouches for."""

import ast
import csv
import io
import math
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from modelref.adapters.dvc.parsing.textfiles import parse
from modelref.domain.snapshot import Value, flatten
from modelref.errors import BadInput

_MOST_BYTES = {".json": 8 << 20}
"""A metrics file of ten million keys is refused before it fills the memory."""
_MOST_BYTES_ELSE = 512 << 10
_MOST_VALUES = 50_000
"""Values that a file may have: a table of them is shown within a second."""
_DEEPEST = 100
_MOST_BITS = 1000
_DELIMITERS = {".csv": ",", ".tsv": "\t"}


def most_bytes(path: str) -> int:
    """Bytes that a file of values may have: as many as are read within a second or two."""
    return _MOST_BYTES.get(PurePosixPath(path).suffix.lower(), _MOST_BYTES_ELSE)


def read_values(path: str, data: bytes) -> dict[str, Value]:
    """Read a file of metrics or parameters by its suffix.

    JSON, YAML, TOML, and assignments of a Python file are read as DVC reads them. A CSV or TSV file
    with one row below its head has a value in each column; DVC 3 itself reads no such metrics.

    Args:
        path: its name, for the choice and the message.
        data: its bytes.

    Returns:
        Values by dotted key; one that stands alone in its file has the key ``""``.

    Raises:
        BadInput: it is not what its name says, too large, or built to be.
    """
    return _flat(path, load_tree(path, data))


def read_metrics(path: str, data: bytes) -> dict[str, Value]:
    """Read a metrics file as :func:`read_values`, without what is no metric for DVC either.

    Lists, dates and nulls are none.
    """
    return _flat(path, _measured(load_tree(path, data)))


def load_tree(path: str, data: bytes) -> Any:
    """What a file holds, as :func:`read_values` reads it: a mapping, or a value that stands alone.

    Raises:
        BadInput: as :func:`read_values`.
    """
    if len(data) > most_bytes(path):
        raise too_large(path, len(data))
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in _DELIMITERS:
        return _only_row(path, data, _DELIMITERS[suffix])
    value = _assignments(path, data) if suffix == ".py" else parse(path, data, unique=True)
    if isinstance(value, list):
        raise _refused(path, "holds a list where a mapping belongs")
    _refuse_vast(path, value)
    return value


def _flat(path: str, value: Any) -> dict[str, Value]:
    if isinstance(value, str | int | float):
        return {"": value}
    try:
        return flatten(value)
    except BadInput as error:
        raise BadInput(f"{path}: {error.message}", kind=error.kind, hint=error.hint) from None


def _measured(value: Any) -> Any:
    """A value without what is no metric in it; None where nothing is left."""
    if isinstance(value, Mapping):
        parts = ((key, _measured(part)) for key, part in value.items())
        return {key: part for key, part in parts if part is not None}
    return value if isinstance(value, str | int | float) else None


def too_large(path: str, size: int) -> BadInput:
    """The error for a file of values that is larger than any that people write."""
    return BadInput(
        f"{path} has {size:,} bytes, more than the {most_bytes(path):,} that are read",
        kind="unreadable-file",
        hint=f"keep few values in {path}; what is long belongs into dvc plots or a table",
    )


def _only_row(path: str, data: bytes, delimiter: str) -> dict[str, Value]:
    try:
        rows = list(
            csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter)
        )
    except (UnicodeDecodeError, csv.Error) as error:
        raise _refused(path, f"is not readable: {error}") from error
    if len(rows) != 2 or len(rows[0]) != len(rows[1]):
        raise _refused(path, "is not a head with one row of metrics below")
    values = {name: _number(text) for name, text in zip(*rows, strict=True)}
    _refuse_vast(path, values)
    return values


def _refuse_vast(path: str, value: Any) -> None:
    """Refuse what no person reads, and numbers that no float holds: nobody measured those."""
    pending: list[tuple[str, Any, int]] = [("", value, 0)]
    count = 0
    while pending:
        name, item, depth = pending.pop()
        count += 1
        if count > _MOST_VALUES:
            raise _refused(path, f"has more than {_MOST_VALUES:,} values")
        if depth > _DEEPEST:
            raise _refused(path, "is nested too deeply")
        if isinstance(item, Mapping):
            pending += [(str(key), child, depth + 1) for key, child in item.items()]
        elif isinstance(item, list | tuple | set):
            pending += [(name, child, depth + 1) for child in item]
        elif isinstance(item, int) and item.bit_length() > _MOST_BITS:
            raise _refused(path, f"has a number of more than 300 digits: {name or 'its value'}")


def _number(text: str) -> Value:
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        # Python reads what is too large for a float as infinite.
        endless = isinstance(value, float) and math.isinf(value) and "inf" not in text.lower()
        return text if endless else value
    return text


def _assignments(path: str, data: bytes) -> dict[str, Any]:
    """Literals assigned at the top of a module, in classes, and to ``self`` in ``__init__``."""
    try:
        module = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _refused(path, f"is not valid Python: {error}") from error
    return _assigned(module.body, of_self=False)


def _assigned(body: list[ast.stmt], *, of_self: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            found[statement.name] = _assigned(statement.body, of_self=False)
        elif isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            found |= _assigned(statement.body, of_self=True)
        elif isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            name = _target(statement, of_self=of_self)
            if name is not None:
                _put_literal(found, name, statement.value)
    return found


def _put_literal(found: dict[str, Any], name: str, value: ast.expr) -> None:
    try:
        found[name] = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return  # computed: no value that can be read without running the file


def _target(statement: ast.Assign | ast.AnnAssign, *, of_self: bool) -> str | None:
    targets = [statement.target] if isinstance(statement, ast.AnnAssign) else statement.targets
    target = targets[0] if len(targets) == 1 else None
    if isinstance(target, ast.Name) and not of_self:
        return target.id
    owner = target.value if isinstance(target, ast.Attribute) else None
    if isinstance(target, ast.Attribute) and isinstance(owner, ast.Name) and owner.id == "self":
        return target.attr
    return None


def _refused(path: str, why: str) -> BadInput:
    return BadInput(f"{path} {why}", kind="unreadable-file", hint=f"mend {path}")
