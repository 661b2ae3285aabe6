"""Reading ``modelref.yaml``, or GTO's ``.gto`` where there is none; and writing it."""

from dataclasses import dataclass
from pathlib import Path

from modelref.adapters.durable import write_durably
from modelref.domain.config import FILE, Config, parse_stages
from modelref.errors import BadInput, OutOfReach

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
        from modelref.adapters.dvc.textfiles import mapping

        raw = mapping(name, data)
        if name == FILE:
            return Config.parse(raw)
        return Config(stages=parse_stages(name, raw.get("stages")), source=name)
    return Config()


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The configuration of a checkout, to write; port ``Settings``.

    Attributes:
        root: its top folder.
    """

    root: Path

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
        from modelref.adapters.dvc.textfiles import mapping

        try:
            Config.parse(mapping(FILE, text.encode()))
        except BadInput as error:
            raise BadInput(
                f"{FILE} takes no further line", kind="invalid-config", hint="add remote: by hand"
            ) from error


def _inherited(config: Config) -> str:
    """What a new file has to say again, since GTO's is not read beside it."""
    return f"stages: [{', '.join(config.stages)}]\n" if config.stages else ""
