"""Reading the registry: all of it, or one model."""

from typing import TYPE_CHECKING

from modelref.domain.event import Event, read_tag
from modelref.domain.finding import Finding, Severity
from modelref.domain.names import Artifact
from modelref.domain.registry import Model, Registry, fold
from modelref.domain.tag import TagName
from modelref.errors import OutOfReach, UnknownRef

if TYPE_CHECKING:
    from modelref.ports import World

_MOST_MEANT = 3


def read_registry(
    world: "World", artifact: Artifact | None = None, *, at: int | None = None, bodies: bool = False
) -> Registry:
    """Read the registry, or one model of it.

    Args:
        world: the ports.
        artifact: the model; None for all.
        at: seconds since 1970-01-01 UTC: the registry as it stood then, by the taggers' dates.
        bodies: whether to read the events' whole messages.
    """
    events: list[Event] = []
    findings: list[Finding] = []
    partial = world.commits.partial()
    if partial:
        findings.append(Finding(Severity.WARNING, "partial-clone", "", *_lacking(partial)))
    for record in world.tags.list(artifact, bodies=bodies):
        read = read_tag(record)
        if isinstance(read, Event):
            if at is None or read.date <= at:
                events.append(read)
        elif read is not None:
            findings.append(read)
    findings += (one for one in world.tags.noticed() if artifact in (None, _model_of(one)))
    return fold(events, findings)


def read_model(
    world: "World", artifact: Artifact, *, at: int | None = None, bodies: bool = False
) -> tuple[Model, tuple[Finding, ...]]:
    """Read one model that has at least one event.

    Raises:
        UnknownRef: it has none; the message lists close names.
    """
    registry = read_registry(world, artifact, at=at, bodies=bodies)
    model = registry.models.get(artifact)
    if model is None:
        raise unknown_model(world, artifact, at)
    return model, registry.findings


def _model_of(finding: Finding) -> Artifact | None:
    name = TagName.parse(finding.tag)
    return name.artifact if name else None


def refuse_partial(world: "World") -> None:
    """Refuse to decide on events that may not be all there are.

    Raises:
        OutOfReach: the clone is shallow, follows a single branch, or fetches no tags.
    """
    partial = world.commits.partial()
    if partial:
        what, hint = _lacking(partial)
        raise OutOfReach(f"{what}; nothing was written", kind="partial-clone", hint=hint)


def _lacking(partial: str) -> tuple[str, str]:
    mend = "git fetch --unshallow --tags" if "shallow" in partial else "modelref fetch"
    return (
        f"{partial} and may lack tags: newer events may exist",
        f"{mend}; in a CI job, check out with fetch-depth: 0",
    )


def unknown_model(world: "World", artifact: Artifact, at: int | None = None) -> UnknownRef:
    """The error for a model without any event, which names models that were perhaps meant."""
    from difflib import get_close_matches

    models = read_registry(world, at=at).models
    elsewhere = [str(name) for name in models if name.name == artifact.name][:_MOST_MEANT]
    close = elsewhere or get_close_matches(str(artifact), map(str, models), n=_MOST_MEANT)
    when = " at that time" if at is not None else ""
    hint = f"modelref register {artifact} makes its first version; modelref show lists the models"
    if close:
        hint = f"did you mean {' or '.join(close)}? modelref show lists the models"
    return UnknownRef(
        f"no version of {artifact} is registered{when}", kind="unknown-model", hint=hint
    )
