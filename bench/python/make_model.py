#!/usr/bin/env python3
"""Makes the checkpoints that the benchmark's engines are compared on: sequence classifiers, which every engine can load.

    make_model.py smollm2 CACHE PAIRS.jsonl OUT     SmolLM2-135M-Instruct with a score row fitted on pairs
    make_model.py 1B CACHE PAIRS.jsonl OUT          the shape of Llama 3.2 1B with random weights and SmolLM2's tokenizer

Rewards of the pairs have a standard deviation of 2, as those of published models do. Weights are stored in bfloat16, the type of
nearly every published model.
"""

import json
import sys
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForSequenceClassification

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "python"))
import smollm2  # noqa: E402

SPREAD = 2.0
# Short ones: they are there to give the row a scale and a meaning, not to measure it.
LONGEST_TOKENS, PAIRS = 160, 40
# Llama 3.2 1B, source: its config.json. The vocabulary is the tokenizer's: no engine multiplies the output matrix.
SHAPE_1B = dict(
    hidden_size=2048, intermediate_size=8192, num_hidden_layers=16, num_attention_heads=32, num_key_value_heads=8,
    max_position_embeddings=131072, rms_norm_eps=1e-5, rope_theta=500000.0,
)  # fmt: skip
RANDOM_DEVIATION = 0.02


def random_backbone(config: LlamaConfig) -> LlamaForSequenceClassification:
    shape = LlamaConfig(
        num_labels=1, vocab_size=config.vocab_size, pad_token_id=config.pad_token_id, bos_token_id=config.bos_token_id,
        eos_token_id=config.eos_token_id, tie_word_embeddings=True, initializer_range=RANDOM_DEVIATION, **SHAPE_1B,
    )  # fmt: skip
    torch.manual_seed(1)
    return LlamaForSequenceClassification(shape)


def pairs_of(file: str, tokenizer) -> list:
    rows = [json.loads(line) for line in open(file, encoding="utf-8")]
    ids = [[smollm2.token_ids(tokenizer, row["prompt"], row[side]) for side in ("chosen", "rejected")] for row in rows]
    return [pair for pair in ids if max(map(len, pair)) <= LONGEST_TOKENS][:PAIRS]


@torch.inference_mode()
def last_states(model, conversations: list) -> torch.Tensor:
    return torch.stack([model.model(input_ids=torch.tensor([ids])).last_hidden_state[0, -1] for ids in conversations])


def fitted_row(chosen: torch.Tensor, rejected: torch.Tensor) -> torch.Tensor:
    """Logistic regression on differences, with a little weight decay: what reward training does to a row over a frozen backbone."""
    row = torch.zeros(chosen.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS([row], lr=0.5, max_iter=200)

    def step():
        optimizer.zero_grad()
        loss = torch.nn.functional.softplus(-((chosen - rejected) @ row)).mean() + 2e-4 * (row @ row)
        loss.backward()
        return loss

    optimizer.step(step)
    return row.detach()


def main() -> None:
    kind, cache, pairs_file, out = sys.argv[1:]
    tokenizer, config, state = smollm2.load(Path(cache))
    config.num_labels = 1
    if kind == "smollm2":
        model = LlamaForSequenceClassification(config)
        model.model.load_state_dict(state)
    else:
        model = random_backbone(config)
    model.eval()
    with torch.no_grad():
        # What the file will hold, computed in float32. Parameters only: RoPE's frequencies are no part of the file.
        for parameter in model.parameters():
            parameter.copy_(parameter.bfloat16().float())
    pairs = pairs_of(pairs_file, tokenizer)
    states = last_states(model, [ids for pair in pairs for ids in pair])
    row = fitted_row(states[0::2], states[1::2])
    row *= SPREAD / (states @ row).std()
    with torch.no_grad():
        model.score.weight.copy_(row[None])
    model.to(torch.bfloat16).save_pretrained(out)
    tokenizer.save_pretrained(out)


if __name__ == "__main__":
    main()
