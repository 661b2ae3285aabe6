"""Plain values of a checkpoint, beside its tensors: settings, counters, sometimes weights."""

from dataclasses import dataclass
from hashlib import blake2b
from math import isfinite
from typing import Any

from modelref.adapters.tensors.formats.pickled import Name, Persistent
from modelref.adapters.tensors.tensor import DIGEST

_LONGEST_SHOWN = 80
_BITS_OF_DIGIT = 3


@dataclass(slots=True)
class PlainValues:
    """What a digest is made of.

    Attributes:
        doubt: which of them may be a weight that is not seen or is no number, as the end of a
            sentence that starts with the file; ``""`` for none.
    """

    doubt: str = ""
    _hash: blake2b | None = None

    def add(self, name: str, value: Any) -> None:
        """Count in a value that is no container."""
        if self._hash is None:
            self._hash = blake2b(digest_size=DIGEST)
        known = type(value).__name__ if isinstance(value, Persistent) else value
        self._hash.update(f"{name!r}={known!r}\n".encode())
        if not self.doubt:
            self.doubt = _doubt(name[:_LONGEST_SHOWN], value)

    @property
    def digest(self) -> str:
        """Of all of them; ``""`` for none."""
        return self._hash.hexdigest() if self._hash else ""


def length_shown(value: Any) -> int:
    """About how many letters a value has that is no container."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, Name):
        return len(value.module) + len(value.name)
    return value.bit_length() // _BITS_OF_DIGIT if isinstance(value, int) else 0


def _doubt(name: str, value: Any) -> str:
    if isinstance(value, float) and not isfinite(value):
        return f"holds a plain value that is {value}: {name!r}"
    if isinstance(value, bytes):
        return f"holds bytes that are no tensor: {name!r}"
    if isinstance(value, Persistent):
        return f"holds a storage that is no tensor: {name!r}"
    return ""
