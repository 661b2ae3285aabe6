"""Where in ``modelref.yaml`` a mistake stands."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from modelref.adapters.config import parse_config
from modelref.domain.config import Config
from modelref.errors import BadInput


class Fault(NamedTuple):
    """A mistake in a file.

    Attributes:
        line: where, from 1.
        what: what is wrong.
        hint: what mends it; may be empty.
    """

    line: int
    what: str
    hint: str


def find_fault(source: str, data: bytes) -> Fault | None:
    """Find the first mistake in a file; None where it is valid.

    Args:
        source: the file, as a person names it.
        data: its bytes.
    """
    try:
        parse_config(source, data)
    except BadInput as error:
        told = re.match(rf"{re.escape(source)}:(\d+): ", error.message)
        if told:
            return Fault(int(told[1]), error.message[told.end() :], error.hint)
        what = re.sub(rf"^{re.escape(source)}:? ", "", error.message)
        hint = "" if error.hint == f"mend {source}" else error.hint
        return Fault(_line(source, data, error), what, hint)
    return None


def _line(source: str, data: bytes, error: BadInput) -> int:
    """The line that YAML complains of, else that of the narrowest key which is wrong by itself."""
    mark = getattr(error.__cause__, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    from modelref.adapters.dvc.parsing.textfiles import composed, mapping

    try:
        raw = mapping(source, data)
        keys = _narrowest(raw, source)
        with composed(source, data.decode("utf-8")) as (loader, node):
            return _line_of(loader, node, keys)
    except BadInput:
        return 1


def _narrowest(raw: Mapping[Any, Any], source: str) -> list[Any]:
    """Keys that lead to the value which is refused though all beside it is left out."""
    keys: list[Any] = []
    here: Any = raw
    while isinstance(here, Mapping):
        wrong = [key for key in here if _refused([*keys, key], here[key], source)]
        if not wrong:
            break
        keys.append(wrong[0])
        here = here[wrong[0]]
    return keys


def _refused(keys: Sequence[Any], value: Any, source: str) -> bool:
    for key in reversed(keys):
        value = {key: value}
    try:
        Config.parse(value, source)
    except BadInput:
        return True
    return False


def _line_of(loader: Any, node: Any, keys: Sequence[Any]) -> int:
    """The line of the last key that stands where it belongs: one that is merged in does not."""
    line = 1
    for key in keys:
        pairs = [pair for pair in node.value if loader.construct_object(pair[0], deep=True) == key]
        if not pairs:
            break
        name, node = pairs[-1]  # the one that counts
        line = int(name.start_mark.line) + 1
    return line
