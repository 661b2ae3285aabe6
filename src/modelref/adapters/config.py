"""Reading ``modelref.yaml``, or GTO's ``.gto`` where there is none."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from modelref.adapters.durable import write_durably
from modelref.adapters.plainfile import read_plain
from modelref.domain.config import FILE, Config, parse_stages
from modelref.domain.gates.parse import parse_gates
from modelref.errors import BadInput, OutOfReach

_GTO = ".gto"


def read_config(root: Path) -> Config:
    """Read the configuration of a checkout.

    Raises:
        BadInput: the file is not valid; the message names it and the key.
        OutOfReach: it cannot be read.
    """
    return config_of(lambda names: _read(root, names))


def config_of(read: Callable[[Sequence[str]], Mapping[str, bytes]]) -> Config:
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
        return parse_config(name, texts[name]) if name == FILE else _parse_gto(name, texts[name])
    return Config()


def start_config(root: Path, text: str) -> bool:
    """Write a first ``modelref.yaml``; False where there is one, or GTO's ``.gto``.

    Raises:
        OutOfReach: it cannot be written.
    """
    if (root / _GTO).exists() or os.path.lexists(root / FILE):
        return False  # ours would hide what .gto says
    try:
        write_durably(root / FILE, text)
    except OSError as error:
        raise OutOfReach(f"cannot write {FILE}: {error.strerror}", kind="unwritable") from error
    return True


def parse_config(source: str, data: bytes) -> Config:
    """Parse what ``modelref.yaml`` holds.

    Args:
        source: the file, as a person names it: ``modelref.yaml``, ``origin/main:modelref.yaml``.
        data: its bytes.

    Raises:
        BadInput: it is not valid; the message names file and key, and below ``gates`` the line.
    """
    from modelref.adapters.dvc.textfiles import mapping
    from modelref.adapters.marks import marked_at

    raw = mapping(source, data)
    config = Config.parse(raw, source)
    if "gates" not in raw:
        return config
    gates = parse_gates(marked_at(source, data, "gates"), config.stages)
    return replace(config, gates=gates)


def _parse_gto(name: str, data: bytes) -> Config:
    from modelref.adapters.dvc.textfiles import mapping

    return Config(stages=parse_stages(name, mapping(name, data).get("stages")), source=name)


def _read(root: Path, names: Sequence[str]) -> Mapping[str, bytes]:
    found: dict[str, bytes] = {}
    for name in names:
        try:
            data = read_plain(root / name)
        except OSError as error:
            raise OutOfReach(f"cannot read {name}: {error.strerror}", kind="unreadable") from error
        if data is not None:
            found[name] = data
        elif (root / name).exists():
            raise BadInput(
                f"{name} is no plain file, or larger than any that people write",
                kind="unreadable-file",
                hint=f"mend {name}",
            )
    return found
