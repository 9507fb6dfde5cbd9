#!/usr/bin/env python3
"""Makes checkpoints over SmolLM2's trained backbone, one for every family of heads, and their rewards by transformers in float32.

    make_reference.py WORK LLMBAR.jsonl PAIRS

Writes WORK/<family>/ (checkpoint), WORK/<family>.json (rewards), WORK/conversations.json (messages and token ids), and the same for
heads of steps (WORK/steps.json) and of pairs.
"""

import json
import sys
from pathlib import Path

import torch
from checkpoints import Writer, in_turn
from heads import FAMILIES, LOGIT_TOKEN, REWARD_TOKEN, trained
from inputs import GATING_TEXT, OPENRLHF_EOS, ids_of, smollm2, states_of
from preference import write_preference
from safetensors.torch import save_file
from steps import write_steps
from transformers import LlamaForSequenceClassification

LONGEST_TOKENS = 700


def read_pairs(file: str, tokenizer, most: int) -> list:
    """Rows with the token ids of both answers, without the few of which one is very long."""
    pairs = []
    for line in open(file, encoding="utf-8"):
        row = json.loads(line)
        ids = [ids_of(tokenizer, row["prompt"], row[side]) for side in ("chosen", "rejected")]
        if max(len(each["text"]) for each in ids) <= LONGEST_TOKENS:
            pairs.append((row, ids))
    return pairs[:most]


def write_conversations(work: Path, pairs: list) -> None:
    conversations = [
        {"messages": smollm2.messages_of(row["prompt"], row[name]), "ids": ids[side]["text"], "inputs": ids[side]}
        for row, ids in pairs
        for side, name in enumerate(("chosen", "rejected"))
    ]
    (work / "conversations.json").write_text(json.dumps(conversations))
    with open(work / "pairs.jsonl", "w", encoding="utf-8") as file:
        for index, (row, _) in enumerate(pairs):
            record = {"id": index, **{name: row[name] for name in ("prompt", "chosen", "rejected")}}
            file.write(json.dumps(record) + "\n")


def save_tokenizers(work: Path, tokenizer) -> None:
    tokenizer.save_pretrained(work / "tokenizer")
    usual, tokenizer.eos_token = tokenizer.eos_token, OPENRLHF_EOS
    tokenizer.save_pretrained(work / "tokenizer-eos")
    tokenizer.eos_token = usual


@torch.no_grad()
def write_families(writer: Writer, sides: list, save_classifier) -> None:
    """`sides`: hidden states of the chosen and of the rejected answers."""
    for name, family in FAMILIES.items():
        inputs = [(side[family.reads], side["gate"][: len(side[family.reads])]) for side in sides]
        with torch.enable_grad():
            head = trained(family, *inputs)
        if name == "linear-score":
            # The one that transformers has a class for, saved by it.
            save_classifier(name, head)
        else:
            folder = "tokenizer-eos" if family.reads == "eos" else "tokenizer"
            writer.checkpoint(name, head, profile=family.profile, fields=family.config, tokenizer=folder)
        details = [family.details(head, *each) for each in inputs] if family.details else [{}, {}]
        writer.expect(
            name,
            in_turn([family.reward(head, *each) for each in inputs]),
            reads=family.reads,
            details={key: in_turn([each[key] for each in details]) for key in details[0]},
        )


def main() -> None:
    work, pairs_file, most = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    tokenizer, config, state = smollm2.load(work)
    assert tokenizer.convert_ids_to_tokens(REWARD_TOKEN) == "<file_sep>"
    config.num_labels = 1
    model = LlamaForSequenceClassification(config).eval()
    model.model.load_state_dict(state)
    with torch.no_grad():
        # What the files will hold, computed in float32. Parameters only: RoPE's frequencies are no part of them.
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())
    save_tokenizers(work, tokenizer)
    tensors = {f"model.{name}": t.half().clone() for name, t in model.model.state_dict().items()}
    save_file(tensors, work / "backbone.safetensors", {"format": "pt"})
    writer = Writer(work, config.to_dict(), work / "backbone.safetensors")

    pairs = read_pairs(pairs_file, tokenizer, most)
    write_conversations(work, pairs)
    pattern = tokenizer(GATING_TEXT, add_special_tokens=False)["input_ids"]
    sides = states_of(model.model, [ids for _, ids in pairs], pattern)
    rows = [row for row, _ in pairs]
    write_steps(writer, model.model, tokenizer, rows)
    write_preference(writer, model.model, tokenizer, rows)

    logit = model.model.embed_tokens.weight[LOGIT_TOKEN].detach().clone()

    def save_classifier(name: str, head: dict) -> None:
        model.score.weight.copy_(head["score.weight"])
        model.half().save_pretrained(work / name)
        tokenizer.save_pretrained(work / name)

    write_families(writer, sides, save_classifier)
    # One logit of the language model, whose output matrix is the token embedding. It is the last, so that its file says all is there.
    fields = {"architectures": ["LlamaForCausalLM"]}
    writer.checkpoint("logit", {}, profile={"head": "logit", "token": LOGIT_TOKEN}, fields=fields)
    writer.expect("logit", in_turn([side["text"] @ logit for side in sides]), reads="text")


if __name__ == "__main__":
    main()
