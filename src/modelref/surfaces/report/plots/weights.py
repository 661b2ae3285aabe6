"""Plot of weights: how far each tensor moved."""

from math import isfinite
from xml.etree.ElementTree import Element

from modelref.domain.diff.weights import TensorChange
from modelref.surfaces.report.charts import Bar, bars
from modelref.surfaces.report.plots.rows import caption, cut
from modelref.usecases.compare import ModelDiff


def weights_plots(diff: ModelDiff) -> list[Element]:
    """Relative changes of tensors; of factors, what is left after alignment."""
    rows = [bar for one in diff.weights.tensors for bar in _bars(one)]
    rows.sort(key=lambda bar: -bar.longest)
    if not rows:
        return []
    said = "Relative change (Euclidean); pale: before the rotation of factors is taken out"
    return [caption(said), *cut(rows, bars, "in the table")]


def _bars(one: TensorChange) -> list[Bar]:
    change = one.values.change if one.values else None
    aligned = one.values.aligned if one.values else None
    if change is None or not isfinite(change):
        return []
    if aligned is None or not isfinite(aligned):
        return [Bar(one.name, f"{change:.3g}", change)]
    return [Bar(one.name, f"{aligned:.3g} of {change:.3g}", aligned, change)]
