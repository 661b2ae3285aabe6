"""Reading ``modelref.yaml``, or GTO's ``.gto`` where there is none."""

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
    for name in (FILE, _GTO):
        try:
            data = (root / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise OutOfReach(f"cannot read {name}: {error.strerror}", kind="unreadable") from error
        if name == FILE:
            return parse_config(data)
        from modelref.adapters.dvc.textfiles import mapping

        return Config(stages=parse_stages(name, mapping(name, data).get("stages")), source=name)
    return Config()


def parse_config(data: bytes | None) -> Config:
    """Parse a ``modelref.yaml``; None where there is none.

    Raises:
        BadInput: it is not valid; the message names the key.
    """
    if data is None:
        return Config()
    from modelref.adapters.dvc.textfiles import mapping

    return Config.parse(mapping(FILE, data))
