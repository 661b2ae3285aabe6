"""Finding a metric by the name that a rule gives it."""

from modelref.domain.snapshot import Values
from modelref.errors import OutOfReach


def find_metric(metrics: Values, name: str, of: str) -> tuple[str, str]:
    """Find file and key of a metric.

    Args:
        metrics: values by file and key.
        name: a dotted key, or ``FILE:KEY`` where several files have the key.
        of: whose metrics these are, for the message.

    Raises:
        OutOfReach: no file has it, or several do.
    """
    places = [(path, key) for path, values in metrics.items() for key in values]
    found = [place for place in places if name in (place[1], ":".join(place))]
    if len(found) == 1:
        return found[0]
    if found:
        files = " and ".join(path for path, _ in found)
        raise OutOfReach(
            f"{name} of {of} stands in {files}",
            kind="no-metric",
            hint=f"write {found[0][0]}:{name} in modelref.yaml",
        )
    from difflib import get_close_matches

    close = get_close_matches(name, [key for _, key in places], n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    raise OutOfReach(
        f"{of} has no metric {name}",
        kind="no-metric",
        hint=f"{hint}modelref show {of} lists its metrics",
    )
