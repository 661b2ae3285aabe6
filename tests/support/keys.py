"""Keys of people, made for a test, and tags signed with them in any wrong way."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from support.project import Project


@dataclass(frozen=True)
class SshKeys:
    """SSH keys in a folder.

    Attributes:
        folder: where they lie.
    """

    folder: Path

    def make(self, name: str) -> Path:
        """Make a person's key, once."""
        path = self.folder / name
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path))
        return path

    def public(self, name: str) -> str:
        """Type and key, as an allowed signer's line ends."""
        return " ".join(self.make(name).with_suffix(".pub").read_text().split()[:2])

    def fingerprint(self, name: str) -> str:
        return run("ssh-keygen", "-l", "-f", str(self.make(name))).split()[1]

    def allowed(self, name: str, options: str = "") -> str:
        """A line of the allowed signers."""
        words = [f"{name}@shop.example", options, self.public(name)]
        return " ".join(word for word in words if word)

    def use(self, project: Project, name: str) -> None:
        """Have git sign as a person."""
        project.git("config", "gpg.format", "ssh")
        project.git("config", "user.signingKey", str(self.make(name)))
        project.git("config", "user.name", name.title())
        project.git("config", "user.email", f"{name}@shop.example")


@dataclass(frozen=True)
class PgpKeys:
    """OpenPGP keys in a home of their own.

    Attributes:
        home: ``GNUPGHOME``; a short path, since gpg-agent's socket lies in it.
    """

    home: Path

    def make(self, name: str, *, expires: str = "never", then: str = "") -> str:
        """Make a person's key and return its fingerprint.

        Args:
            name: the person.
            expires: as gpg's ``--quick-gen-key`` takes it.
            then: the time at which it is made, ``20200101T000000``; now unless given.
        """
        clock = ["--faked-system-time", then] if then else []
        user = f"{name.title()} <{name}@shop.example>"
        self.gpg(*clock, "--passphrase", "", "--quick-gen-key", user, "ed25519", "sign", expires)
        listed = self.gpg("--list-keys", "--with-colons", f"<{name}@shop.example>")
        return next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))

    def revoke(self, fingerprint: str) -> None:
        """Revoke a key, with the certificate that gpg made beside it."""
        kept = self.home / "openpgp-revocs.d" / f"{fingerprint}.rev"
        self.gpg("--import", given=kept.read_text().replace(":-----BEGIN", "-----BEGIN"))

    def gpg(self, *args: str, given: str = "") -> str:
        return run("gpg", "--batch", "--quiet", *args, given=given, GNUPGHOME=str(self.home))


def run(*argv: str, given: str = "", **env: str) -> str:
    done = subprocess.run(
        argv, input=given, capture_output=True, text=True, check=False, env={**os.environ, **env}
    )
    assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
    return done.stdout


def put_tag(project: Project, name: str, content: bytes) -> str:
    """Write a tag object as it is given, name a tag after it, and return its id."""
    done = subprocess.run(
        ["git", "hash-object", "-t", "tag", "-w", "--stdin", "--literally"],
        cwd=project.root,
        input=content,
        capture_output=True,
        check=True,
    )
    oid = done.stdout.decode().strip()
    project.git("update-ref", f"refs/tags/{name}", oid)
    return oid


def content_of(project: Project, name: str) -> bytes:
    """The bytes of a tag object."""
    return subprocess.run(
        ["git", "cat-file", "tag", name], cwd=project.root, capture_output=True, check=True
    ).stdout
