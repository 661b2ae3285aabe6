"""A comment stays below GitHub's limit and starts with its marker, whatever a repository holds."""

import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from modelref.api.markdown import escape
from modelref.api.review.comment import LIMIT, MARKER, review_markdown
from modelref.domain.branch import Branch
from modelref.domain.diff.kind import DiffKind
from modelref.domain.diff.metrics import MetricChange, Paired, SegmentChange
from modelref.domain.diff.metrics import Outcome as MetricOutcome
from modelref.domain.diff.params import ParamChange
from modelref.domain.diff.values import Absent, Status
from modelref.domain.gates.checks.bounds import Bounds
from modelref.domain.gates.rule import Rule
from modelref.domain.gates.verdict import Outcome, Verdict
from modelref.domain.names import Artifact, StageName
from modelref.domain.reviewing import Shipping
from modelref.domain.snapshot import Annotation, Snapshot
from modelref.usecases.compare import ModelDiff, Side
from modelref.usecases.review import Review, ReviewedModel
from modelref.usecases.reviewing.ranges import Span
from support.diffs import absent, model_diffs, names, several
from support.pages import rich_diff

LONG = "█`|<&\n*"
"""Worst for a limit: what takes three bytes, and what is escaped to several characters."""


@st.composite
def models(draw: st.DrawFn) -> ReviewedModel:
    artifact = Artifact("", draw(st.sampled_from(["rec", "a/b-c_d", "x" * 190])))
    outcome = st.builds(
        Outcome,
        st.builds(Rule, st.just(Bounds("m", 0.1, None)), names),
        st.just({}),
        st.sampled_from([True, False, None]),
        names,
        names,
    )
    verdict = Verdict(
        artifact, "0123456789", "0" * 40, StageName("prod"), "v1.0.0", 0,
        Branch(draw(names), "0" * 40), tuple(draw(st.lists(outcome, max_size=3))),
    )  # fmt: skip
    return ReviewedModel(
        artifact,
        draw(st.sampled_from(Status)),
        draw(st.none() | model_diffs()),
        {"metrics.json": draw(st.dictionaries(names, names, max_size=2))},
        draw(st.none() | st.sampled_from(Shipping)),
        draw(st.none() | st.just(verdict)),
        draw(several),
        draw(absent),
    )


def swollen(diff: ModelDiff, times: int) -> ModelDiff:
    """A diff with each of its rows many times, and every name endless."""
    many = {
        kind: getattr(diff, kind) * times
        for kind in ("metrics", "params", "data", "code", "pipeline")
    }
    params = tuple(replace(one, param=one.param + LONG * 99) for one in many["params"])
    return replace(diff, **many | {"params": params})


def reviewed(found: list[ReviewedModel], *reasons: Absent) -> str:
    span = Span("origin/main", "HEAD", "a" * 40, "b" * 40)
    return review_markdown(Review(span, tuple(found), 3, reasons))


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(st.lists(models(), max_size=3), st.sampled_from([1, 40, 200]), st.sampled_from([1, 20]))
def test_a_comment_fits_and_starts_with_its_marker(
    found: list[ReviewedModel], rows: int, copies: int
) -> None:
    large = [
        replace(one, diff=swollen(one.diff, rows) if one.diff else None)
        for _ in range(copies)
        for one in found
    ]
    text = reviewed(large, Absent(LONG * 999, LONG * 999))
    assert len(text) <= len(text.encode()) <= LIMIT
    assert text.splitlines()[0] == MARKER
    assert text == reviewed(large, Absent(LONG * 999, LONG * 999))
    assert text.count("<details>") == text.count("</details>")


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(models())
def test_nothing_in_it_is_html_or_a_link_of_the_repositorys(found: ReviewedModel) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(reviewed([found]))
    inner = [child for token in tokens for child in [token, *(token.children or [])]]
    ours = (MARKER, "<details>", "</details>")
    assert all(token.content.startswith(ours) for token in inner if token.type.startswith("html"))
    assert not [token for token in inner if token.type in ("link_open", "image")]


@settings(max_examples=60)
@given(st.text("@#!&GHgh-1aé/ \u200b\\`<&;|", max_size=20) | st.text(max_size=20))
def test_no_text_is_rendered_to_a_mention_or_a_reference(text: str) -> None:
    # As a host does it: it renders first, and then looks through the text, code left out.
    tokens = MarkdownIt("commonmark").renderInline(f"x {escape(text)} x")
    rendered = unescape(re.sub(r"<[^>]*>", "", tokens))
    assert not re.search(r"(?<!\w)@\w|[#!&]\d|\bGH-\d", rendered, re.IGNORECASE | re.ASCII)
    shown = "".join(one for one in " ".join(text.split()) if one.isprintable())
    assert rendered.replace("\u200b", "").split() == ["x", *shown.split(), "x"]


EMOJI = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
"""A family: five code points, eight units of UTF-16, eighteen bytes of UTF-8."""


def many_metrics(metrics: int, segments: int, name: str) -> tuple[MetricChange, ...]:
    """Metrics that are worse, the first of them by segment."""
    paired = Paired(100, 1.0, 0.5, -0.5, (-0.6, -0.4), 0.001)
    parts = tuple(SegmentChange(name, f"{name}{at}", paired) for at in range(segments))
    return tuple(
        MetricChange(
            name, f"{name}{at}", 1.0, 0.5, -0.5, True, MetricOutcome.WORSE, paired,
            () if at else parts,
        )
        for at in range(metrics)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("models", "metrics", "segments"), [(300, 5, 5), (300, 0, 0), (1, 2000, 500), (9, 300, 60)]
)
@pytest.mark.parametrize("name", ["m", EMOJI * 30, "&1|" * 80, "█" * 300])
def test_a_comment_fits_however_a_host_counts(
    models: int, metrics: int, segments: int, name: str
) -> None:
    side = Side(None, Snapshot("0" * 40, Annotation("m"), (), {}, {}))
    diff = ModelDiff(side, side, tuple(DiffKind), metrics=many_metrics(metrics, segments, name))
    reasons = (Absent(name * 9, name * 9),) * 40
    found = [
        ReviewedModel(
            Artifact("", f"{'x' * 180}{at}"),
            Status.CHANGED,
            diff,
            shipping=Shipping.UNKNOWN,
            absent=reasons,
        )
        for at in range(models)
    ]
    text = reviewed(found, *reasons)
    assert len(text) <= len(text.encode("utf-16-le")) // 2 <= len(text.encode()) <= LIMIT
    assert text == reviewed(found, *reasons)
    assert text.count(f"| {'x' * 60} … |") == (min(models, 50) if models > 1 else 0)


def usual(at: int, rules: int, failed: int) -> ReviewedModel:
    """A model with all answers, of whose rules some fail, the last ones in their order."""
    shipping = Shipping.NO if failed else Shipping.YES
    outcomes = tuple(
        Outcome(
            Rule(Bounds(f"all.ndcg@{number}", 0.1, None), f"popularity alone reaches {number}"),
            {}, number < rules - failed, f"{0.2 + number / 100}", "",
        )
        for number in range(rules)
    )  # fmt: skip
    artifact = Artifact("", f"recommender-{at}")
    verdict = Verdict(
        artifact, "v1.0.0", "0" * 40, StageName("prod"), "v0.9.0", 0, Branch("main", "0" * 40),
        outcomes,
    )  # fmt: skip
    return ReviewedModel(artifact, Status.CHANGED, DIFF, shipping=shipping, verdict=verdict)


DIFF = rich_diff()
ASKED = ("Better?", "May it ship?", "For whom?", "Whose lists change?", "What changed?")


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.integers(1, 50), st.integers(3, 12), st.integers(0, 3))
def test_every_answer_stands_however_many_models_of_usual_size_change(
    models: int, rules: int, failed: int
) -> None:
    text = reviewed([usual(at, rules, failed) for at in range(models)])
    assert len(text.encode()) <= LIMIT
    told = text.split("\n### ")[1:]
    assert len(told) == models
    ships = "may not ship to prod" if failed else "may ship to prod"
    for at, part in enumerate(told):
        assert part.startswith(f"recommender-{at}: better and worse; {ships}\n")
        assert all(f"- **{question}** " in part for question in ASKED)
        assert "the answers; --json" not in part
        if failed:
            first = rules - failed
            assert f"- failed: all.ndcg@{first} at least 0.1: " in unescape(part.replace("\\", ""))
            assert f"popularity alone reaches {first}" in part
    if models > 1:
        rows = [line for line in text.splitlines() if line.startswith("| recommender-")]
        assert [ships in row for row in rows] == [True] * models


@pytest.mark.parametrize("models", [50, 120])
def test_answers_that_cannot_stand_are_said_to_be_left_out(models: int) -> None:
    params = tuple(ParamChange("p", f"{n}{LONG * 40}", 1, 2) for n in range(5))
    reasons = tuple(Absent(f"{n}{LONG * 40}") for n in range(5))
    diff = replace(DIFF, params=params)
    found = [
        replace(usual(at, 12, 12), diff=diff, stale=(LONG * 40,) * 3, absent=reasons)
        for at in range(models)
    ]
    text = reviewed(found)
    assert len(text.encode()) <= LIMIT
    parts = text.split("\n### ")[1:]
    assert all(("- **May it ship?** " in one) != ("the answers; --json" in one) for one in parts)
    assert len(parts) == models or "Left out, for a comment has a limit: recommender-" in text
    assert sum(line.startswith("| recommender-") for line in text.splitlines()) == 50


def test_a_cut_table_keeps_what_fails_and_what_is_worse() -> None:
    good = many_metrics(40, 0, "m" * 100)
    better = [replace(one, outcome=MetricOutcome.BETTER) for one in good[:-1]]
    metrics = (*better, replace(good[-1], metric="the last"))
    diff = replace(DIFF, metrics=metrics)
    text = reviewed([replace(usual(at, 60, 1), diff=diff) for at in range(9)])
    for title in ("Gate (60)", "Metrics (40)"):
        table = text.split(f"<summary>{title}</summary>")[-1].split("</details>")[0]
        assert "more rows; --json has all" in table
        first = table.split("--- |\n")[1].splitlines()[0]
        assert first.startswith("| failed |") or ("the last" in first and "worse" in first)


def test_what_is_left_out_is_said() -> None:
    side = Side(None, Snapshot("0" * 40, Annotation("m"), (), {}, {}))
    params = tuple(ParamChange("p", f"{n}{LONG * 40}", LONG * 40, LONG * 40) for n in range(300))
    diff = ModelDiff(side, side, tuple(DiffKind), params=params)
    found = [ReviewedModel(Artifact("", f"m{n}"), Status.CHANGED, diff) for n in range(9)]
    text = reviewed(found)
    assert "Left out, for a comment has a limit: m" in text
    assert "more rows; --json has all" in text
    assert len(text.encode()) <= LIMIT
    assert all(f"| m{n} |" in text for n in range(9))
