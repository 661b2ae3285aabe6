"""Completions of models and refs for the shell; an error completes nothing and says nothing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from modelref.errors import ModelRefError

if TYPE_CHECKING:
    from modelref.domain.registry import Model


def models(ctx: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """Names of models that begin so."""
    return [name for name in _known(ctx) if name.startswith(begun)]


def refs(ctx: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """Models that begin so; the versions and stages of the only one, too."""
    return list(dict.fromkeys([*models(ctx, _, begun), *_refs(ctx, begun, "@#")]))


def versions(ctx: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """The same, of versions only."""
    return _refs(ctx, begun, "@")


def held(ctx: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """The same, of stages only."""
    return _refs(ctx, begun, "#")


def stages(ctx: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """Stages of any model that begin so."""
    found = {str(stage) for model in _known(ctx).values() for stage in model.stages}
    return sorted(stage for stage in found if stage.startswith(begun))


def promoted(ctx: click.Context, param: click.Parameter, begun: str) -> list[str]:
    """Versions, and stages once a version is there."""
    found = versions(ctx, param, begun)
    return [*found, *stages(ctx, param, begun)] if _typed(ctx, "versions", "stage") else found


def _refs(ctx: click.Context, begun: str, marks: str) -> list[str]:
    known = _known(ctx)
    names = [name for name in known if name.startswith(begun)]
    if len(names) > 1:
        return names
    return [
        ref
        for name, model in known.items()
        if begun.startswith(name) or names == [name]
        for ref in _of(name, model)
        if ref.startswith(begun) and ref[len(name)] in marks
    ]


def _typed(ctx: click.Context, *names: str) -> bool:
    return any(ctx.params.get(name) for name in names)


def _of(name: str, model: "Model") -> Iterator[str]:
    if model.latest:
        yield f"{name}@latest"
    active = [state for state in model.versions.values() if state.active]
    yield from (f"{name}@{state.version}" for state in reversed(active))
    yield from (f"{name}#{stage}" for stage in sorted(model.stages))


def _known(ctx: click.Context) -> "dict[str, Model]":
    from modelref.api.compose import RepositoryWorld
    from modelref.usecases.reading import read_registry

    given = ctx.find_root().params
    if given.get("repo"):
        return {}  # a key press must not wait for a network
    try:
        world = RepositoryWorld(given["folder"])
        return {str(name): model for name, model in read_registry(world).models.items()}
    except ModelRefError:
        return {}
