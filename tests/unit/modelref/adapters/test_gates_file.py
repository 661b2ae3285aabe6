"""Mistakes under ``gates:`` are named with file and line, and with what was perhaps meant."""

from textwrap import dedent

import pytest

from modelref.adapters.config import parse_config
from modelref.domain.names import Artifact, StageName
from modelref.errors import BadInput

PROD, REC = StageName("prod"), Artifact.parse("rec")

GOOD = """\
    # who may pass
    stages: [staging, prod]
    gates_from: release
    gates:
      prod:
        - metric: all.ndcg@20
          min: 0.30
          why: below it, popularity is as good
        - metric: all.ndcg@20
          not_worse_than: prod
          by: 1%
        - {metric: score, not_worse_than: prod, by: 0.02, better: lower, fail: if-shown}
        - segments_of: all.ndcg@20
          not_worse_than: prod
          by: 3%
        - {overlap_with: prod, min: 60%}
        - {coverage_of: panel, min: 10%}
        - weights: finite
        - {size_of: model, max: 2 GiB}
        - {size_of: model, max: 150%, compared_with: prod, models: ["search:*", rec]}
        - {from: staging, held: 7d}
        - approvals: 1
        - signature_of: registration
        - {metric: latency_ms, max: 50, models: "search:*"}
    """

TOLD = [
    "all.ndcg@20 at least 0.3",
    "all.ndcg@20 not worse than prod by more than 1%",
    "score not shown to be worse than prod by more than 0.02",
    "all.ndcg@20 in each segment of 100 users not worse than prod by more than 3%",
    "overlap with prod at least 60.0%",
    "coverage of the panel's lists at least 10.00%",
    "weights finite",
    "size at most 2.1 GB",
    "size at most 150% of prod's",
    "from staging, held there 1w",
    "approved by 1 other",
    "registration signed",
]


def test_every_kind_of_rule_is_read_in_the_order_of_the_file() -> None:
    config = parse_config("modelref.yaml", dedent(GOOD).encode())
    assert [str(rule.check) for rule in config.gates.of(PROD, REC)] == TOLD
    assert config.gates.of(PROD, REC)[0].why == "below it, popularity is as good"
    assert config.gates_from == "release"


def test_a_rule_may_be_for_some_models_only() -> None:
    gates = parse_config("modelref.yaml", dedent(GOOD).encode()).gates
    ranker, other = Artifact.parse("search:ranker"), Artifact.parse("other")
    assert "latency_ms at most 50" in [str(rule.check) for rule in gates.of(PROD, ranker)]
    assert len(gates.of(PROD, other)) == len(TOLD) - 1
    assert gates.of(StageName("staging"), REC) == ()


MISTAKES = [
    ("gates: 5", "1: gates is not a mapping", ""),
    ("gates: [prod]", "1: gates is not a mapping", ""),
    ("gates:\n  prod: 5", "2: gates.prod is not a list", ""),
    ("gates:\n  prod: []", "2: gates.prod has no rule", "leave the stage out"),
    ("gates:\n  pr od:\n    - x: 1", "2: 'pr od' is not a stage name", ""),
    ("gates:\n  quarantine:\n    - weights: finite", "2: no rule can guard quarantine", ""),
    ("stages: [prod]\ngates:\n  prdo: []", "3: 'prdo' is not a listed stage", "mean prod?"),
    ("gates:\n  prod:\n    - finite", "3: a rule is not a mapping", ""),
    ("gates:\n  prod:\n    - {}", "3: '' is not a rule", "known: metric"),
    ("gates:\n  prod:\n    -\n", "3: a rule is not a mapping", ""),
    (
        "gates:\n  prod:\n    - metrc: x\n      min: 1",
        "3: 'metrc' is not a rule",
        "did you mean metric?",
    ),
    (
        "gates:\n  prod:\n    - metric: x\n\n      mim: 1\n      max: 2",
        "5: 'mim' is not a key",
        "did you mean min?",
    ),
    (
        "gates:\n  prod:\n    - metric: x\n      weights: finite",
        "4: a rule is about metric or about weights, not both",
        "write two rules",
    ),
    (
        "gates:\n  prod:\n    - metric: x\n      min: 1\n      min: 2",
        "5: min: stands here a second time",
        "",
    ),
    ("gates:\n  prod: [{weights: finite}]\n  prod: []", "3: prod: stands here a second time", ""),
    ("gates: {}\ngates: {}", "2: gates: stands here a second time", ""),
    ("gates:\n  prod:\n    - metric: x", "3: metric: asks for nothing", "add min: or max:"),
    ("gates:\n  prod:\n    - metric: x\n      min: high", "4: min: 'high' is not a number", ""),
    ("gates:\n  prod:\n    - metric: x\n      min: .nan", "4: min: nan is not a number", ""),
    ("gates:\n  prod:\n    - metric: x\n      min: yes", "4: min: 'yes' is not a number", ""),
    ("gates:\n  prod:\n    - metric: x\n      min: [1]", "4: min: a list is not a number", ""),
    (
        "gates:\n  prod:\n    - metric: x\n      min: 2\n      max: 1",
        "5: max: 1 is below min: 2",
        "",
    ),
    ("gates:\n  prod:\n    - metric: 7\n      min: 2", "3: metric: 7 is not a text", ""),
    (
        "gates:\n  prod:\n    - metric: score\n      not_worse_than: prod\n      by: 1%",
        "3: metric: the name 'score' does not tell which way is better",
        "add better: higher or better: lower",
    ),
    (
        "gates:\n  prod:\n    - metric: ndcg\n      not_worse_than: prod",
        "3: by: is missing",
        "",
    ),
    (
        "gates:\n  prod:\n    - metric: ndcg\n      not_worse_than: prod\n      by: 1 percent",
        "5: by: '1 percent' is neither a number nor a share such as 1%",
        "",
    ),
    (
        "gates:\n  prod:\n    - metric: ndcg\n      not_worse_than: prod\n      by: -1",
        "5: by: -1 must not be negative",
        "",
    ),
    (
        "gates:\n  prod:\n    - metric: ndcg\n      not_worse_than: prod\n      by: 100%",
        "5: by: 100% would let anything pass",
        "",
    ),
    (
        "gates:\n  prod:\n    - metric: ndcg\n      not_worse_than: pr od\n      by: 1%",
        "4: not_worse_than: 'pr od' is not a stage name",
        "",
    ),
    (
        "stages: [prod, dev]\ngates:\n  prod:\n    - {metric: ndcg, not_worse_than: prof, by: 1%}",
        "4: 'prof' is not a listed stage",
        "did you mean prod?",
    ),
    (
        "gates:\n  prod:\n    - {metric: ndcg, not_worse_than: prod, by: 1%, fail: never}",
        "3: fail: 'never' is not unless-shown or if-shown",
        "",
    ),
    (
        "gates:\n  prod:\n    - {segments_of: ndcg, not_worse_than: prod, by: 1%, at_least: 3}",
        "3: at_least: 3 is not a number of users of 50 or more",
        "",
    ),
    (
        "gates:\n  prod:\n    - {overlap_with: prod, min: 120%}",
        "3: min: '120%' is more than 100%",
        "",
    ),
    ("gates:\n  prod:\n    - {overlap_with: prod}", "3: min: is missing", ""),
    (
        "gates:\n  prod:\n    - {coverage_of: shelf, min: 1%}",
        "3: coverage_of: 'shelf' is not panel",
        "",
    ),
    ("gates:\n  prod:\n    - weights: clean", "3: weights: 'clean' is not finite", ""),
    ("gates:\n  prod:\n    - {size_of: model, max: big}", "3: max: 'big' is not a size", ""),
    (
        "gates:\n  prod:\n    - {size_of: model, max: 2 GB, compared_with: prod}",
        "3: max: '2 GB' is neither a number nor a share",
        "",
    ),
    (
        "gates:\n  prod:\n    - {size_of: model, max: 150%}",
        "3: max: '150%' is not a size such as 2 GB",
        "",
    ),
    ("gates:\n  prod:\n    - {from: dev, held: 24}", "3: held: 24 is not a duration", ""),
    (
        "gates:\n  prod:\n    - weights: finite\n    - from: prod\n",
        "4: no new version can come to prod from prod",
        "name the stage before it",
    ),
    ("gates:\n  prod:\n    - approvals: 0", "3: approvals: 0 is not a number of people", ""),
    ("gates:\n  prod:\n    - approvals: true", "3: approvals: True is not a number of people", ""),
    (
        "gates:\n  prod:\n    - signature_of: tag",
        "3: signature_of: 'tag' is not registration",
        "",
    ),
    (
        "gates:\n  prod:\n    - weights: finite\n      why: 5",
        "4: why: 5 is not a text",
        "",
    ),
    (
        'gates:\n  prod:\n    - weights: finite\n      why: "\\e[2J"',
        "4: why: '\\x1b[2J' has characters that do not print",
        "",
    ),
    (
        f"gates:\n  prod:\n    - weights: finite\n      why: {'x' * 501}",
        "is longer than 500 characters",
        "",
    ),
    (
        "gates:\n  prod:\n    - weights: finite\n      models: []",
        "4: models: a list names no model",
        "",
    ),
    ('gates:\n  prod:\n    - {"": 1}', "3: a key is not a text", ""),
    ("gates:\n  prod:\n    - ? [a]\n      : 1", "is not valid YAML: line 3", ""),
    ("gates:\n  prod: [{weights: finite}]\ngates:\n", "3: gates: stands here a second time", ""),
]


@pytest.mark.parametrize(("text", "said", "hint"), MISTAKES)
def test_a_mistake_is_named_with_its_line(text: str, said: str, hint: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_config("modelref.yaml", text.encode())
    where = f"modelref.yaml:{said}" if said[0].isdigit() else said
    assert where in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.kind in ("invalid-config", "unreadable-file")


def test_the_branch_is_named_where_the_file_is_not_the_workspaces() -> None:
    with pytest.raises(BadInput, match=r"^origin/main:modelref.yaml:2: gates\.prod has no rule"):
        parse_config("origin/main:modelref.yaml", b"gates:\n  prod: []\n")


@pytest.mark.parametrize(
    "text",
    [
        "gates:\n  prod: &a [" + "{weights: finite}, " * 3000 + "]\n  dev: *a\n",
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(
            f"{n}: &{n} [{f'*{p}, ' * 9}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)
        )
        + "gates: *i\n",
        "gates:\n  prod: " + "[" * 60 + "]" * 60,
    ],
)
def test_a_bomb_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        parse_config("modelref.yaml", text.encode())


def test_a_branch_that_no_git_could_have_is_refused() -> None:
    for name in ("--upload-pack=x", "a b", "''", "[x]", '"a\\nb"'):
        with pytest.raises(BadInput, match="gates_from is not the name of a branch"):
            parse_config("modelref.yaml", f"gates_from: {name}\n".encode())


DIRECTED = """\
models:
  rec: {{directions: {{ndcg: lower}}}}
gates:
  prod:
    - {rule}
"""


@pytest.mark.parametrize("metric", ["ndcg", "all.ndcg@20", "metrics.json:all.ndcg@20"])
@pytest.mark.parametrize("subject", ["metric", "segments_of"])
def test_a_direction_that_the_name_contradicts_must_be_written(metric: str, subject: str) -> None:
    rule = f"{subject}: {metric!r}, not_worse_than: prod, by: 1%"
    with pytest.raises(BadInput) as caught:
        parse_config("modelref.yaml", DIRECTED.format(rule=f"{{{rule}}}").encode())
    assert caught.value.message == (
        f"modelref.yaml:5: {subject}: models.rec.directions says otherwise than the name "
        f"{metric.removeprefix('metrics.json:')!r}"
    )
    for more in ("better: lower", "better: higher", "models: other"):
        text = DIRECTED.format(rule=f"{{{rule}, {more}}}")
        assert parse_config("modelref.yaml", text.encode()).gates.rules


def test_a_direction_that_agrees_with_the_name_need_not() -> None:
    text = DIRECTED.format(rule="{metric: val_loss, not_worse_than: prod, by: 1%}")
    assert parse_config("modelref.yaml", text.encode()).gates.rules
