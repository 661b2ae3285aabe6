"""Where the bytes of outs are: here, on their DVC remote, or nowhere that is known."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from modelref.domain.names import Artifact
from modelref.domain.outs import GIT, Out, OutFile
from modelref.domain.snapshot import Made
from modelref.errors import OutOfReach

if TYPE_CHECKING:
    from modelref.ports import World


def list_files(
    world: "World", outs: Sequence[Out], progress: Callable[[str], None] = lambda _: None
) -> list[OutFile]:
    """List the files of outs; manifests that are not here are brought from their DVC remote.

    Raises:
        OutOfReach: a manifest is nowhere, or the remote cannot be read.
        BadInput: a manifest names a path that must not be written.
    """
    world.outputs.fetch([out.object for out in outs if out.is_dir], progress)
    return [file for out in outs for file in world.outputs.files(out)]


def out_of_reach(world: "World", outs: Sequence[Out]) -> list[Out]:
    """Those of some outs that are neither here, nor whole on a DVC remote.

    Raises:
        OutOfReach: a remote cannot be read.
    """
    absent = [out for out in outs if not world.outputs.cached(out)]
    if not absent:
        return []
    there = world.outputs.on_remote(absent)
    return [out for out in absent if not there[out]]


def unpushed(world: "World", outs: Sequence[Out]) -> list[Out]:
    """Those of some outs that their DVC remote lacks; none where no remote is configured.

    Raises:
        OutOfReach: a remote cannot be read.
    """
    return [out for out, there in world.outputs.on_remote(outs).items() if there is False]


def measured_by(world: "World", artifact: Artifact, commit: str, made: Made) -> list[Out]:
    """Outs of DVC by which others compare a model: those of files that ``meta.modelref`` names.

    Args:
        world: the ports.
        artifact: the model.
        commit: full id of the commit.
        made: what the model is made of there; none of its own outs is given.
    """
    own = {out.path for out in made.outs}
    found = {
        out.path: out
        for path in made.annotation.named
        for out in world.pipeline.outs_at(artifact, commit, path)
        if out.algorithm != GIT and not out.in_git and out.path not in own
    }
    return list(found.values())


def unloadable(lacking: Sequence[Out], commit: str, mend: str) -> OutOfReach:
    """The error for a version that others would hear of, but could not load.

    Args:
        lacking: those of its outs that are not on their DVC remote.
        commit: full id of its commit.
        mend: the command that brings them there.
    """
    return OutOfReach(
        f"the bytes of {', '.join(out.path for out in lacking)} at commit {commit[:10]} are not on "
        "their DVC remote, so that nobody else could load the version",
        kind="unpushed-bytes",
        hint=mend,
    )
