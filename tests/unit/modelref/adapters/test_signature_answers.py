"""What git, gpg and ssh-keygen answer about a tag: recorded from git 2.39, gpg 2.2, OpenSSH 9.2."""

import base64

import pytest

from modelref.adapters.git.signing import answers, sshsig
from modelref.domain.signature import Outcome, Signature

ALICE = "SHA256:SfH86ebUsA9uAfCDYcWDvtjeK+94dTfNDM8D3HYdgd8"
GOOD = f'Good "git" signature for alice@x with ED25519 key {ALICE}\n'
SOUND = f'Good "git" signature with ED25519 key {ALICE}\n'
NOBODY = "No principal matched.\n"
LATE = "/x/allowed:2: key has expired: verify time 2026-11-25T08:28:32 > valid-before 2020-01-01\n"

PRIMARY = "3A5F8868E2DDDE9D474EC2EA71F7AE15E797A6EE"
VALID = f"[GNUPG:] VALIDSIG {PRIMARY} 2026-11-25 1795595312 0 4 0 22 8 00 {PRIMARY}\n"
NEW = "[GNUPG:] NEWSIG alice@x\n"


@pytest.mark.parametrize(
    ("code", "said", "outcome", "signer", "key"),
    [
        (0, GOOD, Outcome.GOOD, "alice@x", ALICE),
        (1, GOOD, Outcome.TAMPERED, "", ""),
        (0, GOOD + GOOD, Outcome.TAMPERED, "", ""),
        (0, SOUND, Outcome.UNKNOWN_SIGNER, "", ALICE),
        (1, SOUND + NOBODY, Outcome.UNKNOWN_SIGNER, "", ALICE),
        (1, SOUND + LATE + NOBODY, Outcome.EXPIRED, "", ""),
        (1, LATE + NOBODY, Outcome.TAMPERED, "", ""),
        (1, "Could not verify signature.\n", Outcome.TAMPERED, "", ""),
        (1, "", Outcome.TAMPERED, "", ""),
        (0, "", Outcome.TAMPERED, "", ""),
    ],
)
def test_ssh(code: int, said: str, outcome: Outcome, signer: str, key: str) -> None:
    found = answers.of_ssh(code, said)
    assert (found.outcome, found.signer, found.key) == (outcome, signer, key)
    assert found.good or found.why


def test_a_principal_may_be_a_pattern_or_have_blanks() -> None:
    said = GOOD.replace("alice@x", "*@x with ED25519 key SHA256:abc")
    assert answers.of_ssh(0, said) == Signature(
        Outcome.GOOD, "*@x with ED25519 key SHA256:abc", ALICE
    )


@pytest.mark.parametrize(
    ("code", "verdict", "rest", "outcome", "key"),
    [
        (0, "GOODSIG 71F7 alice <alice@x>", f"{VALID}[GNUPG:] TRUST_ULTIMATE 0 pgp\n", "good", 1),
        (0, "GOODSIG 71F7 alice <alice@x>", f"{VALID}[GNUPG:] TRUST_FULLY 0 pgp\n", "good", 1),
        (
            0,
            "GOODSIG 71F7 alice <alice@x>",
            f"{VALID}[GNUPG:] TRUST_MARGINAL 0 pgp\n",
            "unknown-signer",
            1,
        ),
        (
            0,
            "GOODSIG 71F7 alice <alice@x>",
            f"{VALID}[GNUPG:] TRUST_UNDEFINED 0 pgp\n",
            "unknown-signer",
            1,
        ),
        (0, "GOODSIG 71F7 alice <alice@x>", "[GNUPG:] TRUST_ULTIMATE 0\n", "tampered-tag", 0),
        (1, "GOODSIG 71F7 alice <alice@x>", VALID, "tampered-tag", 0),
        (1, "BADSIG 71F7 alice <alice@x>", "", "tampered-tag", 0),
        (1, "REVKEYSIG 71F7 alice <alice@x>", VALID, "revoked-key", 0),
        (1, "EXPKEYSIG 71F7 alice <alice@x>", VALID, "expired-key", 0),
        (1, "EXPSIG 71F7 alice <alice@x>", VALID, "expired-key", 0),
        (1, "ERRSIG 71F7 22 8 00 1 9 3A5F", "[GNUPG:] NO_PUBKEY 71F7\n", "unknown-signer", 0),
        (1, "NODATA 4", "", "unreadable-signature", 0),
        (0, "GOODSIG 71F7 a <a@x>\n[GNUPG:] GOODSIG 71F8 b", VALID, "unreadable-signature", 0),
        (0, "GOODSIG 71F7 a <a@x>\n[GNUPG:] BADSIG 71F8 b", VALID, "unreadable-signature", 0),
        (0, "GOODSIG 71F7 a <a@x>\n[GNUPG:] NEWSIG", VALID, "unreadable-signature", 0),
    ],
)
def test_openpgp(code: int, verdict: str, rest: str, outcome: str, key: int) -> None:
    found = answers.of_openpgp(code, f"{NEW}[GNUPG:] {verdict}\n{rest}")
    assert (found.outcome, found.key) == (outcome, PRIMARY if key else "")
    assert found.good or found.why


def test_the_signer_of_an_openpgp_key_is_its_address() -> None:
    said = f"{NEW}[GNUPG:] GOODSIG 71F7 Eve <alice@x> <eve@x>\n{VALID}[GNUPG:] TRUST_FULLY 0\n"
    assert answers.of_openpgp(0, said).signer == "eve@x"


# ssh-keygen -Y sign -n git, of a key made for this test; ssh-keygen -l prints its fingerprint.
ARMOURED = b"""-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgeRPi8xw0SXzMyWXWE/WXvGpRhb
xofXlH/mTsiHUkTaoAAAADZ2l0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5
AAAAQKooO4oKg0y5pp5elFTiyJjVR+SV68tX5LyumsqM8GHdh3vSWUdtMs3IAgj5BdLIuc
UFDCcKvPFk+4zXrUo5JwA=
-----END SSH SIGNATURE-----
"""


def test_an_ssh_signature_names_its_key_and_purpose() -> None:
    assert sshsig.parse(ARMOURED) == sshsig.SshSignature(ALICE, "git")


def test_a_public_key_has_the_fingerprint_of_its_signatures() -> None:
    blob = base64.b64decode(b"".join(ARMOURED.split(b"\n")[1:-2]))[14 : 14 + 51]
    line = f"ssh-ed25519 {base64.b64encode(blob).decode()} alice"
    assert sshsig.fingerprint_of_line(line) == ALICE
    assert sshsig.fingerprint_of_line("ssh-ed25519 AAAA!") == ""
    assert sshsig.fingerprint_of_line("no key") == ""


@pytest.mark.parametrize(
    "armoured",
    [
        b"",
        ARMOURED.replace(b"END", b"FIN"),
        ARMOURED.replace(b"U1NI", b"U1NJ"),
        ARMOURED.replace(b"AAADMAAAAL", b"A//DMAAAAL"),
        ARMOURED.replace(b"U1NI", b"!!!!"),
        b"-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----",
    ],
)
def test_what_is_no_ssh_signature_is_none(armoured: bytes) -> None:
    assert sshsig.parse(armoured) is None
