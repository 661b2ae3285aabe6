"""Configuration: what ``modelref.yaml`` may say, validated at the door; every key is optional."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from modelref.domain.names import Artifact, StageName, parse_stage
from modelref.domain.registry import QUARANTINE
from modelref.domain.settings import ModelSettings, parse_models
from modelref.errors import BadInput

FILE = "modelref.yaml"
_KEYS = ("models", "remote", "stages")


@dataclass(frozen=True, slots=True)
class Config:
    """What a repository has agreed on.

    Attributes:
        remote: the git remote that events go to; None where each person pushes.
        stages: the only stages that may be assigned; empty for any.
        source: the file that says so.
        models: what holds for one model, by model.
    """

    remote: str | None = None
    stages: tuple[StageName, ...] = ()
    source: str = FILE
    models: Mapping[Artifact, ModelSettings] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def parse(cls, raw: Mapping[str, object]) -> Self:
        """Validate what ``modelref.yaml`` holds.

        Raises:
            BadInput: an unknown key, or a value of the wrong kind; the message names it.
        """
        unknown = [str(key) for key in raw if key not in _KEYS]
        if unknown:
            raise _wrong(FILE, unknown[0], f"is not a key; known are {', '.join(_KEYS)}")
        remote = raw.get("remote")
        if remote is not None and (not isinstance(remote, str) or remote.startswith("-")):
            raise _wrong(FILE, "remote", "is not the name of a git remote")
        return cls(
            remote or None,
            parse_stages(FILE, raw.get("stages")),
            models=parse_models(FILE, raw.get("models")),
        )

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


def _wrong(source: str, key: str, why: str) -> BadInput:
    return BadInput(f"{source}: {key} {why}", kind="invalid-config", hint=f"mend {source}")
