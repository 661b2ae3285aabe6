"""Reading ``modelref.yaml``, or GTO's ``.gto`` where there is none; and writing it."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from modelref.adapters.durable import write_durably
from modelref.adapters.plainfile import read_plain
from modelref.domain.config import FILE, Config, parse_stages
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


def parse_config(source: str, data: bytes) -> Config:
    """Parse what ``modelref.yaml`` holds.

    Args:
        source: the file, as a person names it: ``modelref.yaml``, ``origin/main:modelref.yaml``.
        data: its bytes.

    Raises:
        BadInput: it is not valid; the message names file and key, and below ``gates`` the line.
    """
    from modelref.adapters.dvc.parsing.textfiles import mapping

    raw = mapping(source, data)
    config = Config.parse(raw, source)
    if "gates" not in raw:
        return config
    from modelref.adapters.marks import marked_at
    from modelref.domain.gates.parse import parse_gates

    directions = {name: settings.directions for name, settings in config.models.items()}
    gates = parse_gates(marked_at(source, data, "gates"), config.stages, directions)
    return replace(config, gates=gates)


def parse_but_gates(source: str, data: bytes) -> Config:
    """Parse what ``modelref.yaml`` holds, and leave out ``gates``: whoever only reads asks none.

    Args:
        source: the file, as a person names it.
        data: its bytes.

    Raises:
        BadInput: it is not valid; the message names file and key.
    """
    from modelref.adapters.dvc.parsing.textfiles import mapping

    return Config.parse(mapping(source, data), source)


def _parse_gto(name: str, data: bytes) -> Config:
    from modelref.adapters.dvc.parsing.textfiles import mapping

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


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The configuration of a checkout, to write; port ``Settings``.

    Attributes:
        root: its top folder.
    """

    root: Path

    def start(self, text: str) -> bool:
        """Write a first ``modelref.yaml``; False where there is one, or GTO's ``.gto``."""
        if (self.root / _GTO).exists() or os.path.lexists(self.root / FILE):
            return False  # ours would hide what .gto says
        try:
            write_durably(self.root / FILE, text)
        except OSError as error:
            raise OutOfReach(f"cannot write {FILE}: {error.strerror}", kind="unwritable") from error
        return True

    def read_file(self, path: str) -> str | None:
        """What stands in a file of the checkout, None where there is none."""
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise OutOfReach(f"cannot read {path}: {error.strerror}", kind="unreadable") from error

    def add_file(self, path: str, text: str) -> None:
        """Write a file that is not there yet, and its folders."""
        place = self.root / path
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("x", encoding="utf-8") as new:
                new.write(text)
        except OSError as error:
            raise OutOfReach(f"cannot write {path}: {error.strerror}", kind="unwritable") from error

    def add_remote(self, name: str) -> str:
        """Write which remote events go to; ``""`` where the file says one already."""
        config = read_config(self.root)
        if config.remote is not None:
            return ""
        path = self.root / FILE
        try:
            text = path.read_text(encoding="utf-8") if path.exists() else _inherited(config)
            gap = "" if not text or text.endswith("\n") else "\n"
            wanted = f"{text}{gap}remote: {name}\n"
            self._check(wanted)
            write_durably(path, wanted)
        except OSError as error:
            raise OutOfReach(f"cannot write {FILE}: {error.strerror}", kind="unwritable") from error
        return FILE

    def _check(self, text: str) -> None:
        try:
            parse_config(FILE, text.encode())
        except BadInput as error:
            raise BadInput(
                f"{FILE} takes no further line", kind="invalid-config", hint="add remote: by hand"
            ) from error


def _inherited(config: Config) -> str:
    """What a new file has to say again, since GTO's is not read beside it."""
    return f"stages: [{', '.join(config.stages)}]\n" if config.stages else ""
