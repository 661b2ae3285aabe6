"""Configuration: what ``modelref.yaml`` may say, validated at the door; every key is optional."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from modelref.domain.gates.gates import Gates
from modelref.domain.names import Artifact, StageName, parse_stage
from modelref.domain.registry import QUARANTINE
from modelref.domain.settings import ModelSettings, parse_models
from modelref.domain.signing import FILE, Signing
from modelref.errors import BadInput

__all__ = ["FILE", "Config", "parse_stages"]

_KEYS = ("gates", "gates_from", "models", "remote", "signing", "stages")


@dataclass(frozen=True, slots=True)
class Config:
    """What a repository has agreed on.

    Attributes:
        remote: the git remote that events go to; None where each person pushes.
        stages: the only stages that may be assigned; empty for any.
        source: the file that says so.
        signing: what has to be signed, and by whom.
        gates: the rules of each stage; only those of the default branch guard a promotion.
        gates_from: another branch whose rules guard promotions instead.
        models: what holds for one model, by model.
    """

    remote: str | None = None
    stages: tuple[StageName, ...] = ()
    source: str = FILE
    signing: Signing = field(default_factory=Signing)
    gates: Gates = field(default_factory=Gates)
    gates_from: str | None = None
    models: Mapping[Artifact, ModelSettings] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def parse(cls, raw: Mapping[str, object], source: str = FILE) -> Self:
        """Validate what ``modelref.yaml`` holds, ``gates`` left out.

        Args:
            raw: its parsed text.
            source: the file, as a person names it.

        Raises:
            BadInput: an unknown key, or a value of the wrong kind; the message names it.
        """
        unknown = [str(key) for key in raw if key not in _KEYS]
        if unknown:
            raise _wrong(source, unknown[0], f"is not a key; known are {', '.join(_KEYS)}")
        remote = raw.get("remote")
        if remote is not None and (not isinstance(remote, str) or remote.startswith("-")):
            raise _wrong(source, "remote", "is not the name of a git remote")
        branch = raw.get("gates_from")
        if branch is not None and (not isinstance(branch, str) or not _is_branch(branch)):
            raise _wrong(source, "gates_from", "is not the name of a branch")
        stages = parse_stages(source, raw.get("stages"))
        signing = Signing.parse(raw.get("signing"), raw.get("models"))
        models = parse_models(source, raw.get("models"))
        return cls(remote or None, stages, source, signing, gates_from=branch, models=models)

    def of(self, artifact: Artifact) -> ModelSettings:
        """What holds for one model."""
        return self.models.get(artifact, ModelSettings())

    def check_stage(self, stage: StageName) -> None:
        """Refuse a stage that is not on the list; quarantine always is.

        Raises:
            BadInput: it is not.
        """
        if self.stages and stage not in (*self.stages, QUARANTINE):
            raise BadInput(
                f"{self.source} does not list the stage {stage}",
                kind="unlisted-stage",
                hint=f"listed: {', '.join(self.stages)}; add it under stages: if it is meant",
            )


def parse_stages(source: str, value: object) -> tuple[StageName, ...]:
    """Parse a list of stages.

    Args:
        source: the file it stands in.
        value: what stands under ``stages``.

    Raises:
        BadInput: it is no list of names.
    """
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong(source, "stages", "is not a list of names")
    return tuple(parse_stage(item) for item in value)


def _is_branch(name: str) -> bool:
    return bool(name) and name.isprintable() and " " not in name and not name.startswith("-")


def _wrong(source: str, key: str, why: str) -> BadInput:
    return BadInput(f"{source}: {key} {why}", kind="invalid-config", hint=f"mend {source}")
