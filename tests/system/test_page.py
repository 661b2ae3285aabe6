"""The page of a diff in a browser: it renders, complains of nothing, and asks for nothing."""

import json
import subprocess
import zlib
from importlib.resources import files
from pathlib import Path

import pytest

from modelref.surfaces.report.diffpage import diff_page
from modelref.surfaces.report.kinds import behaviour_plots
from modelref.surfaces.report.nodes import node, page
from support.pages import HOSTILE, behaviour, rich_diff

_LIGHT, _DARK = (255, 255, 255), (13, 17, 23)


def browse(path: Path, width: int, *options: str) -> tuple[bytes, str, list[str]]:
    """Open a page; what it looks like, what was said on the console, and what was asked for."""
    picture, log = path.with_suffix(".png"), path.with_suffix(".netlog")
    done = subprocess.run(
        [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--enable-logging=stderr",
            f"--user-data-dir={path.parent / 'profile'}",
            f"--log-net-log={log}",
            f"--window-size={width},2600",
            f"--screenshot={picture}",
            *options,
            path.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    console = "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
    return picture.read_bytes(), console, requested(log)


def requested(log: Path) -> list[str]:
    """Addresses that the page, not the browser's own upkeep, asked the network for."""
    net = json.loads(log.read_text(encoding="utf-8", errors="replace"))
    started = net["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    params = [event.get("params", {}) for event in net["events"] if event["type"] == started]
    return [one["url"] for one in params if "file://" in str(one.get("initiator", ""))]


def corner(picture: bytes) -> tuple[int, ...]:
    """Red, green and blue of a PNG's first pixel, which no filter changes."""
    data, at = b"", 8
    while at < len(picture):
        size = int.from_bytes(picture[at : at + 4])
        if picture[at + 4 : at + 8] == b"IDAT":
            data += picture[at + 8 : at + 8 + size]
        at += size + 12
    return tuple(zlib.decompress(data)[1:4])


@pytest.mark.parametrize("name", ["", HOSTILE], ids=["plain", "hostile"])
@pytest.mark.parametrize("width", [1000, 500])
@pytest.mark.parametrize(
    ("scheme", "paper"),
    [((), _LIGHT), (("--blink-settings=preferredColorScheme=0",), _DARK)],
    ids=["light", "dark"],
)
def test_it_renders_quietly(
    name: str, width: int, scheme: tuple[str, ...], paper: tuple[int, ...], tmp_path: Path
) -> None:
    path = tmp_path / "page.html"
    path.write_text(diff_page(rich_diff(name)), encoding="utf-8")
    picture, console, asked = browse(path, width, *scheme)
    assert corner(picture) == paper
    assert len(picture) > 40_000
    assert (console, asked) == ("", [])


def test_lists_that_change_are_drawn(tmp_path: Path) -> None:
    style = files("modelref.surfaces.report").joinpath("style.css").read_text(encoding="utf-8")
    path = tmp_path / "behaviour.html"
    plots = behaviour_plots({"behaviour": behaviour()})
    path.write_text(page("Behaviour", style, node("body", *plots)), encoding="utf-8")
    picture, console, asked = browse(path, 800)
    assert len(picture) > 10_000
    assert (console, asked) == ("", [])
