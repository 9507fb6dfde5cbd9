#!/usr/bin/env python3
"""Rewards of a quantized GGUF's weights, read and dequantized by transformers, computed in float32.

    dequantized.py WORK GGUF CHECKPOINT CONVERSATIONS RESULT

CHECKPOINT (a folder in WORK) has the score row, and the config whose epsilon transformers does not read from a GGUF.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors import safe_open
from transformers import AutoConfig, AutoModelForCausalLM


def backbone_of(gguf: Path, checkpoint: Path):
    causal = AutoModelForCausalLM.from_pretrained(str(gguf.parent), gguf_file=gguf.name, dtype=torch.float32)
    epsilon = AutoConfig.from_pretrained(str(checkpoint)).rms_norm_eps
    for module in causal.modules():
        if hasattr(module, "variance_epsilon"):
            module.variance_epsilon = epsilon
    return causal.model.eval()


@torch.no_grad()
def main() -> None:
    work, gguf, checkpoint = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[1]) / sys.argv[3]
    backbone = backbone_of(gguf, checkpoint)
    with safe_open(checkpoint / "model.safetensors", "pt") as file:
        row = file.get_tensor("score.weight").float()[0]
    conversations = json.loads((work / "conversations.json").read_text())[: int(sys.argv[4])]
    rewards = []
    for conversation in conversations:
        states = backbone(input_ids=torch.tensor([conversation["ids"]])).last_hidden_state
        rewards.append(float(states[0, -1] @ row))
    Path(sys.argv[5]).write_text(json.dumps({"rewards": rewards}))


main()
