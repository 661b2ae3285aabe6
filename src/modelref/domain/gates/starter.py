"""The rules to start from: what ``modelref init`` writes, to be switched on by whoever agrees."""

import json
import re

from modelref.domain.direction import higher_is_better
from modelref.domain.snapshot import Values

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.@/-]*")
_USUAL = ("ndcg", "map", "mrr", "recall", "auc")
_EXAMPLE = "all.ndcg@20"
_TEXT = """\
# What the team has agreed on. Rules count once they stand on the default branch; modelref gate
# shows them at work. These are the usual ones, switched off: take away a # to switch one on.
#
# gates:
#   prod:
#     - metric: {metric}
#       not_worse_than: prod
#       by: 1%
#       why: half of what an A/B test usually finds
#     - segments_of: {metric}
#       at_least: 100
#       not_worse_than: prod
#       by: 3%
#       fail: if-shown
#       why: better on average may be worse for some
#     - weights: finite
#       why: one NaN spoils every score that it takes part in
#     - size_of: model
#       max: 150%
#       compared_with: prod
#       why: servers hold it in memory, and twice while it is replaced
#     - from: staging
#       held: 24h
#       why: a day of real traffic shows what no hold-out does
"""


def starter(metrics: Values) -> str:
    """A first ``modelref.yaml``, about a team's own metric.

    Args:
        metrics: what a model scores, by file; may be empty.
    """
    metric = _main(metrics)
    return _TEXT.format(metric=metric if _PLAIN.fullmatch(metric) else json.dumps(metric))


def _main(metrics: Values) -> str:
    """The metric that a team most likely looks at first."""
    keys = [key for values in metrics.values() for key in values if higher_is_better(key)]
    for word in _USUAL:
        for key in keys:
            if word in key.rsplit(".", 1)[-1].lower():
                return key
    return keys[0] if keys else _EXAMPLE
