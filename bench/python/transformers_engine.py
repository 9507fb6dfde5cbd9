#!/usr/bin/env python3
"""Hugging Face transformers as an engine of the benchmark: conversations sorted by length, in padded batches.

    transformers_engine.py CHECKPOINT DTYPE THREADS
"""

import sys

import torch
from serve_lines import serve
from transformers import AutoModelForSequenceClassification, AutoTokenizer

# Of 1, 4, 8 and 16 the one that took the fewest seconds over all workloads: a CPU gains little from batches and loses by padding.
BATCH = 4


def load() -> tuple:
    checkpoint, dtype, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    model = AutoModelForSequenceClassification.from_pretrained(checkpoint, dtype=getattr(torch, dtype)).eval()

    @torch.inference_mode()
    def score(conversations: list) -> list:
        rewards = [0.0] * len(conversations)
        order = sorted(range(len(conversations)), key=lambda index: len(conversations[index]))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            lengths = torch.tensor([len(conversations[index]) for index in chosen])
            longest = int(lengths.max())
            rows = torch.tensor([conversations[index] + [0] * (longest - len(conversations[index])) for index in chosen])
            mask = (torch.arange(longest) < lengths[:, None]).long()
            states = model.model(input_ids=rows, attention_mask=mask, use_cache=False).last_hidden_state
            # The head on the last position of each: the classifier's own call looks for padding by its id.
            last = model.score(states[torch.arange(len(chosen)), lengths - 1])
            for index, reward in zip(chosen, last[:, 0].float().tolist()):
                rewards[index] = reward
        return rewards

    return tokenizer, score, lambda: None


if __name__ == "__main__":
    serve(load)
