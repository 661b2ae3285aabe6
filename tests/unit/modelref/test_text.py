"""Text that people and programs read: numbers, Markdown, terminals."""

import pytest

from modelref.api.markdown import escape
from modelref.api.numbers import number, signed, size
from modelref.surfaces.cli.options import parse_time
from modelref.surfaces.cli.output import printable


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (True, "true"), (0.351945123, "0.351945"), (3, "3"), ([1, 0.5], "[1, 0.5]"),
     ("a", "a")],
)  # fmt: skip
def test_values(value: object, text: str) -> None:
    assert number(value) == text  # type: ignore[arg-type]


def test_changes_have_their_sign() -> None:
    assert (signed(0.0261), signed(-2.0), signed(None)) == ("+0.0261", "-2", "")


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (31_200_000, "31.2 MB"), (10**18, "1000.0 PB"),
     (None, "?")],
)  # fmt: skip
def test_sizes_are_decimal(count: int | None, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ndcg@20", "ndcg@20"),
        ("a|b", "a\\|b"),
        ("<img src=x>", "\\<img src=x\\>"),
        ("`x` *y* [z](u)", "\\`x\\` \\*y\\* \\[z\\](u)"),
        ("two\nlines", "two lines"),
        ("@everyone", "@&#8203;everyone"),
        ("Zoë@shop", "Zoë@&#8203;shop"),
        ("shop/models#12", "shop/models\\#&#8203;12"),
        ("rec#prod, rec@v0.1.0, 50 % & more!", "rec\\#prod, rec@v0.1.0, 50 % &amp; more!"),
        ("GH-7, !8, &9", "GH-&#8203;7, !&#8203;8, &amp;&#8203;9"),
        ("a\u200bb", "ab"),
        ("esc\x1b[31m", "esc\\[31m"),
    ],
)
def test_markdown_shows_text_as_it_is(text: str, shown: str) -> None:
    assert escape(text) == shown


def test_a_terminal_is_never_commanded() -> None:
    assert printable("a\x1b[31mb\x07\u202e\ud800") == "a\\x1b[31mb\\x07\\u202e\\ud800"
    assert printable("naïve 模型") == "naïve 模型"


def test_a_day_is_meant_to_its_end() -> None:
    assert parse_time("2026-11-03") == parse_time("2026-11-03T23:59:59Z")
    assert parse_time("2026-11-03T01:00+01:00") == parse_time("2026-11-03T00:00")
