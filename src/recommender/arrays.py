"""Names for the array types that modules hand to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import scipy.sparse as sp

Floats: TypeAlias = npt.NDArray[np.float32]
Doubles: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Texts: TypeAlias = npt.NDArray[np.str_]
Ids: TypeAlias = npt.NDArray[Any]
"""User or item ids as the source spells them: int64, or str objects."""

Csr: TypeAlias = "sp.csr_array[np.float32, tuple[int, int]]"
"""Users x items, float32, indices sorted, no duplicates."""
