"""The fixture checkpoints with their weights as torch.save writes them, in every layout: write.py FIXTURES FOLDER.

Needs PyTorch and safetensors. In the order of the safetensors file, because a GGUF has its tensors in the order of its source.
"""

import json
import shutil
import struct
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

fixtures, target = map(Path, sys.argv[1:])


def in_file_order(file):
    with open(file, "rb") as stream:
        header = json.loads(stream.read(struct.unpack("<Q", stream.read(8))[0]))
    header.pop("__metadata__", None)
    tensors = load_file(file)
    return {name: tensors[name] for name in sorted(header, key=lambda name: header[name]["data_offsets"])}


def sharded(tensors, folder):
    names = list(tensors)
    halves = [names[: len(names) // 2], names[len(names) // 2 :]]
    weight_map = {}
    for number, half in enumerate(halves, 1):
        shard = f"pytorch_model-{number:05}-of-{len(halves):06}.bin"
        torch.save({name: tensors[name] for name in half}, folder / shard)
        weight_map |= dict.fromkeys(half, shard)
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"weight_map": weight_map}))


def one_storage(tensors):
    """Every tensor a part of one storage for each type, as FSDP leaves them."""
    flat, places = {}, {}
    for name, tensor in tensors.items():
        parts = flat.setdefault(tensor.dtype, [])
        places[name] = sum(part.numel() for part in parts)
        parts.append(tensor.reshape(-1))
    whole = {dtype: torch.cat(parts) for dtype, parts in flat.items()}
    return {
        name: whole[tensor.dtype][places[name] : places[name] + tensor.numel()].view(tensor.shape)
        for name, tensor in tensors.items()
    }


def transposed(tensors):
    return {name: t.t().contiguous().t() if t.dim() == 2 else t for name, t in tensors.items()}


def parts_of_larger(tensors):
    """Every second column of a matrix that is twice as wide."""
    return {name: t.repeat_interleave(2, 1)[:, ::2] if t.dim() == 2 else t for name, t in tensors.items()}


LAYOUTS = {
    "zip": lambda tensors, folder: torch.save(tensors, folder / "pytorch_model.bin"),
    "legacy": lambda tensors, folder: torch.save(
        tensors, folder / "pytorch_model.bin", _use_new_zipfile_serialization=False
    ),
    "nested": lambda tensors, folder: torch.save({"module": tensors, "step": 7}, folder / "mp_rank_00_model_states.pt"),
    "sharded": sharded,
    "one-storage": lambda tensors, folder: torch.save(one_storage(tensors), folder / "pytorch_model.bin"),
    "one-storage-legacy": lambda tensors, folder: torch.save(
        one_storage(tensors), folder / "pytorch_model.bin", _use_new_zipfile_serialization=False
    ),
    "transposed": lambda tensors, folder: torch.save(transposed(tensors), folder / "pytorch_model.bin"),
    "parts": lambda tensors, folder: torch.save(parts_of_larger(tensors), folder / "pytorch_model.bin"),
}

for fixture in sorted(fixtures.iterdir()):
    if not (fixture / "model.safetensors").exists():
        continue
    tensors = in_file_order(fixture / "model.safetensors")
    for layout, write in LAYOUTS.items():
        folder = target / layout / fixture.name
        shutil.copytree(fixture, folder, ignore=shutil.ignore_patterns("model.safetensors", "expected.json"))
        write(tensors, folder)
