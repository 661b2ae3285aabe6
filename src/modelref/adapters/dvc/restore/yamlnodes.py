"""Where values stand in a YAML text."""

from typing import Any


class UnsureError(Exception):
    """The text is not of the plain kind that can be edited in place."""


def compose(text: str) -> Any:
    """Parse a text to nodes that know where they stand."""
    import yaml

    try:
        return yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise UnsureError from error


def node_at(node: Any, keys: tuple[str, ...]) -> Any:
    """The node at a path of keys, None if none."""
    for key in keys:
        pair = pair_of(node, key)
        node = pair[1] if pair is not None else None
    return node


def pair_of(node: Any, key: str) -> Any:
    """Key and value of an entry of a mapping, None if none."""
    if kind(node) != "mapping":
        return None
    return next((pair for pair in node.value if pair[0].value == key), None)


def kind(node: Any) -> str:
    """``mapping``, ``sequence``, ``scalar``, or ``none``."""
    return getattr(node, "id", "none")


def is_block(node: Any) -> bool:
    """Whether a value stands on lines of its own, so that its end is not its last character."""
    style = getattr(node, "style", None)
    return style in ("|", ">") or getattr(node, "flow_style", None) is False


def span(text: str, parent: Any, pair: Any) -> tuple[int, int]:
    """Where the lines of an entry of a block mapping begin and end, comments after it left out."""
    if parent.flow_style is not False:
        raise UnsureError
    start = text.rfind("\n", 0, pair[0].start_mark.index) + 1
    if text[start : pair[0].start_mark.index].strip():
        raise UnsureError
    lines = text[start : pair[1].end_mark.index].split("\n")
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    end = text.find("\n", start + len("\n".join(lines)))
    return start, len(text) if end < 0 else end + 1


def block_text(text: str, parent: Any, pair: Any) -> str:
    """The lines of an entry, moved to the margin."""
    start, end = span(text, parent, pair)
    block = shift(text[start:end], 0)
    return block if block.endswith("\n") else f"{block}\n"


def shift(block: str, column: int) -> str:
    """Indent lines so that the first starts at a column."""
    lines = block.splitlines(keepends=True)
    indent = len(lines[0]) - len(lines[0].lstrip(" "))
    return "".join(" " * column + line[indent:] if line.strip() else line for line in lines)
