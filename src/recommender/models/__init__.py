"""The model families: every module in this folder is one, under its own name."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

from recommender.errors import ParamsError
from recommender.fitting.family import Family

if TYPE_CHECKING:
    from recommender.params import Section


def family_names() -> tuple[str, ...]:
    """What `train.model` may be, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def family_class(name: str) -> type[Family]:
    """The family that the module `name` defines.

    Raises:
        ParamsError: There is no such family.
    """
    if name not in family_names():
        raise ParamsError(
            f"params.yaml: train.model is {name!r}; allowed: one of " + ", ".join(family_names()),
            "set train.model to one of these, or add a file to src/recommender/models",
        )
    module = import_module(f"{__name__}.{name}")
    (family,) = (
        value
        for value in vars(module).values()
        if inspect.isclass(value)
        and issubclass(value, Family)
        and value.__module__ == module.__name__
    )
    return family


def family_name(family: Family) -> str:
    """The name that `family_class` knows a family under."""
    return type(family).__module__.rpartition(".")[2]


def chosen_family(root: Section) -> tuple[Family, int]:
    """Parse `train`: the family that `train.model` names, and the seed.

    The sections of the other families are not looked at, as the DVC stage does not depend on them.

    Raises:
        ParamsError: The family is unknown, or one of its hyper-parameters is not allowed.
    """
    train = root.section("train")
    train.only("model", "seed", *family_names())
    name = train.text("model")
    return family_class(name).parse(train.section(name)), train.integer("seed", 0, 2**32 - 1)
