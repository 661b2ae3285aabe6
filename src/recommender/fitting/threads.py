"""One BLAS thread, whatever the environment asks for."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import scipy.linalg  # noqa: F401  (loads its own BLAS, which the controller must find)
from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


def one_thread() -> AbstractContextManager[object]:
    """Pin every BLAS and OpenMP pool to one thread while the block runs.

    BLAS sums in another order on another number of threads, and the last bits differ. A dense
    inverse shows it already between one thread and two; pinned, the same inputs give the same
    bytes on the same kind of CPU.
    """
    limit: AbstractContextManager[object] = _controller().limit(limits=1)
    return limit


@cache
def _controller() -> ThreadpoolController:
    # To look through the loaded libraries takes longer than to score a user.
    return ThreadpoolController()
