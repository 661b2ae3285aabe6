"""Snapshots of models, read from DVC's own files at any commit or in the workspace."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from modelref.adapters.dvc.adoption import declare, find_candidates
from modelref.adapters.dvc.cache import DvcOutputs
from modelref.adapters.dvc.definition import MODEL, Definition
from modelref.adapters.dvc.freshness import staleness
from modelref.adapters.dvc.lineage import lineage_of
from modelref.adapters.dvc.lockfile import LockedStage, join, read_dvc_file, read_lock, related
from modelref.adapters.dvc.restore.places import Place
from modelref.adapters.dvc.textfiles import mapping
from modelref.adapters.dvc.valuefiles import read_value_files
from modelref.adapters.dvc.values import read_values
from modelref.adapters.git.repository import GitCommits
from modelref.domain.lineage import Lineage
from modelref.domain.names import Artifact
from modelref.domain.outs import GIT, Out, is_within, outs_under
from modelref.domain.snapshot import Annotation, Candidate, Made, Snapshot, Values
from modelref.errors import BadInput, UnknownRef

DEFINITION = "dvc.yaml"
LOCK = "dvc.lock"
GTO_FILE = "artifacts.yaml"


@dataclass(frozen=True, slots=True)
class DvcPipeline:
    """DVC's files of a repository; port ``Pipeline``."""

    commits: GitCommits
    outputs: DvcOutputs

    def declared(self, commit: str | None) -> Sequence[Artifact]:
        """List the models that the ``dvc.yaml`` files declare."""
        paths = self.commits.listed(commit, DEFINITION)
        found = []
        for path, data in self.commits.read(commit, paths).items():
            definition = Definition.read(path, data)
            for name, annotation in definition.artifacts().items():
                if annotation.type == MODEL:
                    found.append(Artifact.parse(f"{definition.folder}:{name}".removeprefix(":")))
        known = self._gto_annotations(commit).items()
        found += [Artifact.parse(name) for name, entry in known if entry.type == MODEL]
        return sorted(set(found))

    def undeclared(self) -> Sequence[Candidate]:
        """List outs of the workspace that look like models, but that no ``dvc.yaml`` declares."""
        declared = self.declared(None)
        paths = [
            self._annotation(one, self._definition(one, None)[0], None).path for one in declared
        ]
        sources = [*self.commits.listed(None, LOCK), *self.commits.ending(None, ".dvc")]
        return find_candidates(self.commits.read(None, sources), paths, declared)

    def declare(self, candidates: Sequence[Candidate]) -> Sequence[str]:
        """Declare models in their ``dvc.yaml`` files, and return these files."""
        return declare(self.commits.repository.root, candidates) if candidates else ()

    def snapshot(self, artifact: Artifact, commit: str | None) -> Snapshot:
        """Read a model's facts at a commit, or in the workspace for None."""
        definition, stages = self._definition(artifact, commit)
        made = self._made(artifact, definition, stages, commit)
        annotation = made.annotation
        names = related(stages, annotation.path) or {stage.name for stage in stages}
        outs = {out.path: out for stage in stages for out in stage.outs}
        metrics, params = (
            read_value_files(paths, commit, outs, (self.commits, self.outputs))
            for paths in (
                definition.metrics_files(stages, names),
                definition.params_files(stages, names),
            )
        )
        nothing = f"{annotation.path} is in no dvc.lock, no .dvc file and not in git"
        return Snapshot(
            commit,
            annotation,
            made.outs,
            metrics.values,
            params.values,
            _read_params(stages, names),
            (*metrics.why(), *(() if made.outs else (nothing,))),
            params.why(unnamed=definition.default_params),
            frozenset([*metrics.unread, *params.unread]),
            self._lineage(definition, stages, names, commit),
        )

    def made(self, artifact: Artifact, commit: str | None) -> Made:
        """Read only what a model is made of: its annotation and outs."""
        definition, stages = self._definition(artifact, commit)
        return self._made(artifact, definition, stages, commit)

    def _lineage(
        self,
        definition: Definition,
        stages: Sequence[LockedStage],
        names: Collection[str],
        commit: str | None,
    ) -> Lineage:
        """DVC stages behind a model that dvc.yaml still declares: DVC keeps others in dvc.lock."""
        declared = definition.stage_names()
        behind = [
            stage
            for stage in stages
            if stage.name in names and declared & {stage.name, stage.name.partition("@")[0]}
        ]
        return lineage_of(behind, lambda paths: self._dvc_files(paths, commit))

    def _made(
        self,
        artifact: Artifact,
        definition: Definition,
        stages: Sequence[LockedStage],
        commit: str | None,
    ) -> Made:
        annotation = self._annotation(artifact, definition, commit)
        outs = self._outs(annotation.path, stages, commit)
        return Made(annotation, tuple(self.outputs.measure(out) for out in outs))

    def outs_at(self, artifact: Artifact, commit: str | None, path: str) -> Sequence[Out]:
        """Find the outs that hold a file or folder."""
        _, stages = self._definition(artifact, commit)
        return self._outs(join("", path), stages, commit)

    def metrics(self, artifact: Artifact, commits: Sequence[str]) -> Mapping[str, Values]:
        """Read only the metrics of a model at many commits, in two runs of git."""
        paths = [join(artifact.dir, name) for name in (DEFINITION, LOCK)]
        texts = self.commits.read_many([(commit, path) for commit in commits for path in paths])
        parsed: dict[tuple[bytes, bytes], tuple[str, ...]] = {}
        files: dict[str, tuple[str, ...]] = {}
        for commit in commits:
            pair = tuple(texts.get((commit, path), b"") for path in paths)
            key = (pair[0], pair[1])
            if key not in parsed:
                parsed[key] = self._metrics_files(artifact, paths, key)
            files[commit] = parsed[key]
        wanted = [(commit, path) for commit, named in files.items() for path in named]
        blobs = self.commits.read_many(wanted)
        return {
            commit: {
                path: read_values(path, blobs[commit, path])
                for path in named
                if (commit, path) in blobs
            }
            for commit, named in files.items()
        }

    def stale(self, artifact: Artifact, commit: str | None) -> Sequence[str]:
        """Say why a model's outs at a commit are not what its pipeline would make."""
        definition, stages = self._definition(artifact, commit)
        annotation = self._annotation(artifact, definition, commit)
        if not stages and not self.commits.listed(commit, LOCK):
            return ()  # no DVC stage ever ran: nothing makes it, so nothing can be stale
        files = Place(self.commits, commit).files_behind(annotation.path)
        return staleness(self.commits.repository.root, commit, annotation.path, files)

    def _metrics_files(
        self, artifact: Artifact, paths: Sequence[str], texts: tuple[bytes, bytes]
    ) -> tuple[str, ...]:
        try:
            definition = Definition.read(paths[0], texts[0])
            annotation = definition.artifacts().get(artifact.name)
            if annotation is None:
                return ()
            stages = read_lock(paths[1], texts[1], definition.wdirs())
        except BadInput:
            return ()  # a listing goes on; the version's own card says what is wrong
        return definition.metrics_files(stages, related(stages, annotation.path))

    def _definition(
        self, artifact: Artifact, commit: str | None
    ) -> tuple[Definition, tuple[LockedStage, ...]]:
        path, lock = join(artifact.dir, DEFINITION), join(artifact.dir, LOCK)
        found = self.commits.read(commit, [path, lock])
        definition = Definition.read(path, found.get(path, b""))
        return definition, read_lock(lock, found.get(lock, b""), definition.wdirs())

    def _annotation(
        self, artifact: Artifact, definition: Definition, commit: str | None
    ) -> Annotation:
        annotation = definition.artifacts().get(artifact.name)
        if annotation is None and not artifact.dir:
            annotation = self._gto_annotations(commit).get(artifact.name)
        if annotation is not None:
            return annotation
        where = "the workspace" if commit is None else f"commit {commit[:10]}"
        known = ", ".join(str(name) for name in self.declared(commit)) or "none"
        raise UnknownRef(
            f"{definition.path} declares no artifact {artifact.name!r} in {where}",
            kind="unknown-model",
            hint=f"models declared there: {known}; add one with dvc artifacts add, and commit",
        )

    def _gto_annotations(self, commit: str | None) -> Mapping[str, Annotation]:
        """What GTO's own ``artifacts.yaml`` declares, where a repository still has one."""
        data = self.commits.read(commit, [GTO_FILE]).get(GTO_FILE)
        if data is None:
            return {}
        entries = {name: entry for name, entry in mapping(GTO_FILE, data).items() if entry}
        return Definition(GTO_FILE, "", {"artifacts": entries}).artifacts()

    def _outs(
        self, path: str, stages: Sequence[LockedStage], commit: str | None
    ) -> tuple[Out, ...]:
        near = [f"{path}.dvc", *(f"{parent}.dvc" for parent in PurePosixPath(path).parents)]
        near = [name for name in near if name != "..dvc"]
        locked = [out for stage in stages for out in stage.outs]
        found = outs_under(locked, path)
        if any(is_within(path, out.path) for out in found):
            return found  # all of it is a DVC stage's: no .dvc file can track some of it
        found = outs_under([*locked, *self._dvc_files(near, commit)], path)
        if found:
            return found
        found = outs_under(self._all_outs(commit), path)
        return found or self._in_git(path, commit)

    def _dvc_files(self, paths: Iterable[str], commit: str | None) -> list[Out]:
        texts = self.commits.read(commit, list(paths))
        return [out for path, data in texts.items() for out in read_dvc_file(path, data)]

    def _all_outs(self, commit: str | None) -> list[Out]:
        outs = [out for stage in self._all_stages(commit) for out in stage.outs]
        return outs + self._dvc_files(self.commits.ending(commit, ".dvc"), commit)

    def _all_stages(self, commit: str | None) -> list[LockedStage]:
        locks = self.commits.listed(commit, LOCK)
        definitions = {path: f"{path.removesuffix(LOCK)}{DEFINITION}" for path in locks}
        texts = self.commits.read(commit, [*definitions, *definitions.values()])
        return [
            stage
            for lock, path in definitions.items()
            for stage in read_lock(
                lock, texts.get(lock, b""), Definition.read(path, texts.get(path, b"")).wdirs()
            )
        ]

    def _in_git(self, path: str, commit: str | None) -> tuple[Out, ...]:
        return tuple(
            Out(name, GIT, oid, size)
            for name, (oid, size) in sorted(self.commits.tree(commit or "HEAD", path).items())
            if is_within(name, path)
        )


def _read_params(
    stages: Sequence[LockedStage], names: Collection[str]
) -> Mapping[str, tuple[str, ...]]:
    """Parameters that DVC stages read, by file, as ``dvc.lock`` has recorded them."""
    read: dict[str, tuple[str, ...]] = {}
    for stage in stages:
        if stage.name in names:
            for path, values in stage.params.items():
                read[path] = (*read.get(path, ()), *values)
    return read
