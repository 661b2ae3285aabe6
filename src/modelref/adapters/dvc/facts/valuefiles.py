"""Files of metrics and parameters, from git or the workspace, else from DVC's cache."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from modelref.adapters.dvc.declared.places import Place
from modelref.adapters.dvc.facts.gitkept import is_bookkeeping
from modelref.adapters.dvc.parsing.values import most_bytes, read_metrics, read_values, too_large
from modelref.adapters.dvc.store.cache import DvcOutputs
from modelref.domain.outs import Out
from modelref.domain.snapshot import Value
from modelref.errors import ModelRefError


@dataclass(slots=True)
class ValueFiles:
    """What was read of some files.

    Attributes:
        values: of those that could be read, by path.
        unread: why others could not, by path.
        nowhere: paths of those that are not there.
    """

    values: dict[str, Mapping[str, Value]] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    nowhere: list[str] = field(default_factory=list)

    def why(self, *, unnamed: Collection[str] = ()) -> tuple[str, ...]:
        """What is not available and why.

        Args:
            unnamed: files that are looked for without being named, and need not be there.
        """
        missed = (f"{path} is not there" for path in self.nowhere if path not in unnamed)
        return (*missed, *self.unread.values())


def read_value_files(
    metrics: Sequence[str],
    params: Sequence[str],
    place: Place,
    outs: Mapping[str, Out],
    outputs: DvcOutputs,
) -> tuple[ValueFiles, ValueFiles]:
    """Read files of metrics and of parameters at once: git may have to bring them from afar.

    Args:
        metrics: repository paths of metrics files; of a folder, all files in it count.
        params: those of parameters files.
        place: where.
        outs: what DVC keeps there, by path; its bytes are in the cache but for those that are left
            to git (``cache: false``).
        outputs: the cache.

    Returns:
        The metrics, and the parameters.
    """
    kept = {path: out for path, out in outs.items() if not out.in_git}
    _unfold([*metrics, *params], kept, outputs)
    there = place.sizes([*metrics, *params])
    measured = list(_expanded(metrics, there, place, kept, outputs))
    paths = [*measured, *params]
    sizes = place.sizes(paths)
    lost = place.load_each(path for path in paths if sizes.get(path, 0) <= most_bytes(path))

    def data_of(path: str) -> bytes | None:
        if sizes.get(path, 0) > most_bytes(path):
            raise too_large(path, sizes[path])
        if path in lost:
            raise lost[path]
        data = place.data(path)
        return outputs.read(kept[path]) if data is None and path in kept else data

    return _read(measured, data_of, read_metrics), _read(params, data_of, read_values)


def _expanded(
    paths: Sequence[str],
    there: Collection[str],
    place: Place,
    kept: dict[str, Out],
    outputs: DvcOutputs,
) -> Iterator[str]:
    """Name every file of a folder instead of the folder, as DVC does; those of DVC are kept."""
    for path in paths:
        below = [] if path in there else _below(path, place, kept, outputs)
        yield from below or [path]


def _unfold(paths: Sequence[str], kept: dict[str, Out], outputs: DvcOutputs) -> None:
    """Add the files of those folders of DVC that hold one of some paths."""
    for path in paths:
        around = (str(parent) for parent in PurePosixPath(path).parents)
        folder = next((one for one in around if one in kept), None)
        if path in kept or folder is None:
            continue
        try:
            kept.update(_files(kept[folder], outputs))
        except ModelRefError:
            kept[path] = kept[folder]  # reading the folder itself says why


def _files(out: Out, outputs: DvcOutputs) -> dict[str, Out]:
    files = outputs.files(out) if out.is_dir else ()
    return {file.path: Out(file.path, file.algorithm, file.hash) for file in files}


def _below(folder: str, place: Place, kept: dict[str, Out], outputs: DvcOutputs) -> Sequence[str]:
    """Files of a folder, bookkeeping left out; none where it is no folder, or cannot be listed."""
    below = [path for path in place.below(folder) if not is_bookkeeping(path)]
    out = kept.get(folder)
    if below or out is None or not out.is_dir:
        return below or [path for path in kept if path.startswith(f"{folder}/")]
    try:
        files = _files(out, outputs)
    except ModelRefError:
        return ()  # reading the folder itself says why
    kept.update(files)
    return list(files)


def _read(
    paths: Sequence[str],
    data_of: Callable[[str], bytes | None],
    values_of: Callable[[str, bytes], Mapping[str, Value]],
) -> ValueFiles:
    read = ValueFiles()
    for path in paths:
        try:
            data = data_of(path)
            if data is None:
                read.nowhere.append(path)
            else:
                read.values[path] = values_of(path, data)
        except ModelRefError as error:
            mend = f"; mend: {error.hint}" if error.hint else ""
            read.unread[path] = f"{error.message}{mend}"
    return read
