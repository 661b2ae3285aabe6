"""What a restore changes, leaves and refuses: read from DVC's files at the version and now."""

from collections.abc import Sequence
from dataclasses import dataclass

from modelref.adapters.dvc.declared.lockfile import read_dvc_file
from modelref.adapters.dvc.declared.places import Place, split
from modelref.adapters.dvc.restore.disk import Disk
from modelref.adapters.dvc.restore.outs import OutChanges, OutPlanner
from modelref.adapters.dvc.restore.texts import (
    Want,
    contested,
    differing_definitions,
    lock_entries,
    parameters,
    superseded,
    written,
)
from modelref.adapters.dvc.store.cache import DvcOutputs
from modelref.adapters.git.commits import GitCommits
from modelref.domain.names import Artifact
from modelref.domain.outs import GIT, Out, is_within
from modelref.domain.paths import clash
from modelref.domain.restoring import Change, Left, RestorePlan
from modelref.domain.sharing import Share, share
from modelref.errors import BadInput, Refused

_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class RestorePlanner:
    """Plans restores in one checkout.

    Attributes:
        commits: git.
        outputs: DVC's cache.
    """

    commits: GitCommits
    outputs: DvcOutputs

    def plan(
        self,
        artifact: Artifact,
        commit: str,
        made: tuple[str, Sequence[Out]],
        *,
        with_pipeline: bool,
        bases: Sequence[str],
    ) -> RestorePlan:
        """Plan a restore; nothing is written.

        Args:
            artifact: the model.
            commit: full id of the commit to bring back.
            made: path of the model's files there, and its outs.
            with_pipeline: bring definitions back as well.
            bases: commits whose state in the workspace may be overwritten.

        Raises:
            Refused: definitions differ, or uncommitted work would be lost.
            OutOfReach: bytes of the model are not here.
        """
        path, model_outs = made
        then, now = Place(self.commits, commit), Place(self.commits, None)
        olds = [Place(self.commits, base) for base in dict.fromkeys(bases)]
        others = {name: at for name, at in now.models().items() if name != str(artifact)}
        shares = share(then.graph, path, now.graph, others)
        wants = _wants(then, now, artifact, path, shares, with_pipeline=with_pipeline)
        params = parameters(then, now, shares)
        wants += params.entries
        whole = self._dvc_files(then, model_outs)
        planner = OutPlanner(
            self.outputs, Disk(self.commits.repository.root, self.outputs), then, now, olds
        )
        stage_outs = [out for name in sorted(shares.own) for out in then.stages[name].outs]
        outs = _merged([*_own_outs(whole, model_outs, path), *stage_outs])
        _refuse_unfit(artifact, outs, model_outs)
        planned = planner.plan(outs, model_outs)
        _refuse_losses(contested(wants, now, olds), _lost_texts(whole, now, olds), planned.lost)
        texts = {**written(wants, now, then), **{name: then.text(name) for name in whole}}
        mixed = self._mixed(wants, olds[0], then, texts)
        return _assemble(
            texts,
            planned,
            now,
            [*params.left, *self._left(then, now, shares, artifact, path)],
            mixed,
        )

    def _dvc_files(self, then: Place, outs: Sequence[Out]) -> dict[str, bytes]:
        """``.dvc`` files that track what no DVC stage makes of a model."""
        loose = [out for out in outs if out.algorithm != GIT and not then.graph.makers(out.path)]
        paths = [then.dvc_file(out) for out in loose]
        return {path: then.data(path) or b"" for path in paths if path is not None}

    def _mixed(
        self, wants: Sequence[Want], head: Place, then: Place, texts: dict[str, str]
    ) -> tuple[str, ...]:
        """Files that would say something else, were they restored onto HEAD."""
        clean = written(wants, head, then)
        return tuple(sorted(path for path, text in clean.items() if texts[path] != text))

    def _left(
        self, then: Place, now: Place, shares: Share, artifact: Artifact, path: str
    ) -> list[Left]:
        left = []
        for stage, models in shares.shared.items():
            path, name = split(stage)
            keys = ("stages", name)
            if then.value(path, keys) != now.value(path, keys):
                why = f"DVC stage {name} differs, but {', '.join(models)} needs it too"
                left.append(Left(path, why))
        told = () if then.graph.makers(path) else then.loose_metrics(artifact.dir)
        return left + self._inputs(then, now, shares, told)

    def _inputs(self, then: Place, now: Place, shares: Share, told: Sequence[str]) -> list[Left]:
        """Code and data that a model's DVC stages read, which are not as they were.

        So are the metrics that tell of a model which no DVC stage makes: they may tell of others.
        """
        deps = {dep for name in shares.own for dep in then.stages[name].deps}
        deps = {dep for dep in (*deps, *told) if not then.graph.makers(dep)}
        left = []
        for dep in sorted(deps):
            beside = f"{dep}.dvc"
            if (data := then.data(beside)) is not None and data != now.data(beside):
                left.append(Left(beside, f"it differs: git checkout {then.commit} -- {beside}"))
        if deps:
            out = self.commits.repository.git.output(
                "diff",
                "--name-only",
                "-z",
                "--no-ext-diff",
                "--no-renames",
                str(then.commit),
                operands=sorted(deps),
            )
            names = filter(None, out.decode("utf-8", "surrogateescape").split("\0"))
            left += [
                Left(name, f"it differs: git checkout {then.commit} -- {name}") for name in names
            ]
        return left


def _wants(
    then: Place, now: Place, artifact: Artifact, path: str, shares: Share, *, with_pipeline: bool
) -> list[Want]:
    locked = lock_entries(then, now, shares)
    for stage, models in sorted(shares.joint.items()):
        lock, name = split(stage)
        keys = ("stages", name)
        if then.value(lock, keys) != now.value(lock, keys):
            raise Refused(
                f"DVC stage {name} makes {', '.join(models)} too, which a restore may not touch",
                kind="joint-stage",
                hint=f"give each model a DVC stage of its own, or: modelref get {artifact}@VERSION",
            )
    differing = differing_definitions(then, now, artifact, shares)
    gone = superseded(then, now, [path], shares)
    _refuse_dvc_files(then, now, shares)
    if with_pipeline:
        return [*differing, *gone, *locked]
    if differing or gone:
        names = [want.label for want in [*differing, *gone] if not want.path.endswith(".lock")]
        raise Refused(
            f"the pipeline differs from the version's: {_named(dict.fromkeys(names))}",
            kind="pipeline-differs",
            hint="add --with-pipeline to bring these definitions back too",
        )
    return locked


def _refuse_dvc_files(then: Place, now: Place, shares: Share) -> None:
    """A ``.dvc`` file may not track what a DVC stage makes."""
    for stage in sorted(shares.own):
        for out in then.stages[stage].outs:
            if now.data(f"{out.path}.dvc") is not None:
                raise Refused(
                    f"{out.path}.dvc tracks what DVC stage {split(stage)[1]} makes in the version",
                    kind="pipeline-differs",
                    hint=f"dvc remove {out.path}.dvc, commit, then restore again",
                )


def _own_outs(whole: dict[str, bytes], outs: Sequence[Out], path: str) -> list[Out]:
    """Outs of ``.dvc`` files, whole; and the model's files in git, as one folder or file."""
    found = [out for name, data in whole.items() for out in read_dvc_file(name, data)]
    if outs and not any(is_within(path, out.path) and out.algorithm != GIT for out in outs):
        found.append(Out(path, GIT, ""))
    return found


def _refuse_unfit(artifact: Artifact, outs: Sequence[Out], wanted: Sequence[Out]) -> None:
    """Refuse what would bring back less than the model, or two files to one place."""
    planned = {out.key for out in outs}
    for out in wanted:
        if out.algorithm != GIT and out.key not in planned:
            raise Refused(
                f"no DVC stage and no .dvc file that can be restored has {out.path}",
                kind="untracked-out",
                hint=f"modelref get {artifact}@VERSION brings the files to any folder",
            )
    why = clash(out.path for out in outs if out.algorithm != GIT)
    if why:
        raise BadInput(
            f"the version {why}; nothing was written",
            kind="unsafe-path",
            hint="find out who made this version; nothing of it should be used",
        )


def _merged(outs: Sequence[Out]) -> list[Out]:
    return list({out.path: out for out in outs}.values())


def _lost_texts(whole: dict[str, bytes], now: Place, olds: Sequence[Place]) -> list[str]:
    return [
        path
        for path, data in whole.items()
        if (held := now.data(path)) not in (None, data)
        and all(old.data(path) != held for old in olds)
    ]


def _refuse_losses(entries: list[str], texts: list[str], files: list[str]) -> None:
    if entries or texts:
        raise Refused(
            f"uncommitted work would be lost: {_named([*entries, *texts, *files])}",
            kind="uncommitted-work",
            hint="commit it, or put it aside with git stash; then restore again",
        )
    if files:
        raise Refused(
            f"neither git nor the DVC cache has the bytes of {_named(files)}",
            kind="uncommitted-work",
            hint="keep them with dvc commit (or git commit), or move them away; then restore again",
        )


def _named(names: "Sequence[str] | dict[str, None]") -> str:
    known = list(names)
    more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
    return ", ".join(known[:_MOST_NAMED]) + more


def _assemble(
    texts: dict[str, str],
    planned: OutChanges,
    now: Place,
    left: Sequence[Left],
    mixed: tuple[str, ...],
) -> RestorePlan:
    edited = [path for path in sorted(texts) if now.data(path) != texts[path].encode()]
    changes = [*planned.changes, *(Change(path, texts[path].encode()) for path in edited)]
    return RestorePlan(
        tuple(changes),
        tuple(dict.fromkeys([*edited, *planned.changed])),
        (*planned.left, *left),
        tuple(sorted({*texts, *planned.tracked, *_vanished(planned, now)})),
        mixed,
    )


def _vanished(planned: OutChanges, now: Place) -> list[str]:
    """Files that git tracks and that are not in the version."""
    gone = [change.path for change in planned.changes if change.new is None]
    if not gone or not planned.tracked:
        return []
    head = now.tree
    return [path for path in gone if path in head]
