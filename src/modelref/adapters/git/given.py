"""What git reads on its standard input: all of it, or git is not even started.

Never a pipe: where the writer is killed it ends early, and git takes the first part for all. A tag
without its trailers, or with none of its message, would be made.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def given(data: bytes) -> Iterator[int]:
    """Bytes as an open file that has no name.

    Args:
        data: the bytes.

    Yields:
        Its descriptor, at the start.

    Raises:
        OSError: there is no room for it.
    """
    descriptor = _nameless() if data else os.open(os.devnull, os.O_RDONLY)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


def _nameless() -> int:
    if hasattr(os, "memfd_create"):  # Linux
        return os.memfd_create("modelref")
    from tempfile import TemporaryFile  # 2 ms to import

    with TemporaryFile() as file:
        return os.dup(file.fileno())
