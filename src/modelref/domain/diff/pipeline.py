"""DVC stages that differ: what they ran, read and wrote."""

from dataclasses import dataclass

from modelref.domain.diff.values import Status
from modelref.domain.lineage import DvcStage, Lineage, stages_by_name


@dataclass(frozen=True, slots=True)
class Names:
    """Names that one side has and the other has not.

    Attributes:
        added: only on the second side.
        removed: only on the first.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


@dataclass(frozen=True, slots=True)
class StageChange:
    """A DVC stage that differs.

    Attributes:
        name: as in dvc.lock.
        status: added, removed or changed.
        before: commands that the first side ran; empty where the stage is new.
        after: commands that the second side ran; empty where it is gone.
        deps: dependencies that came and went, by path.
        outs: outs that came and went, by path.
        params: parameters that it reads now, or no longer, as ``FILE:KEY``.
    """

    name: str
    status: Status
    before: tuple[str, ...]
    after: tuple[str, ...]
    deps: Names = Names()
    outs: Names = Names()
    params: Names = Names()

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.before != self.after or self.deps or self.outs or self.params)


_NO_STAGE = DvcStage("", (), (), ())


def diff_pipeline(a: Lineage, b: Lineage) -> tuple[StageChange, ...]:
    """Compare the DVC stages behind a model; equal ones are left out.

    That a dependency's bytes differ is no change of the pipeline: see the kinds data and code.
    """
    before, after = stages_by_name(a.stages), stages_by_name(b.stages)
    names = [*before, *(name for name in after if name not in before)]
    found = (_stage_change(name, before.get(name), after.get(name)) for name in sorted(names))
    return tuple(change for change in found if change or change.status is not Status.CHANGED)


def _stage_change(name: str, a: DvcStage | None, b: DvcStage | None) -> StageChange:
    status = Status.ADDED if a is None else Status.REMOVED if b is None else Status.CHANGED
    old, new = a or _NO_STAGE, b or _NO_STAGE
    return StageChange(
        name,
        status,
        old.commands,
        new.commands,
        _names([dep.path for dep in old.deps], [dep.path for dep in new.deps]),
        _names([out.path for out in old.outs], [out.path for out in new.outs]),
        _names(_params(old), _params(new)),
    )


def _names(old: list[str], new: list[str]) -> Names:
    return Names(tuple(sorted(set(new).difference(old))), tuple(sorted(set(old).difference(new))))


def _params(stage: DvcStage) -> list[str]:
    return [f"{path}:{key}" for path, keys in stage.params.items() for key in keys]
