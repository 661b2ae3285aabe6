"""Plot of data: the columns that drifted most."""

from xml.etree.ElementTree import Element

from modelref.surfaces.report.charts import Bar, bars
from modelref.surfaces.report.plots.rows import caption, cut
from modelref.usecases.compare import ModelDiff


def data_plots(diff: ModelDiff) -> list[Element]:
    """Columns of tables by their drift, the largest first."""
    rows = [
        Bar(f"{table.path}: {column.column}", f"{column.drift:.3f}", column.drift)
        for change in diff.data
        for table in change.tables
        for column in table.columns
        if column.drift
    ]
    rows.sort(key=lambda bar: -bar.value)
    if not rows:
        return []
    said = "Drift of columns: Jensen-Shannon distance, 0 (the same) to 1 (nothing in common)"
    return [caption(said), *cut(rows, lambda some: bars(some, 1.0), "in the tables")]
