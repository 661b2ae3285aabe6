"""What a pickle says, read as data: nothing is imported, called or built.

PyTorch writes the names and shapes of tensors as a pickle. `pickle` would run what a file asks
for; here `pickletools` names the instructions, and the few that PyTorch needs are understood.
"""

import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Name(NamedTuple):
    """Something that the pickle would import: ``torch.FloatStorage``."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class Call(NamedTuple):
    """A call that the pickle would make."""

    of: Any
    args: Any


class Persistent(NamedTuple):
    """Something that the pickle leaves to its reader to find."""

    id: Any


class NotUnderstood(Exception):
    """An instruction that data need not have."""


_MOST_INSTRUCTIONS = 600_000
"""More than 20,000 tensors need; a second at most, whatever they are."""
_MOST_NAMES = 100_000
"""Names take longest to read, and PyTorch writes each once."""
_LONGEST_KEY = 8
"""Values of a key that is a tuple."""
_CONSTANTS = {
    "NONE": None,
    "NEWTRUE": True,
    "NEWFALSE": False,
}
_GIVEN = frozenset(
    {"BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"}
    | {"BINUNICODE", "SHORT_BINUNICODE", "BINSTRING", "SHORT_BINSTRING"}
    | {"BINBYTES", "SHORT_BINBYTES"}
)
"""Numbers, texts and bytes that stand in the instruction itself."""
_EMPTY: dict[str, Callable[[], Any]] = {
    "EMPTY_TUPLE": tuple,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_REMEMBER = frozenset({"BINPUT", "LONG_BINPUT"})
_RECALL = frozenset({"BINGET", "LONG_BINGET"})


def understood(data: bytes) -> Any:
    """What a pickle describes.

    Args:
        data: the pickle, protocol 2 to 5.

    Returns:
        Built-in values, :class:`Name`, :class:`Call` and :class:`Persistent`.

    Raises:
        NotUnderstood: it is cut, endless, or has an instruction that is none of PyTorch's.
    """
    machine = _Machine()
    try:
        for number, (opcode, arg, _) in enumerate(pickletools.genops(data)):
            if number > _MOST_INSTRUCTIONS:
                raise NotUnderstood(f"it has more than {_MOST_INSTRUCTIONS} instructions")
            machine.step(opcode.name, arg)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise NotUnderstood("it is no sound pickle") from error
    return machine.stack[-1] if machine.stack else None


@dataclass
class _Machine:
    """Runs instructions.

    Attributes:
        stack: what lies above the last mark.
        below: the same of the marks before it.
        memo: what is remembered.
        names: how many names were read.
    """

    stack: list[Any] = field(default_factory=list)
    below: list[list[Any]] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)
    names: int = 0

    def step(self, name: str, arg: Any) -> None:
        if name in _GIVEN:
            self.stack.append(arg)
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name])
        elif name in _EMPTY:
            self.stack.append(_EMPTY[name]())
        elif name in _TUPLES:
            self._join(len(self.stack) - _TUPLES[name])
        elif name in _REMEMBER:
            self.memo[arg] = self.stack[-1]
        elif name in _RECALL:
            self.stack.append(self.memo[arg])
        elif name not in ("PROTO", "FRAME", "STOP"):
            rare = getattr(self, f"_{name.lower()}", None)
            if rare is None:
                raise NotUnderstood(f"it has the instruction {name}")
            rare(arg)

    def _mark(self, _: Any) -> None:
        self.below.append(self.stack)
        self.stack = []

    def _memoize(self, _: Any) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def _tuple(self, _: Any) -> None:
        items = self._above_mark()
        self.stack.append(tuple(items))

    def _append(self, _: Any) -> None:
        item = self.stack.pop()
        self.stack[-1].append(item)

    def _appends(self, _: Any) -> None:
        items = self._above_mark()
        self.stack[-1].extend(items)

    def _setitem(self, _: Any) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._fill([key], [value])

    def _setitems(self, _: Any) -> None:
        items = self._above_mark()
        self._fill(items[::2], items[1::2])

    def _global(self, arg: str) -> None:
        self.names += 1
        if self.names > _MOST_NAMES:
            raise NotUnderstood(f"it has more than {_MOST_NAMES} names")
        self.stack.append(Name(*arg.split(" ", 1)))

    def _stack_global(self, _: Any) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        if not (isinstance(module, str) and isinstance(name, str)):
            raise TypeError
        self.stack.append(Name(module, name))

    def _binpersid(self, _: Any) -> None:
        self.stack.append(Persistent(self.stack.pop()))

    def _reduce(self, _: Any) -> None:
        args, of = self.stack.pop(), self.stack.pop()
        if not (isinstance(of, Name) and type(args) is tuple):
            raise NotUnderstood("it calls what has no name")
        ordered = of == Name("collections", "OrderedDict") and args == ()
        self.stack.append({} if ordered else Call(of, args))

    def _build(self, _: Any) -> None:
        self.stack.pop()  # attributes beside the items: versions of a network's parts

    def _fill(self, keys: list[Any], values: list[Any]) -> None:
        """Put items in the mapping on top, each under its key as text.

        Numbers hash to what they are, so that a file could choose ones that all collide.
        """
        filled = self.stack[-1]
        if not isinstance(filled, dict):
            raise NotUnderstood("it fills what is no mapping")
        if not all(map(_is_key, keys)):
            raise NotUnderstood("it has keys that are no texts or numbers")
        wanted = len(filled) + len(keys)
        filled.update(zip(map(str, keys), values, strict=True))
        if len(filled) != wanted:
            raise NotUnderstood("it has a key twice, or two that read the same")

    def _join(self, start: int) -> None:
        if start < 0:
            raise IndexError
        self.stack[start:] = [tuple(self.stack[start:])]

    def _above_mark(self) -> list[Any]:
        items, self.stack = self.stack, self.below.pop()
        return items


def _is_key(value: Any) -> bool:
    """Whether a key is one that is hashed and shown at once: no tuples in tuples."""
    if isinstance(value, tuple):
        return len(value) <= _LONGEST_KEY and all(map(_is_plain, value))
    return _is_plain(value)


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)
