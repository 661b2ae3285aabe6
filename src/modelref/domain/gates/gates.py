"""The gates of a repository, parsed."""

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from modelref.domain.names import Artifact, StageName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelref.domain.gates.rule import Rule


@dataclass(frozen=True, slots=True)
class Gates:
    """The rules of each stage.

    Attributes:
        rules: by stage, in the order in which they are written.
    """

    rules: "Mapping[StageName, tuple[Rule, ...]]" = field(
        default_factory=lambda: MappingProxyType({})
    )

    def of(self, stage: StageName, artifact: Artifact) -> "tuple[Rule, ...]":
        """The rules that guard a stage of a model; none guard quarantine."""
        return tuple(rule for rule in self.rules.get(stage, ()) if rule.applies_to(artifact))
