"""Writes checkpoints whose backbone is one file, and their rewards beside them."""

import json
import os
import shutil
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

SHARDS = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]


class Writer:
    """Of checkpoints in one folder.

    config: the backbone's; backbone: file with its tensors, to which all checkpoints link.
    """

    def __init__(self, work: Path, config: dict, backbone: Path):
        self.work, self.config, self.backbone = work, config, backbone

    def checkpoint(self, name: str, head: dict, *, profile=None, fields=None, tokenizer="tokenizer") -> None:
        """Two shards with an index. Tensors of the head are stored in float16."""
        folder = self.work / name
        shutil.copytree(self.work / tokenizer, folder)
        os.link(self.backbone, folder / SHARDS[0])
        with safe_open(self.backbone, "pt") as file:
            weight_map = {tensor: SHARDS[0] for tensor in file.keys()}
        if head:
            save_file({tensor: t.half().contiguous() for tensor, t in head.items()}, folder / SHARDS[1], {"format": "pt"})
            weight_map.update({tensor: SHARDS[1] for tensor in head})
        index = {"metadata": {}, "weight_map": weight_map}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index))
        config = {**self.config, "torch_dtype": "float16", "architectures": [f"{name}-of-the-reference"], **(fields or {})}
        (folder / "config.json").write_text(json.dumps(config))
        if profile is not None:
            (folder / "profile.json").write_text(json.dumps(profile))

    def expect(self, name: str, rewards, **more) -> None:
        """`rewards` in the order of what is scored; `reads`, whose token ids were; `details`, columns for each reward."""
        (self.work / f"{name}.json").write_text(json.dumps({"rewards": plain(rewards), **plain(more)}))


def plain(value):
    """As JSON has it."""
    if isinstance(value, torch.Tensor):
        return value.tolist()
    return {key: plain(each) for key, each in value.items()} if isinstance(value, dict) else value


def in_turn(sides: list) -> torch.Tensor:
    """Chosen and rejected of each pair one after the other, `[2 · pairs, …]`."""
    return torch.stack(sides, dim=1).flatten(0, 1)
