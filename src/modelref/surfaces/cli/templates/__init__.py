"""Files that ``modelref init --ci`` writes: kept beside this one, and in this repository's docs."""

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

REVIEW_JOBS: Mapping[str, str] = MappingProxyType(
    {"github": ".github/workflows/model-review.yml", "gitlab": ".gitlab/model-review.yml"}
)
"""By code host, where its review job belongs."""


def review_job(host: str) -> str:
    """The CI job that posts ``modelref review`` as one comment."""
    return (files(__name__) / f"{host}-review.yml").read_text(encoding="utf-8")
