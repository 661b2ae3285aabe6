"""What past releases wrote is read forever: registries made by gto 1.10 and by ourselves."""

import json
from pathlib import Path

import pytest

from support.project import Project

GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.mark.parametrize("bundle", sorted(GOLDEN.glob("*.bundle")), ids=lambda path: path.stem)
def test_a_golden_registry_reads_as_it_did(bundle: Path, tmp_path: Path) -> None:
    Project(tmp_path, ()).git("clone", "--quiet", str(bundle), "shop")
    project = Project(tmp_path / "shop", ())
    seen = json.loads(bundle.with_suffix(".json").read_text())
    assert project.modelref("show", "--json").json == seen["show"]
    assert project.modelref("history", "--json").json == seen["history"]
    found = project.modelref("verify", "--json", check=False).json
    assert [finding for finding in found["findings"] if finding["kind"] == "broken-chain"] == []
