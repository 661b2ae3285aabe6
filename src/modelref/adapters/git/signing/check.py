"""Checking signed tags with ``git verify-tag``, by programs and lists that no repository chose."""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from modelref.adapters.git.objects import Object, read_objects
from modelref.adapters.git.program import Finished, failed
from modelref.adapters.git.repository import Repository
from modelref.adapters.git.signing import answers, sshsig
from modelref.adapters.git.signing.signers import SignerFiles, signer_files
from modelref.domain.signature import Outcome, Signature
from modelref.domain.signing import Signing
from modelref.errors import OutOfReach

_BEGIN = re.compile(
    rb"^-----BEGIN (PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----", re.MULTILINE
)
_END = re.compile(
    rb"^-----END (?:PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----$", re.MULTILINE
)
_HEADERS = [b"object", b"type", b"tag", b"tagger"]
_REVOKED = "gpg.ssh.revocationFile"
_AT_ONCE = 4
"""Checks that run side by side; each waits for another program most of its time."""


@dataclass(frozen=True, slots=True)
class GitSignatures:
    """Signatures of tag objects; port ``Signatures``.

    Attributes:
        repository: where they are.
        signing: what the default branch says of signers.
        commit: full id of the default branch's commit, ``""`` for none.
    """

    repository: Repository
    signing: Signing
    commit: str

    def check(self, oids: Sequence[str]) -> Mapping[str, Signature]:
        """Check the signatures of tag objects: unsigned ones cost nothing, others one run each."""
        wanted = list(dict.fromkeys(oids))
        objects = read_objects(self.repository.git, wanted) if wanted else []
        found = {oid: _first_look(one) for oid, one in zip(wanted, objects, strict=True)}
        signed = {oid: one for oid, one in found.items() if isinstance(one, str)}
        answered = {oid: one for oid, one in found.items() if isinstance(one, Signature)}
        if signed:
            files = signer_files(self.repository, self.signing, self.commit)
            with _written(files) as settings, ThreadPoolExecutor(_AT_ONCE) as pool:
                check = partial(self._check, settings)
                answered.update(zip(signed, pool.map(check, signed, signed.values()), strict=True))
        return {oid: answered[oid] for oid in wanted}

    def own(self) -> frozenset[str]:
        """What this person goes by: the address that git writes, the key that it signs with."""
        git = self.repository.git
        ident = git.run("var", "GIT_COMMITTER_IDENT").stdout.decode("utf-8", "replace")
        address = ident.rpartition("<")[2].partition(">")[0]
        done = git.run("config", "--type=path", "--get", "user.signingKey")
        key = _own_key(done.stdout.decode("utf-8", "replace").strip(), self.repository.root)
        return frozenset({address, key} - {""})

    def _check(self, settings: Mapping[str, str], oid: str, key: str) -> Signature:
        answer = self._verify(settings, oid, key)
        revoked = settings[_REVOKED] != os.devnull
        if revoked and answer.outcome is Outcome.TAMPERED and key:
            # ssh-keygen does not say that a key is revoked: only that the check failed.
            without = {**settings, _REVOKED: os.devnull}
            if self._verify(without, oid, key).outcome is not Outcome.TAMPERED:
                return Signature(Outcome.REVOKED, why=f"is signed with a revoked key: {key}")
        return answer

    def _verify(self, settings: Mapping[str, str], oid: str, key: str) -> Signature:
        done = self.repository.git.run("verify-tag", "--raw", operands=[oid], config=settings)
        said = f"{done.stdout.decode('utf-8', 'replace')}\n{done.stderr}"
        if "cannot run" in done.stderr:
            raise _no_program(done)
        return answers.of_ssh(done.code, said) if key else answers.of_openpgp(done.code, said)


def _first_look(tag: Object | None) -> Signature | str:
    """What can be said without running anything; else the SSH key named, ``""`` for OpenPGP.

    git and the programs that it runs are more lenient: they pass over what follows a signature,
    take the last of two, leave some headers out of what is signed, and stop reading at a NUL.
    Whoever reads such a tag need not see what was signed.
    """
    if tag is None or tag.type != "tag":
        return Signature(Outcome.UNSIGNED, why="is not signed")
    head, _, message = tag.data.partition(b"\n\n")
    begins = list(_BEGIN.finditer(message))
    if b"\0" in tag.data:
        return Signature(Outcome.TAMPERED, why="holds a NUL, behind which text can be hidden")
    if not begins:
        return Signature(Outcome.UNSIGNED, why="is not signed")
    start, kind = begins[-1].start(), begins[-1][1]
    ends = list(_END.finditer(message))
    if len(ends) > 1:
        return Signature(Outcome.TAMPERED, why="has more than one signature")
    if not ends or ends[0].start() < start:
        return Signature(Outcome.UNREADABLE, why="has a signature that does not end")
    if message[ends[0].end() :].strip(b"\n"):
        return Signature(Outcome.TAMPERED, why="has text below its signature")
    if [line.partition(b" ")[0] for line in head.split(b"\n")] != _HEADERS:
        why = "has other headers than object, type, tag and tagger"
        return Signature(Outcome.TAMPERED, why=why)
    if kind == b"SSH SIGNATURE":
        return _first_look_ssh(message[start : ends[0].end()])
    if kind == b"SIGNED MESSAGE":
        return Signature(Outcome.UNREADABLE, why="has an X.509 signature: none is checked here")
    return ""


def _first_look_ssh(armoured: bytes) -> Signature | str:
    parsed = sshsig.parse(armoured)
    if parsed is None:
        return Signature(Outcome.UNREADABLE, why="has an SSH signature that cannot be read")
    if parsed.namespace != sshsig.NAMESPACE:
        why = f"has a signature made for {parsed.namespace!r}, not for {sshsig.NAMESPACE!r}"
        return Signature(Outcome.WRONG_NAMESPACE, why=why)
    return parsed.key


@contextmanager
def _written(files: SignerFiles) -> Iterator[Mapping[str, str]]:
    """Settings of git that name our own copies of the lists, and the person's programs."""
    with tempfile.TemporaryDirectory(prefix="modelref-") as folder:
        allowed, revoked = Path(folder) / "allowed_signers", Path(folder) / "revoked_keys"
        allowed.write_bytes(files.allowed)
        revoked.write_bytes(files.revoked)
        yield {
            **files.programs,
            "gpg.ssh.allowedSignersFile": str(allowed),
            _REVOKED: str(revoked) if files.revoked else os.devnull,
        }


def _own_key(told: str, root: Path) -> str:
    """Fingerprint of ``user.signingKey``: a public key itself, or a file that has one beside it."""
    literal = told.removeprefix("key::")
    if literal != told or told.startswith("ssh-"):
        return sshsig.fingerprint_of_line(literal)
    if "/" not in told:
        return told  # an OpenPGP key
    public = root / (told if told.endswith(".pub") else f"{told}.pub")
    try:
        return sshsig.fingerprint_of_line(public.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return ""


def _no_program(done: Finished) -> OutOfReach:
    error = failed("verify-tag", done)
    error.kind = "no-verifier"
    error.hint = "install gnupg for OpenPGP signatures, openssh-client for SSH signatures"
    return error
