#!/usr/bin/env python3
"""Makes checkpoints over SmolLM2's trained backbone, one for every family of heads, and their rewards by transformers in float32.

    make_reference.py WORK LLMBAR.jsonl PAIRS

Writes WORK/<family>/ (checkpoint), WORK/<family>.json (rewards), WORK/conversations.json (messages and token ids).
"""

import json
import os
import shutil
import sys
from pathlib import Path

import torch
from heads import FAMILIES, LOGIT_TOKEN, trained
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import LlamaForSequenceClassification

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "scripts" / "python"))
import smollm2  # noqa: E402

LONGEST_TOKENS = 700


def gating_position(ids: list, pattern: list) -> int:
    """Where the last occurrence starts, as `find_token_for_gating` of RLHFlow/ArmoRM's class has it."""
    for start in range(len(ids) - len(pattern), -1, -1):
        if ids[start : start + len(pattern)] == pattern:
            return start
    raise ValueError("the pattern is not there")


@torch.no_grad()
def states_of(backbone, conversations: list, pattern: list) -> tuple:
    """Hidden states after the final norm at the last token and at the gating position, one conversation at a time."""
    last, gating = [], []
    for ids in conversations:
        states = backbone(input_ids=torch.tensor([ids]), use_cache=False).last_hidden_state[0]
        last.append(states[-1].clone())
        gating.append(states[gating_position(ids, pattern)].clone())
    return torch.stack(last), torch.stack(gating)


def write_checkpoint(folder: Path, backbone: Path, head: dict, config: dict, tokenizer: Path, profile) -> None:
    """Two shards with an index: the backbone's file is the same for all."""
    shutil.copytree(tokenizer, folder)
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    os.link(backbone, folder / names[0])
    with safe_open(backbone, "pt") as file:
        weight_map = {name: names[0] for name in file.keys()}
    if head:
        save_file({name: t.half().contiguous() for name, t in head.items()}, folder / names[1], {"format": "pt"})
        weight_map.update({name: names[1] for name in head})
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    (folder / "config.json").write_text(json.dumps(config))
    if profile is not None:
        (folder / "profile.json").write_text(json.dumps(profile))


def main() -> None:
    work, pairs_file, most = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    tokenizer, config, state = smollm2.load(work)
    config.num_labels = 1
    model = LlamaForSequenceClassification(config).eval()
    model.model.load_state_dict(state)
    with torch.no_grad():
        # What the files will hold, computed in float32. Parameters only: RoPE's frequencies are no part of them.
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())
    pairs = []
    for line in open(pairs_file, encoding="utf-8"):
        row = json.loads(line)
        ids = [smollm2.token_ids(tokenizer, row["prompt"], row[side]) for side in ("chosen", "rejected")]
        if max(map(len, ids)) <= LONGEST_TOKENS:
            pairs.append((row, ids))
    pairs = pairs[:most]
    pattern = tokenizer("<|im_end|>\n<|im_start|>assistant\n", add_special_tokens=False)["input_ids"]
    sides = [states_of(model.model, [ids[side] for _, ids in pairs], pattern) for side in (0, 1)]
    conversations = [
        {"messages": smollm2.messages_of(row["prompt"], row[name]), "ids": ids[side]}
        for row, ids in pairs
        for side, name in enumerate(("chosen", "rejected"))
    ]
    (work / "conversations.json").write_text(json.dumps(conversations))
    with open(work / "pairs.jsonl", "w", encoding="utf-8") as file:
        for index, (row, _) in enumerate(pairs):
            record = {"id": index, **{name: row[name] for name in ("prompt", "chosen", "rejected")}}
            file.write(json.dumps(record) + "\n")

    tokenizer.save_pretrained(work / "tokenizer")
    backbone = work / "backbone.safetensors"
    tensors = {f"model.{name}": t.half().clone() for name, t in model.model.state_dict().items()}
    save_file(tensors, backbone, {"format": "pt"})

    def rewards_of(reward) -> list:
        with torch.no_grad():
            both = [reward(*side) for side in sides]
        return torch.stack(both, dim=1).flatten().tolist()

    for name, family in FAMILIES.items():
        head = trained(family, *sides)
        written = {**config.to_dict(), "torch_dtype": "float16", "architectures": [f"{name}-of-the-reference"]}
        if name == "linear-score":
            # The one that transformers has a class for, saved by it.
            with torch.no_grad():
                model.score.weight.copy_(head["score.weight"])
            model.half().save_pretrained(work / name)
            tokenizer.save_pretrained(work / name)
        else:
            write_checkpoint(work / name, backbone, head, written, work / "tokenizer", family.profile)
        rewards = rewards_of(lambda h, g: family.reward(head, h, g))
        (work / f"{name}.json").write_text(json.dumps(rewards))

    # One logit of the language model, whose output matrix is the token embedding.
    row = tensors["model.embed_tokens.weight"][LOGIT_TOKEN].float()
    written = {**config.to_dict(), "torch_dtype": "float16", "architectures": ["LlamaForCausalLM"]}
    profile = {"head": "logit", "token": LOGIT_TOKEN}
    write_checkpoint(work / "logit", backbone, {}, written, work / "tokenizer", profile)
    (work / "logit.json").write_text(json.dumps(rewards_of(lambda h, g: h @ row)))


if __name__ == "__main__":
    main()
