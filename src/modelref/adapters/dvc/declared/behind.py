"""The DVC stages behind a model, whichever ``dvc.yaml`` files declare them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from modelref.adapters.dvc.declared.filenames import LOCK
from modelref.adapters.dvc.declared.lineage import dvc_files_of
from modelref.adapters.dvc.declared.lockfile import LockedStage, graph_of
from modelref.adapters.dvc.declared.places import Place, split
from modelref.domain.outs import Out
from modelref.errors import BadInput


@dataclass(frozen=True, slots=True)
class Behind:
    """DVC stages that make a model, all that these need, and all that use it.

    Attributes:
        place: where.
        folder: repository path of the folder whose ``dvc.yaml`` declares the model.
        stages: these, by key of :attr:`~modelref.adapters.dvc.declared.places.Place.stages`.
        others: all other DVC stages of the repository, in the same way.
        unread: why DVC stages are not known that may be of them, one sentence each.
    """

    place: Place
    folder: str
    stages: Mapping[str, LockedStage]
    others: Mapping[str, LockedStage]
    unread: tuple[str, ...]

    def outs(self, files: Iterable[str]) -> Mapping[str, Out]:
        """What DVC keeps that may be some files: outs of any DVC stage, and of ``.dvc`` files.

        Args:
            files: repository paths.

        Returns:
            Outs by path, of folders around the files too.
        """
        made = [
            out for stage in (*self.others.values(), *self.stages.values()) for out in stage.outs
        ]
        return {out.path: out for out in [*self.place.tracked(dvc_files_of(files)), *made]}

    def metrics_files(self) -> Sequence[str]:
        """Repository paths of the metrics files."""
        foreign = {out.path for stage in self.others.values() for out in stage.outs}
        found = (
            path
            for folder, stages in self._by_folder().items()
            for path in self.place.definition(folder).metrics_files(stages, foreign)
        )
        return list(dict.fromkeys(found))

    def untold(self, section: str) -> Sequence[str]:
        """Say what is not known of a section, ``metrics`` or ``params``: its templates, and stages.

        Args:
            section: the key in ``dvc.yaml``.
        """
        definitions = map(self.place.definition, self._by_folder())
        return [*(why for one in definitions for why in one.untold(section)), *self.unread]

    def params_files(self) -> Sequence[str]:
        """Repository paths of the parameters files, those included that are read unnamed."""
        found = (
            path
            for folder, stages in self._by_folder().items()
            for path in self.place.definition(folder).params_files(stages)
        )
        return list(dict.fromkeys(found))

    def default_params(self) -> frozenset[str]:
        """Those of the parameters files that are read without being named."""
        return frozenset(self.place.definition(one).default_params for one in self._by_folder())

    def declared(self) -> Iterator[LockedStage]:
        """Those DVC stages that a ``dvc.yaml`` still declares, named as the model's folder does.

        DVC keeps others in ``dvc.lock``. One of another folder has the name of its file before it.
        """
        for folder, stages in self._by_folder().items():
            definition = self.place.definition(folder)
            for stage in stages:
                if definition.declares(stage.name):
                    yield (
                        stage
                        if folder == self.folder
                        else replace(stage, name=f"{definition.path}:{stage.name}")
                    )

    def _by_folder(self) -> Mapping[str, list[LockedStage]]:
        found: dict[str, list[LockedStage]] = {self.folder: []}
        for key, stage in self.stages.items():
            found.setdefault(_folder(key), []).append(stage)
        return found


def behind(place: Place, folder: str, path: str) -> Behind:
    """Find the DVC stages behind a model; all those of its folder where none makes it.

    Args:
        place: where.
        folder: repository path of the folder whose ``dvc.yaml`` declares the model.
        path: repository path of the model's files.

    Raises:
        BadInput: the files of that folder cannot be read.
    """
    place.locked(folder)
    known, unread = _readable(place)
    names = graph_of(known).related(path)
    chosen = {
        key: stage
        for key, stage in known.items()
        if (key in names if names else _folder(key) == folder)
    }
    others = {key: stage for key, stage in known.items() if key not in chosen}
    return Behind(place, folder, chosen, others, tuple(unread))


def _readable(place: Place) -> tuple[dict[str, LockedStage], list[str]]:
    """Locked DVC stages of all folders; files that cannot be read hide no others."""
    known: dict[str, LockedStage] = {}
    unread: list[str] = []
    for folder in place.locked_folders:
        try:
            known.update(place.locked_by_key(folder))
            unread += place.hidden(folder)
        except BadInput as error:
            unread.append(error.message)
    return known, unread


def _folder(key: str) -> str:
    return split(key)[0].removesuffix(LOCK).rstrip("/")
