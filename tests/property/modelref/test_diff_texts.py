"""A diff as text and as JSON, whatever a repository calls its things."""

import json

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from modelref.api.kinds.all import sections
from modelref.api.markdown import diff_markdown
from modelref.api.shapes.diff import diff_shape
from modelref.domain.diff.data import InputChange
from modelref.domain.diff.kind import DiffKind
from modelref.domain.diff.values import Absent
from modelref.domain.snapshot import Annotation, Snapshot
from modelref.usecases.compare import ModelDiff, Side
from support.diffs import HOSTILE, model_diffs

# GitHub's dialect, raw HTML and bare links included: what could be injected, it would show.
GFM = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_ALLOWED = {
    "heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "fence",
    "blockquote_open", "blockquote_close",
    *(
        f"{name}_{end}"
        for name in ("table", "thead", "tbody", "tr", "th", "td")
        for end in ("open", "close")
    ),
}  # fmt: skip
_INLINE = {"text", "text_special", "strong_open", "strong_close", "code_inline", "softbreak"}


@given(model_diffs())
def test_markdown_has_the_rows_and_cells_that_were_written_and_nothing_else(
    diff: ModelDiff,
) -> None:
    tokens = GFM.parse(diff_markdown(diff))
    assert {token.type for token in tokens} <= _ALLOWED
    inline = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inline} <= _INLINE
    told = [section for section in sections(diff) if section.rows]
    tables = [index for index, token in enumerate(tokens) if token.type == "table_open"]
    assert len(tables) == len(told)
    for section, start in zip(told, tables, strict=True):
        row = [token.type for token in tokens[start:]]
        table = row[: row.index("table_close")]
        assert table.count("tr_open") == len(section.rows) + 1
        assert table.count("td_open") == len(section.rows) * len(section.head)


@given(model_diffs())
def test_no_name_mentions_a_person_or_becomes_a_link(diff: ModelDiff) -> None:
    fenced = [token.content for token in GFM.parse(diff_markdown(diff)) if token.type == "fence"]
    text = diff_markdown(diff)
    for block in fenced:
        text = text.replace(block, "")
    assert "@ada" not in text
    assert "://" not in text
    assert "www." not in text


@given(st.text(alphabet="-+=123.) #>", max_size=6), st.sampled_from(HOSTILE))
def test_a_note_is_a_paragraph_whatever_it_begins_with(start: str, rest: str) -> None:
    side = Side(None, Snapshot("0" * 40, Annotation("m"), (), {}, {}))
    absent = {DiffKind.CODE: (Absent(rest),)}
    change = InputChange(f"{start}{rest}", None, None, {}, absent=(Absent("why"),))
    diff = ModelDiff(side, side, (DiffKind.DATA, DiffKind.CODE), data=(change,), absent=absent)
    tokens = [token.type for token in GFM.parse(diff_markdown(diff))]
    assert set(tokens) <= _ALLOWED
    assert tokens.count("heading_open") == 1


@given(model_diffs())
def test_json_comes_back_as_it_was_written(diff: ModelDiff) -> None:
    shape = diff_shape(diff)
    assert json.loads(json.dumps(shape, allow_nan=False)) == shape
