"""What a reviewer sees of the demo's two versions: made again by `make report`, after `make demo`.

In docs/report: the review as a comment and in the terminal, and the diff as a page with its first
screen. Figures repeat, as all seeds are fixed; ids of commits do not.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CLONE = ROOT / "build" / "demo"
FOLDER = ROOT / "docs" / "report"
VERSIONS = ("recommender@v0.1.0", "recommender@v0.2.0")
RANGE = "recommender@v0.1.0..recommender@v0.2.0"
SCREEN = "1280,900"


def main() -> None:
    """Write all of it."""
    FOLDER.mkdir(exist_ok=True)
    page = FOLDER / "diff.html"
    write("review.md", modelref("review", RANGE, "--md"))
    write("review.txt", modelref("review", RANGE))
    modelref("diff", *VERSIONS, "--html", str(page), "--examples")
    photograph(page, FOLDER / "page.png")
    for path in sorted(FOLDER.iterdir()):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")


def modelref(*args: str) -> str:
    """What a command prints in the demo's clone."""
    if not CLONE.is_dir():
        sys.exit("error: the demo's clone is not there\nhint: make demo")
    return subprocess.run(
        [sys.executable, "-m", "modelref", *args],
        cwd=CLONE,
        env={**os.environ, "DVC_NO_ANALYTICS": "1"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ).stdout


def write(name: str, text: str) -> None:
    """Write a file of the report."""
    (FOLDER / name).write_text(text, encoding="utf-8")


def photograph(page: Path, picture: Path) -> None:
    """Take the first screen of a page."""
    if shutil.which("chromium") is None:
        sys.exit("error: no chromium, which takes the picture\nhint: install it, then make report")
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
    subprocess.run(
        ["chromium", *options, f"--window-size={SCREEN}", f"--screenshot={picture}", page.as_uri()],
        check=True,
        stderr=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    main()
