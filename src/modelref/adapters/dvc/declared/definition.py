"""What ``dvc.yaml`` declares: artifacts, and the files of metrics and parameters.

A templated file name that cannot be filled in is matched against the paths that ``dvc.lock`` has
recorded for the same DVC stage, of which it came to one.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from modelref.adapters.dvc.declared.filenames import DEFAULT_PARAMS
from modelref.adapters.dvc.declared.lockfile import LockedStage, join, read_lock
from modelref.adapters.dvc.declared.templates import Read, Templates, file_pattern
from modelref.adapters.dvc.parsing.textfiles import mapping
from modelref.domain.outs import Out, touches
from modelref.domain.snapshot import Annotation
from modelref.errors import BadInput

MODEL = "model"
_OUT_SECTIONS = ("outs", "metrics", "plots")


@dataclass(frozen=True, slots=True)
class Definition:
    """A parsed ``dvc.yaml``.

    Attributes:
        path: its repository path.
        folder: repository path of its folder, ``""`` for the top.
        raw: what it holds.
        templates: what the templates in it come to.
    """

    path: str
    folder: str
    raw: Mapping[str, Any]
    templates: Templates = field(default_factory=Templates)

    @classmethod
    def read(cls, path: str, data: bytes, read: Read = lambda _: {}) -> "Definition":
        """Parse a ``dvc.yaml``.

        Args:
            path: its repository path.
            data: its bytes.
            read: reads the files of values that its templates name.

        Raises:
            BadInput: it is not valid YAML, or no mapping.
        """
        folder, raw = path.rpartition("/")[0], mapping(path, data)
        return cls(path, folder, raw, Templates(folder, raw, read))

    def wdirs(self) -> Mapping[str, str]:
        """Working folders of the DVC stages that name one, by stage, templates as they stand."""
        stages = self.raw.get("stages")
        found: dict[str, str] = {}
        for name, body in stages.items() if isinstance(stages, Mapping) else ():
            if isinstance(body, Mapping):
                own = body.get("do") if "foreach" in body else body
                wdir = own.get("wdir") if isinstance(own, Mapping) else None
                if isinstance(wdir, str):
                    found[str(name)] = wdir
        return found

    def locked(self, path: str, data: bytes) -> tuple[LockedStage, ...]:
        """Read the ``dvc.lock`` beside it, with what only this file says of each DVC stage.

        Args:
            path: repository path of the lock.
            data: its bytes.

        Raises:
            BadInput: as :func:`~modelref.adapters.dvc.declared.lockfile.read_lock`.
        """
        stages = read_lock(path, data, self.templates.wdir)
        return tuple(self._with_options(stage) for stage in self._without_left_over(stages))

    def declares(self, name: str) -> bool:
        """Whether it declares a locked DVC stage; ``train@item`` is declared as ``train``."""
        return bool(self.stage_names() & {name, name.partition("@")[0]})

    def artifacts(self) -> Mapping[str, Annotation]:
        """Return what stands under ``artifacts:``, by name.

        Raises:
            BadInput: an entry is no mapping, has no path, or one that leaves the repository.
        """
        entries = self.raw.get("artifacts") or {}
        if not isinstance(entries, Mapping):
            raise self._wrong("artifacts", "is no mapping")
        return {str(name): self._annotation(str(name), entry) for name, entry in entries.items()}

    def metrics_files(
        self, stages: Iterable[LockedStage], foreign: Collection[str]
    ) -> tuple[str, ...]:
        """Repository paths of the metrics files of some DVC stages, and of the file's own list.

        Args:
            stages: those of its DVC stages that count, as ``dvc.lock`` has recorded them.
            foreign: repository paths that DVC stages make which do not count.
        """
        found: dict[str, None] = {}
        for stage in stages:
            recorded = [out.path for out in stage.outs]
            for entry, _ in _entries(self.templates.body(stage.name).get("metrics")):
                paths = self._entry_paths(stage.name, "metrics", entry, recorded)
                found.update(dict.fromkeys(paths))
        own = (name for name in self._listed("metrics") if name not in foreign)
        found.update(dict.fromkeys(own))
        return tuple(found)

    def stage_names(self) -> frozenset[str]:
        """Names of the DVC stages that it declares; those of a loop without what follows ``@``."""
        stages = self.raw.get("stages")
        return frozenset(map(str, stages)) if isinstance(stages, Mapping) else frozenset()

    @property
    def default_params(self) -> str:
        """Repository path of the parameters file that is read without being named."""
        return self._join(DEFAULT_PARAMS)

    def params_files(self, stages: Iterable[LockedStage]) -> tuple[str, ...]:
        """Repository paths of the parameters files that DVC stages read, and of the default.

        Args:
            stages: those of its DVC stages that count.
        """
        found: dict[str, None] = {self.default_params: None}
        for stage in stages:
            found.update(dict.fromkeys(stage.params))
        found.update(dict.fromkeys(self._listed("params")))
        return tuple(found)

    def untold(self, section: str) -> Sequence[str]:
        """Say which files of its own list, of metrics or params, have a name that nothing tells."""
        return [
            f"what the template {entry} under {section} of {self.path} comes to is not known"
            for entry, _ in _entries(self.raw.get(section))
            if self.templates.filled(entry) is None
        ]

    def whole_params(self, stage: LockedStage) -> frozenset[str]:
        """Repository paths of the parameters files that a DVC stage reads as a whole."""
        listed = self.templates.body(stage.name).get("params")
        found: set[str] = set()
        for entry in listed if isinstance(listed, list) else []:
            named = entry if isinstance(entry, Mapping) else {}
            for name in (str(name) for name, keys in named.items() if not keys):
                found.update(self._meant(stage.name, name, stage.params))
        return frozenset(found)

    def _without_left_over(self, stages: Sequence[LockedStage]) -> Iterator[LockedStage]:
        """Locked DVC stages but those of a former name, whose outs another one writes now.

        DVC leaves the entries of DVC stages that are no longer declared in the lock, unread.
        """
        declared = [stage for stage in stages if self.declares(stage.name)]
        written = {out.path for stage in declared for out in stage.outs}
        for stage in stages:
            if self.declares(stage.name) or not any(
                touches(out.path, other) for out in stage.outs for other in written
            ):
                yield stage

    def _with_options(self, stage: LockedStage) -> LockedStage:
        """A locked DVC stage whose outs know the DVC remote that they name, and who keeps them."""
        recorded = [out.path for out in stage.outs]
        body = self.templates.body(stage.name)
        named = {
            path: options
            for section in _OUT_SECTIONS
            for entry, options in _entries(body.get(section))
            if options
            for path in self._entry_paths(stage.name, section, entry, recorded)
        }
        if not named:
            return stage
        outs = (_with_options(out, named.get(out.path, {})) for out in stage.outs)
        return replace(stage, outs=tuple(outs))

    def _entry_paths(
        self, name: str, section: str, entry: str, recorded: Sequence[str]
    ) -> Iterator[str]:
        """Repository paths that an entry in a section of a DVC stage's outs names."""
        if self.templates.filled(entry, name) is None:
            known = self._told(name, section)
            recorded = [path for path in recorded if path not in known]
        return self._meant(name, entry, recorded)

    def _told(self, name: str, but: str) -> frozenset[str]:
        """Repository paths in other sections of a DVC stage's outs that are told by themselves."""
        sections = self.templates.body(name)
        entries = [
            entry
            for section in _OUT_SECTIONS
            if section != but
            for entry, _ in _entries(sections.get(section))
            if self.templates.filled(entry, name) is not None
        ]
        return frozenset(path for entry in entries for path in self._meant(name, entry, ()))

    def _meant(self, stage: str, entry: str, recorded: Iterable[str]) -> Iterator[str]:
        """Repository paths that an entry of a DVC stage names: those recorded that look like it."""
        wdir = self.templates.wdir(stage)
        text = self.templates.filled(entry, stage)
        if wdir is not None and text is not None:
            try:
                yield self._join(f"{wdir}/{text}")
            except BadInput:
                if text == entry:
                    raise
            return
        pattern = file_pattern(self.folder, wdir or "${wdir}", entry)
        yield from (path for path in recorded if pattern.fullmatch(path))

    def _listed(self, section: str) -> Iterator[str]:
        """Repository paths of its own list, of metrics or params, as far as they can be told."""
        texts = (self.templates.filled(entry) for entry, _ in _entries(self.raw.get(section)))
        return (self._join(text) for text in texts if text is not None)

    def _annotation(self, name: str, entry: Any) -> Annotation:
        if not isinstance(entry, Mapping) or not isinstance(entry.get("path"), str):
            raise self._wrong(f"artifacts.{name}", "has no path")
        labels, meta = entry.get("labels") or [], entry.get("meta") or {}
        return Annotation(
            self._join(self.templates.filled(entry["path"]) or entry["path"]),
            str(entry.get("type") or ""),
            str(entry.get("desc") or ""),
            tuple(str(label) for label in labels) if isinstance(labels, list) else (),
            MappingProxyType(dict(meta)) if isinstance(meta, Mapping) else MappingProxyType({}),
        )

    def _join(self, path: str) -> str:
        try:
            return join(self.folder, path)
        except BadInput as error:
            raise self._wrong("in it", error.message) from error

    def _wrong(self, key: str, why: str) -> BadInput:
        return BadInput(
            f"{self.path}: {key} {why}", kind="unreadable-file", hint=f"mend {self.path}"
        )


def _with_options(out: Out, options: Mapping[str, Any]) -> Out:
    remote = str(options.get("remote") or out.remote)
    return replace(out, remote=remote, in_git=options.get("cache") is False)


def _entries(section: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Names and options of a list whose entries are names, or mappings from a name to options."""
    for entry in section if isinstance(section, list) else [section] if section else []:
        for name, options in entry.items() if isinstance(entry, Mapping) else [(entry, None)]:
            yield str(name), options if isinstance(options, Mapping) else {}
