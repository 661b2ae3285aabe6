"""Doing many slow things at once, without waiting forever for any of them."""

import threading
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TypeVar

Item = TypeVar("Item")
Value = TypeVar("Value")

_TICK = 0.2
"""Seconds between two looks at what has moved."""
_PARTING = 2.0
"""Seconds that workers have to notice that they were stopped."""


class Stopped(BaseException):
    """Raised within a worker that is to give up what it does."""


class Silent(Exception):
    """Nothing moved for too long."""


class Pulse:
    """When something last moved, and how much did so far; shared by the workers of one crew."""

    def __init__(self) -> None:
        """Begin now."""
        self.last = monotonic()
        self.bytes = 0
        self.stopped = False
        self._lock = threading.Lock()

    def beat(self, count: int = 0) -> None:
        """Tell that something moved.

        Args:
            count: bytes.

        Raises:
            Stopped: the crew is to stop.
        """
        if self.stopped:
            raise Stopped
        with self._lock:
            self.bytes += count
        self.last = monotonic()


def work(
    task: Callable[[Item], Value],
    items: Sequence[Item],
    pulse: Pulse,
    *,
    jobs: int,
    patience: float,
    tick: Callable[[], None] = lambda: None,
) -> Iterator[tuple[Item, Value]]:
    """Do a task for many items at once, and yield each with its value as it is done.

    The workers are daemon threads, which a program that ends does not wait for: a disk or a server
    that never answers holds nobody up.

    Args:
        task: what to do with one; it calls :meth:`Pulse.beat` while it goes on.
        items: what to do it with.
        pulse: what it beats.
        jobs: how many at once.
        patience: seconds without a beat after which all is given up.
        tick: called a few times a second meanwhile.

    Raises:
        Silent: nothing moved for too long.
        Exception: the first that a task raised; the others are stopped.
    """
    todo, done = iter(items), SimpleQueue[tuple[Item, Value | None, BaseException | None]]()
    lock = threading.Lock()

    def labour() -> None:
        while not pulse.stopped:
            with lock:
                item = next(todo, None)
            if item is None:
                return
            try:
                value = task(item)
                pulse.beat()
                done.put((item, value, None))
            except BaseException as error:  # noqa: BLE001  # raised again where it is awaited
                done.put((item, None, error))

    crew = [threading.Thread(target=labour, daemon=True) for _ in range(min(jobs, len(items)))]
    for worker in crew:
        worker.start()
    try:
        for _ in items:
            item, value, error = _next(done, pulse, patience, tick)
            if error is not None:
                raise error
            yield item, value  # type: ignore[misc]  # a task that did not raise has a value
    finally:
        pulse.stopped = True
        until = monotonic() + _PARTING
        for worker in crew:
            worker.join(max(0.0, until - monotonic()))


def _next(
    done: "SimpleQueue[tuple[Item, Value | None, BaseException | None]]",
    pulse: Pulse,
    patience: float,
    tick: Callable[[], None],
) -> tuple[Item, Value | None, BaseException | None]:
    while True:
        try:
            return done.get(timeout=_TICK)
        except Empty:
            if monotonic() - pulse.last > patience:
                raise Silent from None
            tick()
