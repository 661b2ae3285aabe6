"""What past releases wrote is read forever: registries made by gto 1.10 and by ourselves."""

import json
from pathlib import Path
from typing import Any

import pytest

from support.project import Project

GOLDEN = Path(__file__).parents[2] / "golden"


def kept(then: Any, now: Any) -> bool:
    """Whether a document says all that it said; keys are only ever added."""
    if isinstance(then, dict):
        return isinstance(now, dict) and all(
            key in now and kept(value, now[key]) for key, value in then.items()
        )
    if isinstance(then, list):
        return isinstance(now, list) and len(then) == len(now) and all(map(kept, then, now))
    return bool(then == now)


@pytest.mark.parametrize("bundle", sorted(GOLDEN.glob("*.bundle")), ids=lambda path: path.stem)
def test_a_golden_registry_reads_as_it_did(bundle: Path, tmp_path: Path) -> None:
    Project(tmp_path, ()).git("clone", "--quiet", str(bundle), "shop")
    project = Project(tmp_path / "shop", ())
    seen = json.loads(bundle.with_suffix(".json").read_text())
    assert kept(seen["show"], project.modelref("show", "--json").json)
    assert kept(seen["history"], project.modelref("history", "--json").json)
    found = project.modelref("verify", "--json", check=False).json
    assert [finding for finding in found["findings"] if finding["kind"] == "broken-chain"] == []
