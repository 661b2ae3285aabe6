"""Ports: what the use cases need from the world, each the smallest that serves."""

from modelref.ports.events import Journal, Signatures, Tags
from modelref.ports.history import Branches, Commits
from modelref.ports.outputs import Outputs
from modelref.ports.pipeline import Pipeline, Workspace
from modelref.ports.remotes import Remote, Sightings
from modelref.ports.tables import Located, Scoring, Tables
from modelref.ports.tensors import Contents, Ids, Matrix, Pairing, Rotation, Tensor, Tensors
from modelref.ports.world import Clock, Settings, World

__all__ = [
    "Branches",
    "Clock",
    "Commits",
    "Contents",
    "Ids",
    "Journal",
    "Located",
    "Matrix",
    "Outputs",
    "Pairing",
    "Pipeline",
    "Remote",
    "Rotation",
    "Scoring",
    "Settings",
    "Sightings",
    "Signatures",
    "Tables",
    "Tags",
    "Tensor",
    "Tensors",
    "Workspace",
    "World",
]
