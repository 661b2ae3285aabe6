"""The text files that a restore determines: what they shall say, and whose work that would cost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from modelref.adapters.dvc.declared.filenames import DEFINITION, LOCK
from modelref.adapters.dvc.declared.places import (
    Place,
    absent_params,
    definition_keys,
    params_of,
    split,
    templated,
)
from modelref.adapters.dvc.parsing.trees import ABSENT, Keys
from modelref.adapters.dvc.restore.paramfiles import set_params, settable
from modelref.adapters.dvc.restore.yamltext import edit
from modelref.domain.names import Artifact
from modelref.domain.restoring import Left
from modelref.domain.sharing import Share


@dataclass(frozen=True, slots=True)
class Want:
    """One entry of a text file.

    Attributes:
        path: repository path.
        keys: where in it.
        value: what it shall be.
        label: what people call it.
    """

    path: str
    keys: Keys
    value: Any
    label: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """All entries, and what cannot be set."""

    entries: list[Want] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def differing_definitions(then: Place, now: Place, artifact: Artifact, share: Share) -> list[Want]:
    """Definitions of a model's own DVC stages, and its entry, that differ in the workspace."""
    found: dict[tuple[str, Keys], Want] = {}
    for stage in sorted(share.own):
        path, keys = definition_keys(then, stage)
        value = then.value(path, keys)
        found[path, keys] = Want(path, keys, value, f"DVC stage {keys[-1]} of {path}")
        if templated(value) and (shared := then.value(path, ("vars",))) is not ABSENT:
            found[path, ("vars",)] = Want(path, ("vars",), shared, f"vars of {path}")
    path = f"{artifact.dir}/{DEFINITION}".removeprefix("/")
    keys = ("artifacts", artifact.name)
    entry = Want(path, keys, then.value(path, keys), f"artifact {artifact.name} of {path}")
    there = now.value(path, keys)
    if not isinstance(there, dict) or there.get("path") != entry.value.get("path"):
        found[path, keys] = entry
    return [want for want in found.values() if now.value(want.path, want.keys) != want.value]


def lock_entries(then: Place, now: Place, share: Share) -> list[Want]:
    """Entries of ``dvc.lock`` of a model's own DVC stages."""
    found = []
    for stage in sorted(share.own):
        path, name = split(stage)
        if now.data(path) is None:
            found.append(Want(path, ("schema",), then.value(path, ("schema",)), path))
        keys = ("stages", name)
        found.append(Want(path, keys, then.value(path, keys), f"DVC stage {name} in {path}"))
    return list({(want.path, want.keys): want for want in found}.values())


def superseded(then: Place, now: Place, paths: Iterable[str], share: Share) -> list[Want]:
    """DVC stages of the workspace that write what is restored: two may not.

    Args:
        then: the version.
        now: the workspace.
        paths: of the model's outs.
        share: the DVC stages that are restored.
    """
    outs = [*paths, *(out.path for name in share.own for out in then.stages[name].outs)]
    rivals = {name for out in outs for name in now.graph.makers(out)} - share.own
    found: dict[tuple[str, Keys], Want] = {}
    for stage in sorted(rivals):
        path, name = split(stage)
        found[path, ("stages", name)] = Want(
            path, ("stages", name), ABSENT, f"DVC stage {name} in {path}"
        )
        path, keys = definition_keys(now, stage)
        if then.value(path, keys) is ABSENT:
            found[path, keys] = Want(path, keys, ABSENT, f"DVC stage {keys[-1]} of {path}")
    return list(found.values())


def parameters(then: Place, now: Place, share: Share) -> Wanted:
    """Parameters that a model's own DVC stages read; of files read as a whole, no others stay."""
    wanted = Wanted()
    found: dict[tuple[str, Keys], Want] = {}
    for stage in sorted(share.own):
        for path, keys, value in params_of(then, stage):
            if settable(path):
                label = f"parameter {'.'.join(keys)} of {path}"
                found[path, keys] = Want(path, keys, value, label)
            else:
                left = Left(path, f"it is a Python module; set {'.'.join(keys)} to {value!r}")
                wanted.left.append(left)
        for path, keys in absent_params(then, now, stage):
            readers = _readers(now, share, path, keys[0])
            if readers:
                why = f"{keys[0]} is not of the version, but DVC stage {readers[0]} reads it"
                wanted.left.append(Left(path, why))
            else:
                label = f"parameter {keys[0]} of {path}"
                found.setdefault((path, keys), Want(path, keys, ABSENT, label))
    wanted.entries.extend(found.values())
    return wanted


def _readers(now: Place, share: Share, path: str, key: str) -> list[str]:
    """DVC stages of others that read a parameter, or what is below it."""
    others = (stage for name, stage in now.stages.items() if name not in share.own)
    return [
        stage.name
        for stage in others
        if any(name.partition(".")[0] == key for name in map(str, stage.params.get(path, ())))
    ]


def contested(wants: Sequence[Want], now: Place, bases: Sequence[Place]) -> list[str]:
    """Entries whose state in the workspace is nobody's commit: setting them would lose work."""
    return [
        want.label
        for want in wants
        if (held := now.value(want.path, want.keys)) != want.value
        and all(base.value(want.path, want.keys) != held for base in bases)
    ]


def written(wants: Sequence[Want], place: Place, then: Place) -> dict[str, str]:
    """What each text file says once its entries are set.

    Args:
        wants: the entries.
        place: where the files are now.
        then: the version, whose spelling is taken.
    """
    by_path: dict[str, list[Want]] = {}
    for want in wants:
        by_path.setdefault(want.path, []).append(want)
    texts = {}
    for path, group in by_path.items():
        pairs = [(want.keys, want.value) for want in group]
        text, source = place.text(path), then.text(path)
        name = path.rpartition("/")[2]
        if place.data(path) is None and name not in (LOCK, DEFINITION):
            text = source
        if all(place.value(path, keys) == value for keys, value in pairs):
            texts[path] = text
        elif name in (LOCK, DEFINITION):
            texts[path] = edit(path, text, pairs, source, fine=False)
        else:
            texts[path] = set_params(path, text, pairs, source)
    return texts
