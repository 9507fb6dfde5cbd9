"""The weights as the quantized file will have them: codes and scales of every matrix, plain numbers for the rest."""

from __future__ import annotations

from pathlib import Path

import blocks
import numpy as np
import torch
from model import RewardModel


def save_rounded(file: Path, model: RewardModel) -> None:
    arrays = {}
    for name, value in model.backbone.state_dict().items():
        if value.dim() < 2:
            arrays[name] = value.float().cpu().numpy()
            continue
        scale, codes = blocks.quantize(value)
        arrays[f"{name}:scale"], arrays[f"{name}:codes"] = scale.cpu().numpy(), codes.cpu().numpy()
        arrays[f"{name}:shape"] = np.array(value.shape)
    for name, value in model.head.tensors().items():
        arrays[f"head:{name}"] = value.detach().float().cpu().numpy()
    np.savez_compressed(file, **arrays)


def load_rounded(file: Path) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor], dict[str, tuple[np.ndarray, np.ndarray]]]:
    """Backbone in float32, head, and the codes and scales of the matrices."""
    arrays = np.load(file)
    backbone, head, codes = {}, {}, {}
    for name in arrays.files:
        plain, _, part = name.partition(":")
        if plain == "head":
            head[part] = torch.from_numpy(arrays[name])
        elif not part:
            backbone[plain] = torch.from_numpy(arrays[name])
        elif part == "codes":
            codes[plain] = (arrays[f"{plain}:scale"], arrays[name])
            scale, five = (torch.from_numpy(array) for array in codes[plain])
            backbone[plain] = blocks.dequantize(scale, five, torch.Size(arrays[f"{plain}:shape"]))
    return backbone, head, codes
