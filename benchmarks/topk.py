"""Exact top-20 of 92,331 items x 64 factors on one thread: one user, and batches.

python benchmarks/topk.py
"""

from __future__ import annotations

import time

import numpy as np

from recommender.fitting.threads import one_thread
from recommender.topk import top_k

ITEMS, FACTORS, K = 92_331, 64, 20


def main() -> None:
    """Print CPU time a user, by batch size."""
    random = np.random.default_rng(0)
    items = random.standard_normal((ITEMS, FACTORS), dtype=np.float32)
    users = random.standard_normal((1024, FACTORS), dtype=np.float32)
    print("| users at once | CPU ms a user | users / CPU s |\n|---|---|---|")
    with one_thread():
        for size in (1, 16, 64, 256):
            rounds = min(256, len(users) // size)
            started = time.process_time()
            for number in range(rounds):
                top_k(users[number * size : (number + 1) * size] @ items.T, K)
            seconds = (time.process_time() - started) / (rounds * size)
            print(f"| {size} | {seconds * 1e3:.3f} | {1 / seconds:,.0f} |")


if __name__ == "__main__":
    main()
