"""Many clones of one remote that write at once: nothing lost, nothing doubled, nothing stale."""

from pathlib import Path

import modelref
from support.clones import FIRST, MODELS, check_clones, clone_of, host_and_clone, write_from_clones


def test_four_clones_lose_nothing_and_keep_nothing_that_lost(tmp_path: Path) -> None:
    host, first = host_and_clone(tmp_path, MODELS, FIRST)
    registry = modelref.open(first.root)
    for number, commit in enumerate(first.commits, start=1):
        for model in MODELS:
            registry.register(model, rev=commit, version=f"v0.{number}.0")
    others = [clone_of(host, tmp_path / f"clone{n}", f"Writer {n}").root for n in range(3)]
    roots = [first.root, *others]
    told = write_from_clones(roots, events=10)
    assert check_clones(host, roots, told) == 0
    assert sum(len(writer.made) for writer in told) >= 40
    assert sum(writer.beaten for writer in told), "some were beaten, and told so"
