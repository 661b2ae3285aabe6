"""What a diff of results and of tables takes: the bootstrap, and tables of growing size.

    python benchmarks/results.py [--rows N,...]   # 320000000: 11 GB each, as Arrow holds them

The targets: 2,469 users x 12 metrics x 10,000 resamples in under 2 CPU s; a table's diff takes at
most 512 MiB, and of the largest table half more than of the smallest; the results of a million
users with 12 metrics and 5 segment columns take at most 512 MiB, too.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from measuring import Run, run
from modelref.adapters.tables.bootstrap import bootstrap

USERS, METRICS = 2_469, 12
TARGET = 2.0
MOST_MIB, MOST_GROWTH = 512, 1.5
MANY_USERS = 1_000_000
_CHUNK = 1 << 20


def main() -> None:
    """Measure, print Markdown, and exit with 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="1000000,4000000,16000000", help="rows of the tables")
    rows = [int(text) for text in parser.parse_args().rows.split(",")]
    os.environ.update(
        OPENBLAS_NUM_THREADS="1",
        ARROW_DEFAULT_MEMORY_POOL="system",
        MALLOC_MMAP_THRESHOLD_=str(1 << 18),
    )
    # First, while this process is small: the kernel counts its peak as the child's own.
    with tempfile.TemporaryDirectory() as folder:
        held = [measure_tables(Path(folder), rows), measure_results(Path(folder))]
    held.append(measure_bootstrap())
    sys.exit(0 if all(held) else 1)


def measure_bootstrap() -> bool:
    """The bootstrap alone, of the users of the reference pipeline and of a million."""
    random = np.random.default_rng(0)
    values = random.normal(0.002, 0.1, (USERS, METRICS))
    started = time.process_time()
    bootstrap(values, 1)
    took = time.process_time() - started
    print("\n| paired bootstrap, 10,000 resamples | CPU s | target |\n|---|---|---|")
    print(f"| {USERS:,} users x {METRICS} metrics | {took:.2f} | {TARGET} |")
    many = random.normal(0.002, 0.1, (1_000_000, METRICS))
    started = time.process_time()
    bootstrap(many, 1)
    print(f"| 1,000,000 users x {METRICS} metrics | {time.process_time() - started:.2f} | |")
    return took < TARGET


def measure_tables(folder: Path, sizes: list[int]) -> bool:
    """Two tables of interactions, a tenth of whose rows differ, by their number of rows."""
    print(
        f"| rows each | Parquet MB each | CPU s | peak MiB (target {MOST_MIB}) |\n|---|---|---|---|"
    )
    peaks = []
    for rows in sizes:
        paths = [write(folder / f"{side}.parquet", rows, side) for side in (0, 1)]
        done = ask(folder, "tables", paths, ids={"user": ["user"], "item": ["item"]})
        peaks.append(done.peak)
        megabytes = paths[0].stat().st_size / 1e6
        print(f"| {rows:,} | {megabytes:.0f} | {done.cpu:.1f} | {done.peak:.0f} |", flush=True)
    return max(peaks) <= MOST_MIB and peaks[-1] <= MOST_GROWTH * peaks[0]


def measure_results(folder: Path) -> bool:
    """Results per user of many users, whose ids are text."""
    paths = [write_results(folder / f"users-{side}.parquet", side) for side in (0, 1)]
    done = ask(folder, "results", paths, seed=1, metrics=[])
    print(f"\n| results per user | CPU s | peak MiB (target {MOST_MIB}) |\n|---|---|---|")
    print(f"| {MANY_USERS:,} users x {METRICS} metrics | {done.cpu:.1f} | {done.peak:.0f} |")
    return done.peak <= MOST_MIB


def ask(folder: Path, task: str, paths: list[Path], **more: object) -> Run:
    """Have a child process with its limit compare two files."""
    before, after = ([str(path), path.name] for path in paths)
    request = {"task": task, "arguments": {"before": before, "after": after, **more}}
    (folder / "request").write_text(json.dumps(request))
    command = f"{sys.executable} -m modelref.adapters.tables.child {448 << 20} < request"
    done = run(["sh", "-c", command], folder, limit=3_600)
    if done.code:
        sys.exit(f"exited with {done.code}: {done.out}")
    return done


def write_results(path: Path, side: int) -> Path:
    """Results of one side: ids as text, metrics of double precision, five segment columns.

    Written part by part, so that this process stays small.
    """
    labels = np.array([f"label {number}" for number in range(8)])
    schema = pa.schema(
        [("user", pa.string())]
        + [(f"metric {number}", pa.float64()) for number in range(METRICS)]
        + [(f"segment {number}", pa.string()) for number in range(5)]
    )
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, MANY_USERS, MANY_USERS // 20):
            users = range(start, start + MANY_USERS // 20)
            random, shared = (np.random.default_rng([start, seed]) for seed in (side, 2))
            columns = [
                [f"user-{number:032x}" for number in users],
                *(random.random(len(users)) for _ in range(METRICS)),
                *(labels[shared.integers(0, 8, len(users))] for _ in range(5)),
            ]
            writer.write_table(pa.table(columns, schema=schema))
    return path


def write(path: Path, rows: int, side: int) -> Path:
    """A table of interactions: ids, a price, a category."""
    schema = pa.schema(
        [("user", pa.int64()), ("item", pa.int64()), ("price", pa.float64()), ("kind", pa.string())]
    )
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for table in chunks(rows, side, schema):
            writer.write_table(table)
    return path


def chunks(rows: int, side: int, schema: pa.Schema) -> Iterator[pa.Table]:
    """Rows of one side; each tenth block is its own, the others both have."""
    kinds = np.array([f"kind {number}" for number in range(300)])
    for number, start in enumerate(range(0, rows, _CHUNK // 16)):
        size = min(_CHUNK // 16, rows - start)
        random = np.random.default_rng([number, side if number % 10 == 0 else 0])
        columns = [
            random.integers(0, 1_000_000, size),
            random.zipf(1.3, size) % 200_000,
            np.round(random.lognormal(1, 1, size), 2),
            kinds[random.integers(0, 300, size)],
        ]
        yield pa.table(columns, schema=schema)


if __name__ == "__main__":
    main()
