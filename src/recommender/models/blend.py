"""A weighted mix of other families.

Each component's scores are divided by the user's largest, so that a weight means the same for
every user. Habit (recency_frequency) says what is bought again, EASE what is new; together they
beat either (docs/recommender.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from tqdm import tqdm

from recommender.fitting.family import Family, Fitted, Sizes, Tensors
from recommender.models import family_class, family_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recommender.arrays import Floats, Ints
    from recommender.fitting.dataset import FitData
    from recommender.params import Section


@dataclass(frozen=True)
class Component:
    """A family and how much it counts."""

    weight: float
    params: Family


@dataclass(frozen=True)
class Blend(Family):
    """Weighted sum of component scores.

    Attributes:
        components: Family name -> component.
    """

    components: Mapping[str, Component]

    @classmethod
    def parse(cls, section: Section) -> Self:
        """Read `train.blend`: under `components`, each family with `weight` and its `params`."""
        section.only("components")
        listed = section.section("components")
        listed.only(*(name for name in family_names() if name != "blend"))
        components: dict[str, Component] = {}
        for name in listed.entries():
            component = listed.section(name)
            component.only("weight", "params")
            params = family_class(name).parse(component.section("params"))
            components[name] = Component(component.number("weight", above=0), params)
        if not components:
            section.refuse("components", {}, "at least one family")
        return cls(components)

    @property
    def draws(self) -> bool:
        """Whether one of its components draws at random."""
        return any(component.params.draws for component in self.components.values())

    def learn(self, data: FitData, seed: int) -> Tensors:
        """Fit each component; its tensors are named `family.tensor`."""
        return {
            f"{name}.{tensor}": value
            for name, component in tqdm(self.components.items(), desc="blend", disable=None)
            for tensor, value in component.params.learn(data, seed).items()
        }

    def shapes(self, sizes: Sizes) -> Mapping[str, tuple[int, ...]]:
        """One tensor a name that `learn` returns."""
        return {
            f"{name}.{tensor}": shape
            for name, component in self.components.items()
            for tensor, shape in component.params.shapes(sizes).items()
        }

    def scores(self, fitted: Fitted, users: Ints) -> Floats:
        """Sum of the scaled components."""
        total = np.zeros((len(users), len(fitted.items)), dtype=np.float32)
        for name, component in self.components.items():
            scores = component.params.scores(fitted.part(name), users)
            largest = scores.max(axis=1, keepdims=True)
            # Without a positive score there is nothing to scale by.
            scale = np.where(largest > 0, largest, np.float32(1))
            scores *= np.float32(component.weight) / scale
            total += scores
        return total
