"""The file training starts from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch


def save_start(file: Path, tensors: dict[str, torch.Tensor]) -> None:
    """Eight bits a weight with a scale a row: finer than the four bits they come from."""
    arrays = {}
    for name, value in tensors.items():
        if value.dim() < 2:
            arrays[name] = value.numpy()
            continue
        scale = value.abs().amax(1, keepdim=True) / 127
        arrays[f"{name}:scale"] = scale.numpy()
        arrays[name] = (value / scale).round().to(torch.int8).numpy()
    np.savez_compressed(file, **arrays)


def load_start(file: Path) -> dict[str, torch.Tensor]:
    arrays = np.load(file)
    names = [name for name in arrays.files if not name.endswith(":scale")]
    value = lambda name: torch.from_numpy(arrays[name]).float()  # noqa: E731
    return {name: value(name) * value(f"{name}:scale") if f"{name}:scale" in arrays else value(name) for name in names}
