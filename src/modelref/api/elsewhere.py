"""The composition root of repositories that are not the person's own, and are only read."""

import shlex
from collections.abc import Mapping, Sequence
from copy import copy
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from modelref.adapters.clock import SystemClock
from modelref.adapters.git.commits import GitCommits
from modelref.adapters.git.repository import Repository
from modelref.adapters.git.tags import GitTags
from modelref.api.compose import user_cache
from modelref.errors import Refused

if TYPE_CHECKING:
    from modelref.adapters.config import ConfigFile
    from modelref.adapters.dvc.pipeline import DvcPipeline
    from modelref.adapters.dvc.restore.workspace import DvcWorkspace
    from modelref.adapters.dvc.store.cache import DvcOutputs
    from modelref.adapters.git.branches import DefaultBranch
    from modelref.adapters.git.elsewhere.address import Address
    from modelref.adapters.git.signing.check import GitSignatures
    from modelref.adapters.git.sync.remote import GitRemote
    from modelref.adapters.scoring import CommandScoring
    from modelref.adapters.tables.guard import GuardedTables
    from modelref.adapters.tensors.files import TensorFiles
    from modelref.domain.branch import Branch
    from modelref.domain.config import Config
    from modelref.domain.signing import Signing
    from modelref.ports import Tags


class ElsewhereWorld:
    """A repository that is not the person's own, which is read only; satisfies the port ``World``.

    Attributes:
        shelf: its folder in the user's cache.
    """

    def __init__(self, address: "Address") -> None:
        from modelref.adapters.git.elsewhere.shelf import Shelf
        from modelref.adapters.readonly import NoSightings, ReadOnlyJournal

        self.name = str(address)
        self.shelf = Shelf.of(user_cache(), self.name)
        self._branch = "the default branch"
        self.tags, self.commits = self._lying_at(address)
        self._local = address.folder is not None
        self.sightings = NoSightings()
        self.journal = ReadOnlyJournal(self.name)
        self.clock = SystemClock()

    def _lying_at(self, address: "Address") -> tuple[GitTags, GitCommits]:
        from modelref.adapters.git.elsewhere.tags import ForeignTags, MirroredTags

        if address.folder is not None:
            from modelref.adapters.git.elsewhere.neighbour import Neighbour

            neighbour = Neighbour.open(address, self.shelf)
            if not neighbour.bare:
                self._branch = "HEAD"
            return ForeignTags(neighbour.repository, name=self.name), neighbour.commits(self.name)
        from modelref.adapters.git.elsewhere.commits import MirroredCommits
        from modelref.adapters.git.elsewhere.mirror import Mirror

        mirror = Mirror(address, self.shelf)
        kept = Repository(mirror.git, self.shelf.git, self.shelf.git, shallow=False, bare=True)
        return MirroredTags(kept, name=self.name, mirror=mirror), MirroredCommits(kept, mirror)

    @cached_property
    def config(self) -> "Config":
        """What ``modelref.yaml`` says on its default branch."""
        from modelref.adapters.config import config_of

        return config_of(self._default)

    @property
    def settings(self) -> "ConfigFile":
        """Nothing is written."""
        raise self._refusal()

    def with_tags(self, tags: "Tags") -> "ElsewhereWorld":  # noqa: ARG002  # refused
        """Nothing is written."""
        raise self._refusal()

    def with_config(self, config: "Config") -> "ElsewhereWorld":
        """The same repository, with another configuration."""
        other = copy(self)
        other.__dict__["config"] = config
        return other

    def remote(self, name: str | None = None) -> "GitRemote":  # noqa: ARG002  # refused
        """No event comes or goes from here."""
        raise self._refusal()

    @property
    def signing(self) -> "Signing":
        """What its ``modelref.yaml`` says must be signed: no other branch is looked at."""
        return self.config.signing

    @property
    def agreed_known(self) -> bool:
        """Its HEAD names its default branch."""
        return True

    @property
    def agreed_guessed(self) -> bool:
        """It does."""
        return False

    def config_at(self, branch: "Branch") -> "Config":
        """What ``modelref.yaml`` says in a branch."""
        from modelref.adapters.config import config_of

        return config_of(partial(self.commits.read, branch.commit))

    def renewed(self) -> "ElsewhereWorld":
        """The same repository, with its configuration still to be read."""
        fresh = copy(self)
        for name in ("config", "signatures"):
            fresh.__dict__.pop(name, None)
        return fresh

    @cached_property
    def branches(self) -> "DefaultBranch":
        """The default branch, and no other."""
        from modelref.adapters.git.branches import DefaultBranch

        return DefaultBranch(self.commits, self._branch)

    @cached_property
    def signatures(self) -> "GitSignatures":
        """Signatures, against the signers of the person, or of the default branch."""
        from modelref.adapters.git.signing.check import GitSignatures

        commit = self.commits.resolve("HEAD")
        return GitSignatures(self.commits.repository, self.signing, commit)

    @cached_property
    def outputs(self) -> "DvcOutputs":
        """Its bytes, in the user's cache: nothing of its DVC settings says where."""
        from modelref.adapters.dvc.remotes.remotes import DvcRemotes
        from modelref.adapters.dvc.store.cache import DvcOutputs
        from modelref.adapters.dvc.store.checked import Checked
        from modelref.adapters.dvc.strangers import StrangersCaches

        folder = self.shelf.folder / "dvc"
        return DvcOutputs(
            StrangersCaches(folder, self._default),
            Checked(folder / "checked.db"),
            self.commits.repository.git,
            DvcRemotes(trusted=False, local=self._local),
            f"modelref --repo {shlex.quote(self.name)} get",
        )

    @cached_property
    def pipeline(self) -> "DvcPipeline":
        """DVC's files."""
        from modelref.adapters.dvc.pipeline import DvcPipeline

        return DvcPipeline(self.commits, self.outputs)

    @cached_property
    def tables(self) -> "GuardedTables":
        """Tables, read by a child process."""
        from modelref.adapters.tables.guard import GuardedTables

        return GuardedTables()

    @cached_property
    def tensors(self) -> "TensorFiles":
        """What files of weights hold."""
        from modelref.adapters.tensors.files import TensorFiles

        return TensorFiles()

    @property
    def scoring(self) -> "CommandScoring":
        """Nothing of it is run."""
        raise self._refusal()

    @property
    def workspace(self) -> "DvcWorkspace":
        """There is none to write to."""
        raise self._refusal()

    def _refusal(self) -> Refused:
        from modelref.adapters.readonly import refusal

        return refusal(self.name)

    def _default(self, paths: Sequence[str]) -> Mapping[str, bytes]:
        """Files on the default branch."""
        return self.commits.read(self.commits.resolve("HEAD"), paths)


def open_elsewhere(address: str, base: Path = Path()) -> ElsewhereWorld:
    """Open a repository that is not the person's own.

    Args:
        address: its URL or folder.
        base: folder that a relative one starts from.

    Raises:
        BadInput: there is none, or it is not one that is read.
        OutOfReach: the user's cache cannot be written.
    """
    from modelref.adapters.git.elsewhere.address import Address

    return ElsewhereWorld(Address.parse(address, base))
