"""Types of values: how many bytes each takes, and what they are as floats."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Raw: TypeAlias = NDArray[Any]
Floats: TypeAlias = "NDArray[np.float32] | NDArray[np.float64]"


@dataclass(frozen=True, slots=True)
class DType:
    """A type of values.

    Attributes:
        raw: numpy's code of the bytes, without byte order.
        decode: raw values as float32 where these hold all of them, else as float64; a view where
            nothing has to be done.
        exact: whether raw values compare as their values do.
    """

    raw: str
    decode: Callable[[Raw], Floats]
    exact: bool = True

    @property
    def itemsize(self) -> int:
        """Bytes of one value."""
        return np.dtype(self.raw).itemsize


def _to32(raw: Raw) -> Floats:
    return raw.astype(np.float32, copy=False)


def _to64(raw: Raw) -> Floats:
    return raw.astype(np.float64, copy=False)


def _bfloat16(raw: Raw) -> Floats:
    """The upper half of a float32."""
    return (raw.astype(np.uint32) << 16).view(np.float32)


def _float8_e5m2(raw: Raw) -> Floats:
    """The upper half of a float16."""
    return (raw.astype(np.uint16) << 8).view(np.float16).astype(np.float32)


def _float8_e4m3(raw: Raw) -> Floats:
    return _e4m3_values()[raw]


@cache
def _e4m3_values() -> NDArray[np.float32]:
    """Micikevicius et al. 2022, "FP8 formats for deep learning": no infinity, one NaN a sign."""
    code = np.arange(256)
    exponent, mantissa = (code >> 3) & 15, code & 7
    normal = (8 + mantissa) * np.exp2(exponent - 10.0)
    value = np.where(exponent == 0, mantissa * 2.0**-9, normal)
    value = np.where(code & 127 == 127, np.nan, np.where(code > 127, -value, value))
    return value.astype(np.float32)


DTYPES: Mapping[str, DType] = {
    "float64": DType("f8", _to64),
    "float32": DType("f4", _to32),
    "float16": DType("f2", _to32),
    "bfloat16": DType("u2", _bfloat16, exact=False),
    "float8_e4m3": DType("u1", _float8_e4m3, exact=False),
    "float8_e5m2": DType("u1", _float8_e5m2, exact=False),
    "int64": DType("i8", _to64),
    "int32": DType("i4", _to64),
    "int16": DType("i2", _to32),
    "int8": DType("i1", _to32),
    "uint64": DType("u8", _to64),
    "uint32": DType("u4", _to64),
    "uint16": DType("u2", _to32),
    "uint8": DType("u1", _to32),
    "bool": DType("u1", _to32),
}
"""By name: those of numpy, and what machine learning adds to them."""
