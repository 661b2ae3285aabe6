"""What changed in 400 MB of weights: `modelref diff --only weights`, a plain read, git-theta.

    python benchmarks/diff.py [--size BYTES] [--rounds N] [--ways WAY…] [--git-theta PYTHON]
    python benchmarks/diff.py --hostile

Each case is a pair of versions whose only tensor, or pair of factor matrices, has that size. The
floor reads both files once. Ids may take 28 bytes a row more than the 64 MiB. Start-up is the same
command on a pair of a few kB; CPU and memory are counted over it. `--git-theta` names the Python of
an environment with git-theta and safetensors.

With `--hostile`, what it takes to refuse each hostile file of the tests, over start-up, beside the
limit of a second; needs `tests` on the path.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import MODELREF, SCRIPTS, Case, Run, apart_from_home, compare

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

_COLUMNS = 64
_BLOCK = 1 << 16
_MOST_RATIO, _MOST_MIB, _MOST_ID_BYTES = 4.0, 64.0, 28
_MOST_SECONDS = 1.0
_FORTRAN = "fine-tuned, Fortran order"
_SHUFFLED = "shuffled, by id"
_NARROW = "8 columns, shuffled, by id"
_WAYS = (
    *("1% of rows", "fine-tuned", _FORTRAN, "1% of rows appended, by id"),
    *(_SHUFFLED, _NARROW, "rotated factors"),
)
_DECLARED = """\
artifacts:
  big:
    path: model
    type: model
    meta:
      modelref:
        ids:
          user_factors: {file: model/users.parquet, column: user}
          item_factors: {file: model/items.parquet, column: item}
"""
_READ = (
    "import sys\nbuffer = bytearray(1 << 20)\nfor name in sys.argv[1:]:\n"
    "    with open(name, 'rb', buffering=0) as file:\n        while file.readinto(buffer): pass\n"
)


@dataclass(frozen=True)
class Pair:
    """Two versions of one model.

    Attributes:
        folder: the repository.
        files: their weights.
    """

    folder: Path
    files: tuple[Path, Path]


def columns_of(how: str) -> int:
    """How wide the rows of a case are."""
    return 8 if how == _NARROW else _COLUMNS


def rows_of(how: str, size: int) -> int:
    """How many rows a version of a case has."""
    return max(_COLUMNS, size // (4 * columns_of(how)))


def blocks(rows: int, columns: int, seed: int) -> Iterator["Array"]:
    """Rows of normal values, (n, columns) float32 at a time."""
    import numpy as np

    random = np.random.default_rng(seed)
    for start in range(0, rows, _BLOCK):
        yield random.standard_normal((min(_BLOCK, rows - start), columns), dtype=np.float32)


Tensors = dict[str, tuple[tuple[int, int], Iterator["Array"]]]


def write(path: Path, tensors: Tensors) -> None:
    """Write safetensors block by block."""
    header, at = {}, 0
    for name, (shape, _) in tensors.items():
        end = at + shape[0] * shape[1] * 4
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for _, values in tensors.values():
            file.writelines(block.tobytes() for block in values)


def write_fortran(path: Path, tensors: Tensors) -> None:
    """Write what ``np.save(path, factors.T)`` would, block by block."""
    import numpy as np

    ((shape, values),) = tensors.values()
    header = {"descr": "<f4", "fortran_order": True, "shape": shape[::-1]}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.writelines(block.tobytes() for block in values)


def changed(values: Iterator["Array"], how: str) -> Iterator["Array"]:
    """The second version of some rows."""
    import numpy as np

    random = np.random.default_rng(9)
    turn = np.linalg.qr(random.standard_normal((_COLUMNS, _COLUMNS)))[0].astype(np.float32)
    if how in (_SHUFFLED, _NARROW):
        whole = np.concatenate(list(values))
        yield whole[order(len(whole))]
        return
    for block in values:
        if how == "rotated factors":
            yield block @ turn + np.float32(1e-3)
            continue
        if how == "1% of rows":
            block[::100] += np.float32(0.1)
        elif how.startswith("fine-tuned"):
            noise = random.standard_normal(block.shape, dtype=np.float32)
            np.add(block, noise * np.float32(1e-3), out=block)
        yield block


def order(rows: int) -> "NDArray[np.int64]":
    """Where the rows of a shuffled version stood."""
    import numpy as np

    return np.random.default_rng(3).permutation(rows)


def built(folder: Path, how: str, size: int) -> Pair:
    """Two registered versions, made by another process.

    A child's peak of memory starts at that of the process that starts it: this one stays small.
    """
    argv = [sys.executable, __file__, "--build", str(folder), how, str(size)]
    subprocess.run(argv, check=True)
    return Pair(folder, (_kept(folder, 0), _kept(folder, 1)))


def _kept(folder: Path, version: int) -> Path:
    """A version's weights beside the repository."""
    return folder.with_name(f"{folder.name}-{version}")


def build(folder: Path, how: str, size: int) -> None:
    """Make two registered versions, the caches warm."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows, columns = rows_of(how, size), columns_of(how)
    weights = "weights.npy" if how == _FORTRAN else "weights.safetensors"
    model = folder / "model"
    model.mkdir(parents=True)
    (folder / "dvc.yaml").write_text(_DECLARED)
    git(folder, "init", "--quiet")
    subprocess.run([SCRIPTS / "dvc", "init", "--quiet"], cwd=folder, check=True)
    for version in (0, 1):
        more = max(1, rows // 100) if version and how == "1% of rows appended, by id" else 0
        sides = {"user_factors": rows // 2, "item_factors": rows - rows // 2}
        if how != "rotated factors":
            sides = {"item_factors" if "by id" in how else "weights": rows}
        tensors = {}
        for seed, (name, count) in enumerate(sides.items()):
            values = blocks(count + more, columns, seed)
            shape = (count + more, columns)
            tensors[name] = (shape, changed(values, how) if version else values)
            if name != "weights":
                column = name.partition("_")[0]
                shuffled = version and how in (_SHUFFLED, _NARROW)
                ids = order(count) if shuffled else np.arange(count + more)
                pq.write_table(pa.table({column: ids * 7}), model / f"{column}s.parquet")
        (write_fortran if how == _FORTRAN else write)(model / weights, tensors)
        subprocess.run([SCRIPTS / "dvc", "add", "--quiet", "model"], cwd=folder, check=True)
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", f"version {version}")
        subprocess.run([MODELREF, "register", "big"], cwd=folder, check=True, capture_output=True)
        os.link((model / weights).resolve(), _kept(folder, version))


def git(folder: Path, *args: str) -> None:
    """Run git."""
    subprocess.run(["git", *args], cwd=folder, check=True)


def diff_case(pair: Pair) -> Case:
    """The command that is measured."""
    argv = [MODELREF, "diff", "big@v0.1.0", "big@v0.1.1", "--only", "weights", "--json"]
    return Case(argv, pair.folder)


def read_case(pair: Pair) -> Case:
    """Reading both files once."""
    return Case([sys.executable, "-c", _READ, *map(str, pair.files)], pair.folder)


def theta_case(python: str, pair: Pair) -> Case:
    """git-theta's diff of the two checkpoints, called as git calls it."""
    program = Path(python).with_name("git-theta-diff")
    names = [str(pair.files[0]), "0" * 40, "100644", str(pair.files[1]), "1" * 40, "100644"]
    argv = ["env", "GIT_THETA_CHECKPOINT_TYPE=safetensors", str(program), "weights", *names]
    return Case(argv, pair.folder)


def refuse_hostile() -> None:
    """Print the seconds that each hostile file takes to be refused, slowest first."""
    from support import comparing, hostile_contents, hostile_headers

    files = {name: data for name, (data, _) in hostile_contents.REFUSED.items()}
    files |= {
        f"{name.replace('/', '-')}{end}": data
        for name, (end, data, _) in hostile_headers.CASES.items()
    }
    took: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            path = Path(folder, name)
            path.write_bytes(data)
            comparing.outcome(path)  # whatever is imported is
            started = time.process_time()
            said = comparing.outcome(path)
            took[name] = time.process_time() - started
            if not said.startswith("BadInput"):
                raise SystemExit(f"{name} was not refused: {said}")
    print("| file | CPU s over start-up | |\n|---|---|---|")
    for name in sorted(took, key=lambda name: -took[name]):
        mark = "held" if took[name] <= _MOST_SECONDS else "MISSED"
        print(f"| {name} | {took[name]:.3f} | {mark} |")


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=400_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--git-theta")
    parser.add_argument("--ways", nargs="*", choices=_WAYS)
    parser.add_argument("--build", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--hostile", action="store_true")
    args = parser.parse_args()
    if args.hostile:
        refuse_hostile()
        return
    if args.build:
        folder, how, size = args.build
        build(Path(folder), how, int(size))
        return
    print(f"pairs of {args.size / 1e6:.0f} MB, medians of {args.rounds} rounds\n")
    print("| pair | program | CPU s | over start-up | x read | MiB over start-up | |")
    print("|---|---|---|---|---|---|---|")
    for way in args.ways or _WAYS:
        with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as name:
            apart_from_home(Path(name))
            small = built(Path(name) / "small", way, 20_000)
            large = built(Path(name) / "large", way, args.size)
            cases = {
                "start-up of Python": read_case(small),
                "read both": read_case(large),
                "start-up": diff_case(small),
                "modelref diff": diff_case(large),
            }
            if args.git_theta:
                cases["git-theta-diff"] = theta_case(args.git_theta, large)
            tell(way, compare(cases, rounds=args.rounds), _most_mib(way, args.size))


def _most_mib(way: str, size: int) -> float:
    """What a case may take: the rows of those by id are held."""
    held = rows_of(way, size) * _MOST_ID_BYTES if "by id" in way or "factors" in way else 0
    return _MOST_MIB + held / (1 << 20)


def tell(way: str, runs: dict[str, Run], most: float) -> None:
    """Print a case's rows."""
    floor = runs["read both"].cpu - runs["start-up of Python"].cpu
    for name, base in (
        ("read both", "start-up of Python"),
        ("modelref diff", "start-up"),
        ("git-theta-diff", None),
    ):
        if name in runs:
            cpu = runs[name].cpu - (runs[base].cpu if base else 0)
            peak = runs[name].peak - (runs[base].peak if base else 0)
            held = cpu <= _MOST_RATIO * floor and peak <= most
            mark = ("held" if held else "MISSED") if name == "modelref diff" else ""
            print(
                f"| {way} | {name} | {runs[name].cpu:.3f} | {cpu:.3f} | {cpu / floor:.1f} "
                f"| {peak:.0f} | {mark} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
