"""A comment on many models: what decides is never cut before what does not."""

import re
from dataclasses import replace

from modelref.api.review.comment import review_markdown
from modelref.domain.diff.metrics import MetricChange, Outcome
from modelref.domain.diff.values import Status
from modelref.domain.names import Artifact
from modelref.domain.reviewing import Shipping
from modelref.usecases.review import Review, ReviewedModel
from modelref.usecases.reviewing.ranges import Span
from support.pages import rich_diff

SPAN = Span("main", "tune", "a" * 40, "b" * 40)


def model(at: int) -> ReviewedModel:
    return ReviewedModel(Artifact.parse(f"m{at:03}"), Status.ADDED, shipping=Shipping.NO_GATES)


def shown(*models: ReviewedModel) -> list[str]:
    """Models of the overview, in its order."""
    text = review_markdown(Review(SPAN, models, 0)).partition("###")[0]
    return re.findall(r"^\| (m\d+)", text, re.MULTILINE)


def test_models_that_decide_are_never_cut_from_the_overview() -> None:
    models = [model(at) for at in range(60)]
    assert shown(*models) == [f"m{at:03}" for at in range(50)]
    lost = MetricChange("m.json", "ndcg", 0.5, None, None, True, Outcome.GONE)
    models[52] = replace(models[52], status=Status.REMOVED, shipping=None)
    models[54] = replace(models[54], shipping=Shipping.UNKNOWN)
    diff = replace(rich_diff(), metrics=(lost,))
    models[56] = replace(models[56], status=Status.CHANGED, diff=diff)
    models[59] = replace(models[59], shipping=Shipping.NO)
    kept = [*range(46), 52, 54, 56, 59]
    assert shown(*models) == [f"m{at:03}" for at in kept]
    for at in range(9, 59):
        models[at] = replace(models[at], shipping=Shipping.UNKNOWN)
    assert "m059" in shown(*models)
    assert "m056" in shown(*models)
