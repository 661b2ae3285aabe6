"""Files with a few bytes changed: read, or refused as modelref refuses; nothing else comes out."""

import io
import pickletools
import random
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from modelref.adapters.tensors.files import TensorFiles
from modelref.errors import ModelRefError
from support.hostile_weights import npy_header, rebuilt, torch_of
from support.weights import npz, safetensors

Opened = Callable[[bytes], BinaryIO]
_ROUNDS = 400
GOLDEN = Path(__file__).parents[4] / "golden" / "torch-2.13.pt"
_OPCODES = [opcode.code.encode("latin-1") for opcode in pickletools.opcodes]


def changed(data: bytes, chance: random.Random, until: int | None = None) -> bytes:
    """The same bytes but for a few."""
    result = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        result[chance.randrange(until or len(data))] = chance.choice(
            (chance.randrange(256), 0, 255, *b"()[]{}',0-9")
        )
    return bytes(result)


def any_pickle(chance: random.Random) -> bytes:
    """Instructions in any order, with what may be their arguments."""
    parts = rebuilt(0, (4,), (1,))
    body = b"".join(
        chance.choice(_OPCODES)
        + chance.choice((b"", b"\x00", b"\x01\x00", b"ctorch\nSize\n", parts[2:-1]))
        for _ in range(chance.randrange(40))
    )
    return b"\x80\x02" + body + b"."


def fortran() -> bytes:
    file = io.BytesIO()
    np.save(file, np.asfortranarray(np.ones((3, 4), np.float32)))
    return file.getvalue()


def cases(chance: random.Random) -> list[tuple[str, bytes]]:
    """One of each."""
    whole = safetensors(x=np.ones((3, 4)), y=np.ones(2))
    header = 8 + int.from_bytes(whole[:8], "little")
    return [
        ("w.safetensors", changed(whole, chance, header)),
        ("w.npy", changed(npy_header("(2, 3)") + bytes(24), chance, 128)),
        ("w.npy", changed(fortran(), chance, 128)),
        ("w.npz", changed(npz(x=np.ones((3, 4)), y=np.ones(2)), chance)),
        ("w.npz", changed(npz(x=np.ones((30, 40)), packed=True), chance)),
        ("w.pt", torch_of(changed(rebuilt(0, (2, 2), (2, 1)), chance))),
        ("w.pt", torch_of(any_pickle(chance))),
        ("w.pt", changed(torch_of(rebuilt(0, (2, 2), (1, 2))), chance)),
    ]


@pytest.mark.filterwarnings("ignore")  # of pickletools, about escapes in texts
def test_no_other_error_comes_out(opened: Opened) -> None:
    chance = random.Random(6)
    port = TensorFiles()
    found = 0
    for _ in range(_ROUNDS):
        for name, data in cases(chance):
            try:
                file = opened(data)
                contents = port.read(name, file)
                for tensor in contents.tensors if contents else ():
                    port.compare(tensor, tensor)
                    port.nonfinite(tensor)
                found += 1
            except ModelRefError:
                continue
            finally:
                file.close()
    assert 0 < found < 8 * _ROUNDS


def test_a_changed_checkpoint_of_pytorch(opened: Opened) -> None:
    chance = random.Random(7)
    whole = GOLDEN.read_bytes()
    refused = 0
    for _ in range(_ROUNDS // 4):
        try:
            TensorFiles().read("w.pt", opened(changed(whole, chance)))
        except ModelRefError:
            refused += 1
    assert 0 < refused < _ROUNDS // 4
