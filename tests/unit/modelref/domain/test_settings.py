import pytest

from modelref.domain.config import Config
from modelref.domain.names import Artifact
from modelref.errors import BadInput

SCORE = "python -m score --model {model} --holdout '{holdout}' --out {out}"


def test_what_holds_for_one_model() -> None:
    config = Config.parse(
        {
            "models": {
                "shop:rec": {
                    "score": SCORE,
                    "score_seconds": 5,
                    "directions": {"churn": "lower", "gain": "higher"},
                    "columns": {"user": "shopper", "item": ["ean", "plu"]},
                }
            }
        }
    )
    settings = config.of(Artifact("shop", "rec"))
    assert settings.score == (
        "python", "-m", "score", "--model", "{model}", "--holdout", "{holdout}", "--out", "{out}",
    )  # fmt: skip
    assert (settings.score_seconds, settings.directions) == (5, {"churn": False, "gain": True})
    assert settings.columns == {"user": ("shopper",), "item": ("ean", "plu")}
    assert config.of(Artifact("", "rec")).score == ()


@pytest.mark.parametrize(
    ("models", "said"),
    [
        ([], "models is not a mapping"),
        ({"a b": {}}, "'a b' is not a model name"),
        ({"rec": {"scores": SCORE}}, "models.rec.scores is not a key; known are columns, dir"),
        ({"rec": {"score": "python {model} {out}"}}, "rec.score does not say where {holdout}"),
        ({"rec": {"score": f"{SCORE} 'open"}}, "models.rec.score cannot be split into words"),
        ({"rec": {"score": 1}}, "models.rec.score is not a command"),
        ({"rec": {"score_seconds": 0}}, "models.rec.score_seconds is not a number of seconds"),
        ({"rec": {"directions": {"churn": "down"}}}, "churn is neither higher nor lower"),
        ({"rec": {"columns": {"shop": "id"}}}, "columns.shop is neither user nor item"),
        ({"rec": {"columns": {"user": [1]}}}, "columns.user is not a column, nor a list"),
    ],
)  # fmt: skip
def test_what_is_refused_is_named(models: object, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        Config.parse({"models": models})
    assert said in refused.value.message
