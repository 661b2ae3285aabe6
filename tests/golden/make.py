"""Make the golden registries: what gto 1.10 and this version of modelref write, kept forever.

    python tests/golden/make.py NAME

makes tests/golden/NAME.bundle and NAME.json beside it. Run it once for each release, under a new
name; never for a name that exists: later versions must go on reading what earlier ones wrote.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = Path(sys.executable).parent
BY_GTO = [
    "register rec HEAD~3 --version v1.0.0",
    "register rec HEAD~2 --version v1.1.0-rc.1",
    "register rec HEAD~1 --version v2.0.0+build.7",
    "register shop:rank HEAD --version v0.0.1",
    "assign rec --version v1.0.0 --stage prod",
    "assign rec --version v2.0.0+build.7 --stage prod",
    "assign rec --version v1.1.0-rc.1 --stage eu/staging --simple true",
    "deprecate rec v2.0.0+build.7 prod",
    "deprecate rec v1.1.0-rc.1",
    "assign shop:rank HEAD --stage dev --skip-registration",
    "deprecate shop:rank",
]
BY_US = [
    "register rec --rev HEAD~3 -m first",
    "register rec --rev HEAD~2 --bump minor -m second",
    "register rec --rev HEAD~1 --version v1.0.0-rc.1",
    "promote rec@v0.1.0 prod -m launch",
    "promote rec@v0.2.0 prod",
    "promote rec@v1.0.0-rc.1 prod",
    "rollback rec#prod --quarantine -m bad",
    "promote rec@v0.1.0 canary",
    "unassign rec#canary",
    "register rec --version v9.9.9",
    "deregister rec@v9.9.9 -m mistake",
    "deprecate rec",
    "promote rec@v0.1.0 eu/staging --revive",
]


def main(name: str) -> None:
    """Make one golden registry."""
    program, steps = ("gto", BY_GTO) if name.startswith("gto") else ("modelref", BY_US)
    target = HERE / f"{name}.bundle"
    if target.exists():
        sys.exit(f"error: {target} exists; give the new release a name of its own")
    with tempfile.TemporaryDirectory() as folder:
        run(folder, "git", "init", "--quiet", "--initial-branch=main")
        Path(folder, "dvc.yaml").write_text("artifacts:\n  rec: {path: rec.txt, type: model}\n")
        for number in range(4):
            Path(folder, "rec.txt").write_text(f"model {number}")
            run(folder, "git", "add", "--all")
            run(folder, "git", "commit", "--quiet", "--message", f"train {number}")
        for step in steps:
            run(folder, str(PROGRAMS / program), *step.split())
        run(folder, "git", "bundle", "create", "--quiet", str(target), "--all")
        seen = {
            "show": json.loads(run(folder, str(PROGRAMS / "modelref"), "show", "--json")),
            "history": json.loads(run(folder, str(PROGRAMS / "modelref"), "history", "--json")),
        }
    target.with_suffix(".json").write_text(json.dumps(seen, indent=1) + "\n")


def run(folder: str, *argv: str) -> str:
    """Run a command in a folder and return what it prints."""
    return subprocess.run(argv, cwd=folder, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main(sys.argv[1])
