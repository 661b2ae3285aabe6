"""Whether two sides were measured on the same hold-out, and what they say of the same users."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from modelref.domain.diff.metrics import Basis
from modelref.domain.diff.placing import Figures, Place, keys_of, place_results
from modelref.domain.diff.values import Absent
from modelref.domain.outs import Out, OutFile
from modelref.errors import ModelRefError, OutOfReach
from modelref.ports import Located
from modelref.usecases.comparing.files import find_file
from modelref.usecases.comparing.scoring import rescored
from modelref.usecases.comparing.sides import Pair, Side

if TYPE_CHECKING:
    from modelref.domain.diff.results import Results
    from modelref.ports import World


class _Told(NamedTuple):
    """What a side tells about its evaluation: paths, ``""`` where it tells none."""

    users: str
    holdout: str


def find_basis(world: "World", pair: Pair) -> Basis:
    """Say on what the metrics of two sides rest; what cannot be known is said in it."""
    a, b = _told(pair.a), _told(pair.b)
    if not any((*a, *b)):
        return Basis()
    silent = [side for side, told in ((pair.a, a), (pair.b, b)) if not told.holdout]
    if silent:
        why = f"{silent[0]} does not tell which hold-out it was measured on"
        return Basis(absent=(Absent(why, "meta.modelref.holdout of the artifact in dvc.yaml"),))
    try:
        same = _same_holdout(world, pair, a.holdout, b.holdout)
    except ModelRefError as error:
        why = f"whether both were measured on the same hold-out is not known: {error.message}"
        return Basis(comparable=False, absent=(Absent(why, error.hint),))
    basis = Basis(comparable=same, path=b.users)
    try:
        return _paired(world, pair, basis, a, b)
    except ModelRefError as error:
        reasons = () if same else (Absent("the sides were measured on different hold-outs"),)
        doubts = _doubted(pair, error.message) if same and a.users and b.users else {}
        absent = (*reasons, Absent(error.message, error.hint))
        return replace(basis, absent=absent, doubts=doubts)


def differ_in_holdout(world: "World", pair: Pair) -> bool:
    """Whether both sides tell of a hold-out, each of another; not where that is not known."""
    a, b = _told(pair.a).holdout, _told(pair.b).holdout
    try:
        return bool(a and b) and not _same_holdout(world, pair, a, b)
    except ModelRefError:
        return False


def metrics_files(meta: Mapping[str, object]) -> Sequence[str]:
    """Repository paths of what the metrics rest on, as an artifact's ``meta`` names it."""
    return [path for path in _read(meta) if path]


def _told(side: Side) -> _Told:
    """What stands under ``meta.modelref`` of the artifact."""
    return _read(side.snapshot.annotation.meta)


def _read(meta: Mapping[str, object]) -> _Told:
    told = meta.get("modelref")
    entries = told if isinstance(told, Mapping) else {}
    users, holdout = (
        value if isinstance(value := entries.get(key), str) else "" for key in _Told._fields
    )
    return _Told(users, holdout)


def _same_holdout(world: "World", pair: Pair, a: str, b: str) -> bool:
    before, after = pair.a.snapshot.lineage.find(a), pair.b.snapshot.lineage.find(b)
    if before is not None and before == after:
        return True  # one folder around both: its manifest need not be here
    return find_file(world, pair.a, a).hash == find_file(world, pair.b, b).hash


def _paired(world: "World", pair: Pair, basis: Basis, a: _Told, b: _Told) -> Basis:
    """Compare results per user; the first side is scored anew where its own do not serve.

    Raises:
        OutOfReach: a side has none, or their bytes are missing.
        BadInput: they are no such table.
    """
    if not b.users:
        raise _no_results(pair.b)
    if not a.users and basis.comparable:
        raise _no_results(pair.a)
    after = find_file(world, pair.b, b.users)
    figures = _figures(pair.a), _figures(pair.b)
    metrics = keys_of(figures)
    with ExitStack() as stack:
        new = stack.enter_context(world.outputs.reading(after, pair.b.snapshot.commit))

        def measure(old: Located, digest: str) -> "Results":
            seed = _seed(digest, after.hash)
            return world.tables.results(old, Located(new, b.users), seed, metrics)

        if basis.comparable:
            before = find_file(world, pair.a, a.users)
            old = stack.enter_context(world.outputs.reading(before, pair.a.snapshot.commit))
            measured = measure(Located(old, a.users), before.hash)
        else:
            holdout = find_file(world, pair.b, b.holdout)
            measured = rescored(
                world,
                pair,
                (holdout, _around(pair.b, holdout)),
                lambda old: measure(old, holdout.hash),
            )
    own = figures[0] if basis.comparable else None
    placed = place_results(measured, own, figures[1], b.users)
    doubts = [Absent(why) for why in dict.fromkeys(placed.doubts.values())]
    if not (placed.results or doubts):
        doubts.append(Absent(f"{b.users} has no column that is a metric of the metrics files"))
    return replace(
        basis,
        rescored=not basis.comparable,
        results=placed.results,
        doubts=placed.doubts,
        absent=tuple(doubts),
    )


def _doubted(pair: Pair, why: str) -> Mapping[Place, str]:
    """Doubt every metric of both sides: the results that both name may say otherwise."""
    before, after = (side.snapshot.metrics for side in (pair.a, pair.b))
    return {
        (path, key): why
        for path, values in after.items()
        for key in values
        if key in before.get(path, {})
    }


def _figures(side: Side) -> Figures:
    return Figures(str(side), side.snapshot.metrics)


def _around(side: Side, holdout: OutFile) -> Out:
    """The whole DVC out that a hold-out is, or lies in."""
    out = side.snapshot.lineage.find(holdout.path)
    if out is None:
        raise AssertionError(f"{holdout.path} was just found")
    return replace(out, within="")


def _seed(*digests: str) -> int:
    """A seed that repeats, and is the same whichever side comes first."""
    return int.from_bytes(hashlib.sha256(" ".join(sorted(digests)).encode()).digest()[:8])


def _no_results(side: Side) -> OutOfReach:
    return OutOfReach(
        f"{side} tells of no results per user",
        kind="no-results",
        hint="meta.modelref.users of the artifact in dvc.yaml",
    )
