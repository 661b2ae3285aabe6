"""Reading ``modelref.yaml``, or GTO's ``.gto`` where there is none."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from modelref.domain.config import FILE, Config, parse_stages
from modelref.errors import OutOfReach

_GTO = ".gto"


def read_config(root: Path) -> Config:
    """Read the configuration of a checkout.

    Raises:
        BadInput: the file is not valid; the message names it and the key.
        OutOfReach: it cannot be read.
    """
    return parse_config(lambda names: _read(root, names))


def parse_config(read: Callable[[Sequence[str]], Mapping[str, bytes]]) -> Config:
    """Parse the configuration of a repository.

    Args:
        read: reads files at its top by name; absent ones are left out.

    Raises:
        BadInput: the file is not valid; the message names it and the key.
    """
    texts = read((FILE, _GTO))
    for name in (FILE, _GTO):
        if name not in texts:
            continue
        from modelref.adapters.dvc.textfiles import mapping

        raw = mapping(name, texts[name])
        if name == FILE:
            return Config.parse(raw)
        return Config(stages=parse_stages(name, raw.get("stages")), source=name)
    return Config()


def _read(root: Path, names: Sequence[str]) -> Mapping[str, bytes]:
    found: dict[str, bytes] = {}
    for name in names:
        try:
            found[name] = (root / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise OutOfReach(f"cannot read {name}: {error.strerror}", kind="unreadable") from error
    return found
