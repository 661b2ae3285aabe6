"""In-memory twins of the ports, for tests of code that builds on modelref.

One contract suite runs against these and against git and DVC: what holds here holds there.
"""

from modelref.testing.branches import MemoryBranches
from modelref.testing.commits import MemoryCommits
from modelref.testing.outputs import MemoryOutputs
from modelref.testing.pipeline import MemoryPipeline
from modelref.testing.process import MemoryClock, MemoryJournal, MemoryScoring
from modelref.testing.remote import MemoryHost, MemoryRemote
from modelref.testing.signatures import MemorySignatures
from modelref.testing.tables import MemoryTables
from modelref.testing.tags import MemoryTags
from modelref.testing.tensors import MemoryTensor, MemoryTensors
from modelref.testing.workspace import MemoryWorkspace
from modelref.testing.world import MemoryWorld

__all__ = [
    "MemoryBranches",
    "MemoryClock",
    "MemoryCommits",
    "MemoryHost",
    "MemoryJournal",
    "MemoryOutputs",
    "MemoryPipeline",
    "MemoryRemote",
    "MemoryScoring",
    "MemorySignatures",
    "MemoryTables",
    "MemoryTags",
    "MemoryTensor",
    "MemoryTensors",
    "MemoryWorkspace",
    "MemoryWorld",
]
