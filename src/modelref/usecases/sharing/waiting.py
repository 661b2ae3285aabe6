"""Waiting: what others must not hear of yet, since they could not load it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from modelref.domain.event import Event, name_of
from modelref.domain.registry import Model
from modelref.domain.sync import lease_of
from modelref.domain.tag import Kind
from modelref.errors import ModelRefError, UnknownRef
from modelref.usecases.whereabouts import measured_by, unloadable, unpushed

if TYPE_CHECKING:
    from modelref.domain.snapshot import Made
    from modelref.ports import World


@dataclass(frozen=True, slots=True)
class Waiting:
    """Registrations that only this clone has, and whose bytes are not on their DVC remote.

    Attributes:
        reasons: why nobody else could load it, by tag of the registration.
    """

    reasons: Mapping[str, ModelRefError]

    @classmethod
    def of(cls, world: "World", models: Iterable[tuple[Model, Collection[Event]]]) -> Self:
        """Ask DVC remotes, once, for the bytes of the versions that some events register.

        Args:
            world: the ports.
            models: models, each with those of its events that only this clone has.
        """
        reasons: dict[str, ModelRefError] = {}
        known: dict[Event, Made] = {}
        for model, events in models:
            for event in _registering(model, events):
                try:
                    known[event] = world.pipeline.made(model.artifact, event.commit)
                except UnknownRef:
                    continue  # GTO registers what no dvc.yaml declares, too
                except ModelRefError as error:
                    reasons[event.tag] = error
        wanted = list(dict.fromkeys(out for made in known.values() for out in made.outs))
        try:
            lacking = set(unpushed(world, wanted)) if wanted else set()
        except ModelRefError as error:
            return cls(reasons | {event.tag: error for event in known})
        for event, made in known.items():
            some = [out for out in made.outs if out in lacking]
            if some:
                beside = measured_by(world, event.artifact, event.commit, made)
                push = world.outputs.pushing(event.commit, [*some, *beside])
                reasons[event.tag] = unloadable(some, event.commit, push)
        return cls(reasons)

    def among(self, events: Iterable[Event]) -> Mapping[str, str]:
        """Those of a model's events that wait: by tag, the registration that they wait for.

        It, and what continues its chain or is about its commit; and whatever continues the chains
        of these. No event is known there before what it was decided on.
        """
        found: dict[str, str] = {}
        chains: dict[str, str] = {}
        commits: dict[str, str] = {}
        for event in sorted(events, key=_place):
            chain = lease_of(name_of(event))
            own = event.tag if event.tag in self.reasons else None
            cause = own or chains.get(chain) or commits.get(event.commit)
            if cause is not None:
                found[event.tag] = chains[chain] = cause
                if event.stage is None:
                    commits.setdefault(event.commit, cause)
        return found

    def ready(self, events: Sequence[Event]) -> list[Event]:
        """Those of a model's events that do not wait."""
        waiting = self.among(events)
        return [event for event in events if event.tag not in waiting]


def _registering(model: Model, events: Collection[Event]) -> Iterator[Event]:
    """Registrations of versions that are not withdrawn: whose bytes somebody may want."""
    for event in events:
        known = model.versions.get(event.version) if event.version else None
        if event.kind is Kind.REGISTER and known is not None and known.active:
            yield event


def _place(event: Event) -> tuple[bool, int, tuple[int, int, str]]:
    """Events of versions first, then those of stages by counter."""
    staged = event.stage is not None
    return (staged, (event.counter or 0) if staged else 0, event.order)
