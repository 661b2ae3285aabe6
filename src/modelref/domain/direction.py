"""Which way of a metric is better."""

import re

_HIGHER = frozenset(
    [
        "accuracy",
        "auc",
        "auroc",
        "auprc",
        "ap",
        "coverage",
        "diversity",
        "f1",
        "hit",
        "hitrate",
        "hr",
        "map",
        "mrr",
        "ndcg",
        "precision",
        "r2",
        "recall",
        "serendipity",
    ]
)
_LOWER = frozenset(
    [
        "bytes",
        "cost",
        "entropy",
        "error",
        "latency",
        "logloss",
        "loss",
        "mae",
        "mape",
        "mse",
        "perplexity",
        "ppl",
        "rmse",
        "seconds",
        "size",
        "time",
        "wape",
    ]
)
_WORDS = re.compile(r"[a-z0-9]+")


def higher_is_better(metric: str) -> bool | None:
    """Say which way of a metric is better, by the last words of its dotted key.

    Args:
        metric: a key such as ``all.ndcg@20`` or ``eval.val_loss``.

    Returns:
        True or False; None where the name does not tell.
    """
    last = metric.rsplit(".", 1)[-1].lower().partition("@")[0]
    for word in reversed(_WORDS.findall(last)):
        if word in _HIGHER:
            return True
        if word in _LOWER:
            return False
    return None
