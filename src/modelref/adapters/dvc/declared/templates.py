"""What the templates of a ``dvc.yaml`` (``${…}``, ``foreach``, ``matrix``) come to, without DVC."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from modelref.adapters.dvc.declared.filenames import DEFAULT_PARAMS
from modelref.adapters.dvc.declared.lockfile import join_folder
from modelref.adapters.dvc.parsing.trees import ABSENT, lookup
from modelref.errors import BadInput

Context = Mapping[str, Any]
"""Values by the name that templates have for them."""

Read = Callable[[Sequence[str]], Mapping[str, Mapping[str, Any]]]
"""Reads files of values, given by repository path; those that cannot be read are left out."""

_LOOSE = re.compile(r"\$\{[^}]*\}")
TEMPLATE = re.compile(r"(?<!\\)\$\{\s*([^}]*?)\s*\}")


class Templates:
    """The templates of one ``dvc.yaml``."""

    def __init__(
        self,
        folder: str = "",
        raw: Mapping[str, Any] | None = None,
        read: Read = lambda _: {},
    ) -> None:
        """Bind them; no file of values is read before a template asks for it.

        Args:
            folder: repository path of the folder of the ``dvc.yaml``.
            raw: what that holds.
            read: reads what is in files of values.
        """
        self._folder = folder
        self._raw = raw or {}
        self._read = read

    def filled(self, text: str, stage: str | None = None) -> str | None:
        """Fill in a text; None where a name in it is not known, or is no plain value.

        Args:
            text: with or without templates.
            stage: name of the DVC stage in whose definition it stands, as in ``dvc.lock``.
        """
        if "${" not in text:
            return text
        return fill(text, self._shared if stage is None else self._of(stage))

    def wdir(self, stage: str) -> str | None:
        """Working folder of a DVC stage as in ``dvc.lock``, relative; None where it is not known.

        Args:
            stage: its name there.
        """
        text = str(self.body(stage).get("wdir") or ".")
        return fill(text, self._looped(stage)) if "${" in text else text

    def body(self, stage: str) -> Mapping[str, Any]:
        """The definition of a DVC stage; empty where it is none: DVC says what is wrong with it."""
        entry = self._entry(stage)
        body = entry.get("do") if "foreach" in entry else entry
        return body if isinstance(body, Mapping) else {}

    def _entry(self, stage: str) -> Mapping[str, Any]:
        stages = self._raw.get("stages")
        known = stages if isinstance(stages, Mapping) else {}
        entry = known.get(stage) or known.get(stage.partition("@")[0])
        return entry if isinstance(entry, Mapping) else {}

    @cached_property
    def _shared(self) -> Context:
        return self._with_vars({}, self._folder, [DEFAULT_PARAMS, *_listed(self._raw)])

    @cached_property
    def _loops(self) -> dict[str, Context]:
        return {}

    @cached_property
    def _stages(self) -> dict[str, Context]:
        return {}

    def _of(self, stage: str) -> Context:
        if stage not in self._stages:
            context, own = self._looped(stage), _listed(self.body(stage))
            if own:
                folder = f"{self._folder}/{self.wdir(stage) or '.'}"
                context = self._with_vars(context, folder, own)
            self._stages[stage] = context
        return self._stages[stage]

    def _looped(self, stage: str) -> Context:
        """What is shared, and what a loop sets for one DVC stage of it."""
        if stage not in self._loops:
            entry, key = self._entry(stage), stage.partition("@")[2]
            own: Context = {}
            if "matrix" in entry:
                own = _of_matrix(resolved(entry["matrix"], self._shared), key)
            elif "foreach" in entry:
                own = _of_foreach(resolved(entry["foreach"], self._shared), key)
            self._loops[stage] = {**self._shared, **own} if own else self._shared
        return self._loops[stage]

    def _with_vars(self, context: Context, folder: str, listed: Sequence[Any]) -> Context:
        files = {entry: _path(folder, entry) for entry in listed if isinstance(entry, str)}
        read = self._read([path for path in files.values() if path])
        merged: dict[str, Any] = dict(context)
        for entry in listed:
            if isinstance(entry, Mapping):
                merged = _merged(merged, entry)
            elif entry in files:
                merged = _merged(merged, _chosen(entry, read.get(files[entry], {})))
        return merged


def fill(text: str, context: Context) -> str | None:
    """Fill in a text; None where a name in it is not known, or is no plain value."""
    values = {name: _found(name, context) for name in TEMPLATE.findall(text)}
    if not all(isinstance(value, str | int | float) for value in values.values()):
        return None
    return TEMPLATE.sub(lambda match: _said(values[match[1]]), text).replace("\\${", "${")


def file_pattern(*parts: str) -> re.Pattern[str]:
    """What the repository path of a templated name looks like, given folders before it."""
    text = "/".join(part for part in parts if part not in ("", "."))
    literal = [re.escape(part) for part in _LOOSE.split(text)]
    return re.compile(".+".join(literal))


def resolved(tree: Any, context: Context) -> Any:
    """What a loop runs over, with what is named in it; :data:`ABSENT` where that is not known."""
    if isinstance(tree, Mapping):
        return {key: resolved(value, context) for key, value in tree.items()}
    if isinstance(tree, list):
        return [resolved(item, context) for item in tree]
    if not isinstance(tree, str) or "${" not in tree:
        return tree
    whole = TEMPLATE.fullmatch(tree)
    if whole:
        return _found(whole[1], context)
    text = fill(tree, context)
    return ABSENT if text is None else text


def _path(folder: str, entry: str) -> str:
    """The repository path of a file that ``vars`` name, ``""`` where it is none."""
    try:
        return join_folder(folder, entry.partition(":")[0])
    except BadInput:
        return ""  # outside of the repository: DVC says what is wrong with it


def _chosen(entry: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a file holds, or of it the keys that are named behind a colon."""
    _, _, keys = entry.partition(":")
    wanted = {key.partition(".")[0].strip() for key in keys.split(",")}
    return {key: value for key, value in values.items() if not keys or str(key) in wanted}


def _found(name: str, context: Context) -> Any:
    return lookup(context, tuple(name.replace("[", ".").replace("]", "").split(".")))


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(body: Mapping[str, Any]) -> Sequence[Any]:
    listed = body.get("vars")
    return listed if isinstance(listed, list) else []


def _merged(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(a)
    for key, value in b.items():
        old = both.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            both[key] = _merged(old, value)
        else:
            both[key] = value
    return both


def _of_foreach(data: Any, key: str) -> Context:
    if isinstance(data, Mapping):
        items = {_said(name): item for name, item in data.items()}
        return {"key": key, **({"item": items[key]} if key in items else {})}
    if not isinstance(data, list):
        return {}
    if any(isinstance(item, Mapping | list) for item in data):
        return {"item": data[int(key)]} if key.isdigit() and int(key) < len(data) else {}
    # What the loop no longer has may still be in dvc.lock; its name says it.
    return {"item": next((item for item in data if _said(item) == key), key)}


def _of_matrix(data: Any, key: str) -> Context:
    if not isinstance(data, Mapping) or not all(isinstance(one, list) for one in data.values()):
        return {"key": key}
    item = next(_combinations(list(data.items()), key, set()), None)
    return {"key": key} if item is None else {"key": key, "item": item}


def _combinations(
    dimensions: Sequence[tuple[Any, Sequence[Any]]], rest: str, failed: set[tuple[int, str]]
) -> Iterator[Mapping[str, Any]]:
    """Combinations of values whose names, joined by dashes, are a text."""
    if not dimensions:
        if not rest:
            yield {}
        return
    if (len(dimensions), rest) in failed:
        return  # tried before: a hostile matrix would have it tried for ever
    (name, values), *others = dimensions
    for at, value in enumerate(values):
        part = f"{name}{at}" if isinstance(value, Mapping | list) else _said(value)
        start = f"{part}-" if others else part
        if rest.startswith(start):
            for found in _combinations(others, rest.removeprefix(start), failed):
                yield {str(name): value, **found}
    failed.add((len(dimensions), rest))
