"""The page of a diff in a browser: it is drawn, can be read, complains and asks for nothing."""

import json
import re
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from modelref.surfaces.report.diffpage import diff_page
from support.pages import HOSTILE, rich_diff

_DARK = ("--blink-settings=preferredColorScheme=0",)
_LOOK = (Path(__file__).parents[1] / "support" / "look.js").read_text(encoding="utf-8")
_HARNESS = """<!doctype html><iframe src="{address}" style="border:0;width:{width}px;height:900px"
></iframe><pre id="seen"></pre><script>{script}</script>"""


def chromium(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Open a file in a browser of its own."""
    return subprocess.run(
        [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--enable-logging=stderr",
            "--host-resolver-rules=MAP * ~NOTFOUND",  # the browser's own upkeep stays at home
            f"--user-data-dir={path.parent / 'profile'}",
            *options,
            path.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
    )


def looked_at(page: Path, width: int, *options: str) -> dict[str, Any]:
    """What ``look.js`` measures in a page of some width, all that is folded opened."""
    harness = page.with_name("harness.html")
    harness.write_text(_HARNESS.format(address=page.as_uri(), width=width, script=_LOOK))
    dumped = chromium(harness, "--allow-file-access-from-files", "--dump-dom", *options).stdout
    found = re.search(r'<pre id="seen">(.+?)</pre>', dumped, re.DOTALL)
    assert found
    seen: dict[str, Any] = json.loads(unescape(found[1]))
    return seen


def requested(log: Path) -> list[str]:
    """Addresses that the page, not the browser's own upkeep, asked the network for."""
    net = json.loads(log.read_text(encoding="utf-8", errors="replace"))
    started = net["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    params = [event.get("params", {}) for event in net["events"] if event["type"] == started]
    by_page = (one for one in params if "file://" in one.get("network_isolation_key", ""))
    return [one["url"] for one in by_page]


def said_and_asked(page: Path) -> tuple[str, list[str]]:
    """What a page says on the console, and what it asks for."""
    log = page.with_suffix(".netlog")
    done = chromium(page, f"--log-net-log={log}", f"--screenshot={page.with_suffix('.png')}")
    console = "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
    return console, requested(log)


@pytest.mark.parametrize("name", ["", HOSTILE], ids=["plain", "hostile"])
def test_it_asks_for_nothing_and_complains_of_nothing(name: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(diff_page(rich_diff(name), examples=9), encoding="utf-8")
    assert said_and_asked(path) == ("", [])


@pytest.mark.parametrize("name", ["", HOSTILE], ids=["plain", "hostile"])
@pytest.mark.parametrize("width", [1280, 360])
def test_it_is_drawn_within_the_width(name: str, width: int, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(diff_page(rich_diff(name), examples=9), encoding="utf-8")
    seen = looked_at(path, width)
    assert seen["innerWidth"] == width
    assert seen["scrollWidth"] <= width
    assert seen["beyond"] == []
    assert seen["outside"] == []
    shapes = {one["id"]: one["shapes"] for one in seen["parts"]}
    assert list(shapes) == [
        *("metrics", "segments", "behaviour", "weights", "data", "params", "code", "pipeline")
    ]
    assert shapes["metrics"]["circle"] == 4
    assert shapes["segments"]["circle"] == 3 * 6
    assert shapes["behaviour"]["rect"] >= 6 + 4  # segments, and columns with users
    assert shapes["weights"]["rect"] == 3 + 2
    assert shapes["data"]["rect"] == 3
    assert all(one["height"] > 40 for one in seen["parts"])


@pytest.mark.parametrize(
    ("scheme", "paper"),
    [((), "rgb(255, 255, 255)"), (_DARK, "rgb(13, 17, 23)")],
    ids=["light", "dark"],
)
def test_it_can_be_read(scheme: tuple[str, ...], paper: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(diff_page(rich_diff(), examples=9), encoding="utf-8")
    seen = looked_at(path, 1280, *scheme)
    assert seen["paper"] == paper
    assert seen["faint"] == []  # WCAG 2.2, 1.4.3: contrast of 4.5 or more
    assert seen["overlapping"] == []
    assert seen["answers"][-1]["bottom"] < 900


def test_what_is_wrong_would_be_noticed(tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text(
        '<body style="background:#fff"><section id="x"><p style="width:500px;color:#ccc">faint</p>'
        '<svg width="100" height="20"><circle cx="300" cy="9" r="4"/><text y="9">one</text>'
        '<text y="9" x="2">two</text></svg></section><img src="http://127.0.0.1:9/x.png">'
        '<script>console.error("no")</script>'
    )
    seen = looked_at(path, 360)
    assert seen["scrollWidth"] > 360
    assert seen["beyond"] == ["P: faint"]
    assert seen["outside"] == ["circle in x"]
    assert seen["faint"] == ["faint"]
    assert seen["overlapping"] == ["one, two"]
    console, asked = said_and_asked(path)
    assert '"no"' in console
    assert asked == ["http://127.0.0.1:9/x.png"]
