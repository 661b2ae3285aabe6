"""Snapshots of models, read from DVC's own files at any commit or in the workspace.

``made`` is asked by each ``resolve``: what only other questions need is imported by them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from modelref.adapters.dvc.declared.definition import MODEL, Definition
from modelref.adapters.dvc.declared.filenames import DEFINITION, DVC_SUFFIX, GTO_FILE
from modelref.adapters.dvc.declared.lockfile import LockedStage, join
from modelref.adapters.dvc.declared.places import Place
from modelref.adapters.dvc.declared.recent import RecentPlaces
from modelref.adapters.dvc.store.cache import DvcOutputs
from modelref.adapters.git.commits import GitCommits
from modelref.domain.edited import Edited, Recorded
from modelref.domain.finding import Finding, Severity
from modelref.domain.lineage import Lineage
from modelref.domain.names import Artifact
from modelref.domain.outs import Out, is_within, outs_under
from modelref.domain.paths import clash
from modelref.domain.snapshot import Annotation, Candidate, Made, Snapshot, Values
from modelref.errors import BadInput, ModelRefError, UnknownRef

if TYPE_CHECKING:
    from modelref.adapters.dvc.declared.behind import Behind


@dataclass(frozen=True)
class DvcPipeline:
    """DVC's files of a repository; port ``Pipeline``."""

    commits: GitCommits
    outputs: DvcOutputs

    @cached_property
    def _places(self) -> RecentPlaces:
        return RecentPlaces(self.commits)

    def declared(self, commit: str | None) -> Sequence[Artifact]:
        """List the models that the ``dvc.yaml`` files declare, and that a tag can name."""
        named = map(_parsed, _models(self._places.at(commit)))
        return sorted(one for one in named if isinstance(one, Artifact))

    def misnamed(self, commit: str | None) -> Sequence[Finding]:
        """Say which models the ``dvc.yaml`` files declare that no tag can name."""
        place = self._places.at(commit)
        names = _models(place)
        refused = [(name, why) for name in names if isinstance(why := _parsed(name), BadInput)]
        return [
            Finding(
                Severity.WARNING,
                "misnamed-model",
                "",
                f"the model {name!r} that {_file_of(place, name)} declares cannot be read: "
                f"{why.message}",
                f"rename its folder or its entry under artifacts: {why.hint}",
            )
            for name, why in refused
        ]

    def undeclared(self) -> Sequence[Candidate]:
        """List outs of the workspace that look like models, but that no ``dvc.yaml`` declares."""
        from modelref.adapters.dvc.adoption import find_candidates

        place = self._places.at(None)
        paths = _models(place).values()
        return find_candidates(place.outs_by_file(), paths, self.declared(None))

    def declare(self, candidates: Sequence[Candidate]) -> Sequence[str]:
        """Declare models in their ``dvc.yaml`` files, and return these files."""
        from modelref.adapters.dvc.adoption import declare

        return declare(self.commits.repository.root, candidates) if candidates else ()

    def snapshot(self, artifact: Artifact, commit: str | None) -> Snapshot:
        """Read a model's facts at a commit, or in the workspace for None."""
        from modelref.adapters.dvc.declared.behind import behind
        from modelref.adapters.dvc.facts.gitkept import why_no_files
        from modelref.adapters.dvc.facts.valuefiles import read_value_files

        place = self._places.at(commit)
        made = self._made(place, artifact)
        annotation = made.annotation
        found = behind(place, artifact.dir, annotation.path)
        scores, settings = found.metrics_files(), found.params_files()
        kept = found.outs([*scores, *settings])
        metrics, params = read_value_files(scores, settings, place, kept, self.outputs)
        nothing = () if made.outs else (why_no_files(self.commits, commit, annotation.path),)
        return Snapshot(
            commit,
            annotation,
            made.outs,
            metrics.values,
            params.values,
            _read_params(found.stages.values()),
            (*metrics.why(), *nothing, *found.untold("metrics")),
            (*params.why(unnamed=found.default_params()), *found.untold("params")),
            frozenset(metrics.unread),
            frozenset(params.unread),
            _lineage(found, annotation),
        )

    def made(self, artifact: Artifact, commit: str | None) -> Made:
        """Read only what a model is made of: its annotation and outs."""
        return self._made(self._places.at(commit), artifact)

    def _made(self, place: Place, artifact: Artifact) -> Made:
        annotation = self._annotation(place, artifact)
        outs = self._outs(annotation.path, artifact, place)
        why = clash(out.path for out in outs)
        if why:
            raise BadInput(
                f"{artifact} at {_name_of(place)} {why}",
                kind="unsafe-path",
                hint="find out who made this version; nothing of it should be used",
            )
        return Made(annotation, tuple(self.outputs.measure(out) for out in outs))

    def outs_at(self, artifact: Artifact, commit: str | None, path: str) -> Sequence[Out]:
        """Find the outs that hold a file or folder."""
        return self._outs(join("", path), artifact, self._places.at(commit))

    def metrics(self, artifact: Artifact, commits: Sequence[str]) -> Mapping[str, Values]:
        """Read only the metrics of a model at many commits, in a few runs of git."""
        from modelref.adapters.dvc.facts.measured import MetricsReader

        return MetricsReader(self.commits, artifact).read(commits).values

    def unreadable(
        self, artifact: Artifact, commits: Sequence[str]
    ) -> Mapping[str, Sequence[ModelRefError]]:
        """Say which metrics of a model at many commits are there, but cannot be read."""
        from modelref.adapters.dvc.facts.measured import MetricsReader

        return MetricsReader(self.commits, artifact).read(commits).refused

    def stale(self, artifact: Artifact, commit: str | None) -> Sequence[str]:
        """Say why a model's outs at a commit are not what its pipeline would make."""
        from modelref.adapters.dvc.engine.freshness import staleness

        place = self._places.at(commit)
        path = self._annotation(place, artifact).path
        edited = [] if commit else [str(one) for one in self.edited(artifact)]
        if not place.locked(artifact.dir) and not place.stages:
            return edited  # no DVC stage ever ran: nothing makes it
        return [*edited, *staleness(place, self.commits.repository.root, path)]

    def edited(self, artifact: Artifact) -> Sequence[Edited]:
        """List outs of a model in the workspace that changed since DVC recorded them."""
        from modelref.adapters.dvc.engine.edited import edited_outs

        place = self._places.at(None)
        return edited_outs(place, self._made(place, artifact).outs, self.outputs)

    def edited_beside(self, artifact: Artifact, paths: Collection[str]) -> Sequence[Edited]:
        """List outs of the workspace that hold some files and changed since DVC recorded them."""
        from modelref.adapters.dvc.engine.edited import edited_outs

        place = self._places.at(None)
        outs = {out for path in paths for out in self._outs(join("", path), artifact, place)}
        return edited_outs(place, sorted(outs), self.outputs)

    def edited_inputs(self, artifact: Artifact) -> Sequence[Edited]:
        """List inputs of a model in the workspace that are not what its DVC stages read."""
        from modelref.adapters.dvc.declared.behind import behind
        from modelref.adapters.dvc.engine.handmade import changed_deps

        place = self._places.at(None)
        annotation = self._annotation(place, artifact)
        found = behind(place, artifact.dir, annotation.path)
        paths = _lineage(found, annotation).inputs(annotation.path)
        changed = changed_deps(place, self.commits.repository.root, found.stages, paths)
        return [Edited(path, Recorded.REPRO) for path in changed]

    def _annotation(self, place: Place, artifact: Artifact) -> Annotation:
        annotation = place.artifacts(artifact.dir).get(artifact.name)
        if annotation is None and not artifact.dir:
            annotation = _gto_annotations(place).get(artifact.name)
        if annotation is not None:
            return annotation
        known = ", ".join(str(name) for name in self.declared(place.commit)) or "none"
        raise UnknownRef(
            f"{join(artifact.dir, DEFINITION)} declares no artifact {artifact.name!r} in "
            f"{_name_of(place)}",
            kind="unknown-model",
            hint=f"models declared there: {known}; add one with dvc artifacts add, and commit",
        )

    def _outs(self, path: str, artifact: Artifact, place: Place) -> tuple[Out, ...]:
        """Outs that make up a path: DVC's, and git's where not all of it is DVC's to keep."""
        hashed = self._hashed(path, artifact, place)
        whole = any(is_within(path, out.path) for out in hashed)
        if whole and not any(out.in_git for out in hashed):
            return hashed
        from modelref.adapters.dvc.facts.gitkept import joined, outs_in_git, without_deleted

        if place.commit is None:
            hashed = without_deleted(self.commits, hashed)
        return joined(hashed, outs_in_git(self.commits, place.commit, path))

    def _hashed(self, path: str, artifact: Artifact, place: Place) -> tuple[Out, ...]:
        near = [f"{path}{DVC_SUFFIX}"]
        near += [f"{parent}{DVC_SUFFIX}" for parent in PurePosixPath(path).parents if parent.name]
        locked = [out for stage in place.locked(artifact.dir) for out in stage.outs]
        found = outs_under(locked, path)
        if any(is_within(path, out.path) for out in found):
            return found  # all of it is a DVC stage's: no .dvc file can track some of it
        found = outs_under([*locked, *place.tracked(near)], path)
        if found:
            return found
        everything = [out for outs in place.outs_by_file().values() for out in outs]
        return outs_under(everything, path)


def _models(place: Place) -> Mapping[str, str]:
    """Paths of all declared models, by what would be their address."""
    known = _gto_annotations(place).items()
    return {**place.models(), **{name: entry.path for name, entry in known if entry.type == MODEL}}


def _file_of(place: Place, name: str) -> str:
    """The file that declares what would be a model's address."""
    return join(name.rpartition(":")[0], DEFINITION) if name in place.models() else GTO_FILE


def _parsed(name: str) -> Artifact | BadInput:
    try:
        return Artifact.parse(name)
    except BadInput as error:
        return error


def _gto_annotations(place: Place) -> Mapping[str, Annotation]:
    """What GTO's own ``artifacts.yaml`` declares, where a repository still has one."""
    entries = {name: entry for name, entry in place.values(GTO_FILE).items() if entry}
    return Definition(GTO_FILE, "", {"artifacts": entries}).artifacts()


def _name_of(place: Place) -> str:
    return "the workspace" if place.commit is None else f"commit {place.commit[:10]}"


def _lineage(found: "Behind", annotation: Annotation) -> Lineage:
    from modelref.adapters.dvc.declared.lineage import lineage_of

    return lineage_of([*found.declared()], found.place.tracked, annotation.named)


def _read_params(stages: Iterable[LockedStage]) -> Mapping[str, tuple[str, ...]]:
    """Parameters that DVC stages read, by file, as ``dvc.lock`` has recorded them."""
    read: dict[str, tuple[str, ...]] = {}
    for stage in stages:
        for path, values in stage.params.items():
            read[path] = (*read.get(path, ()), *values)
    return read
