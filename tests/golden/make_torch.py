"""Makes torch-2.13.pt: what PyTorch writes, for tests that read it without PyTorch.

python tests/golden/make_torch.py     # with torch 2.13 installed
"""

from pathlib import Path
from typing import Any

import torch  # type: ignore[import-not-found]

base: Any = torch.arange(24, dtype=torch.float32).reshape(4, 6)
net = torch.nn.Sequential()
net.add_module("items", torch.nn.Embedding(4, 6, _weight=base.clone()))
optimizer = torch.optim.Adam(net.parameters(), lr=0.5)
net.items(torch.tensor([1])).sum().backward()
optimizer.step()
checkpoint = {
    "model": net.state_dict(),
    "optimizer": optimizer.state_dict(),
    "epoch": 3,
    "size": base.size(),
    "columns": base[:, 2:4].clone().as_strided((4, 2), (2, 1)),
    "view": base[:, 2:4],
    "turned": base.T,
    "scalar": torch.tensor(1.5),
    "parts": [base[0], (base[1], None)],
    "parameter": torch.nn.Parameter(base[0]),
    **{
        str(dtype).removeprefix("torch."): base.to(dtype)
        for dtype in (torch.bfloat16, torch.float16, torch.float64, torch.int64, torch.bool)
    },
    "float8": base.to(torch.float8_e4m3fn),
}
torch.save(checkpoint, Path(__file__).with_name("torch-2.13.pt"))
