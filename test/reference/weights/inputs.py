"""Token ids as the published usages make them, and the hidden states that heads see: one pass of the backbone for all of them."""

import sys
from pathlib import Path

import torch
from heads import REWARD_TOKEN
from transformers import DynamicCache

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "scripts" / "python"))
import smollm2  # noqa: E402

GATING_TEXT = "<|im_end|>\n<|im_start|>assistant\n"
# What OpenRLHF's checkpoint has for EOS: a token in which the template's text does not end, so that it has to be put there.
OPENRLHF_EOS = "<|endoftext|>"
# Pairs that are read in forms other than the rendered text, too: each costs a pass of its own over all weights, and of their heads few
# conversations are compared.
PAIRS_OF_ALL_FORMS = 100


def ids_of(tokenizer, prompt: str, response: str) -> dict:
    """By what is scored: the end of the rendered text, an EOS of OpenRLHF's, a reward token of InternLM 2's."""
    text = tokenizer.apply_chat_template(smollm2.messages_of(prompt, response), tokenize=False)
    encode = lambda text: tokenizer(text, add_special_tokens=False)["input_ids"]  # noqa: E731
    # openrlhf/datasets/reward_dataset.py, 0.11.2: line breaks are stripped, a space and EOS put behind the text.
    stripped = text.rstrip("\n")
    ended = stripped if stripped.endswith(OPENRLHF_EOS) else f"{stripped} {OPENRLHF_EOS}"
    ids = encode(text)
    # rewardbench/models/internlm.py, 0.1.4: the token is put behind what does not end in it.
    return {"text": ids, "eos": encode(ended), "reward": ids if ids[-1] == REWARD_TOKEN else [*ids, REWARD_TOKEN]}


def gating_position(ids: list, pattern: list) -> int:
    """Where the last occurrence starts, as `find_token_for_gating` of RLHFlow/ArmoRM's class has it."""
    for start in range(len(ids) - len(pattern), -1, -1):
        if ids[start : start + len(pattern)] == pattern:
            return start
    raise ValueError("the pattern is not there")


def shared(first: list, second: list) -> int:
    """How many tokens two lists begin with in common."""
    count = 0
    while count < min(len(first), len(second)) and first[count] == second[count]:
        count += 1
    return count


class Reader:
    """Hidden states after the final norm of one text after the other: what a text begins with in common with the last one is not computed again."""

    def __init__(self, backbone):
        self.backbone = backbone
        self.cache = DynamicCache(config=backbone.config)
        self.ids = []
        self.states = torch.empty(0, backbone.config.hidden_size)

    @torch.no_grad()
    def read(self, ids: list) -> torch.Tensor:
        """`[tokens, hidden size]`"""
        kept = min(shared(self.ids, ids), len(ids) - 1)
        if kept < len(self.ids):
            self.cache.crop(kept - len(self.ids))
        rest = self.backbone(input_ids=torch.tensor([ids[kept:]]), cache=self.cache, use_cache=True)
        self.ids = ids
        self.states = torch.cat([self.states[:kept], rest.last_hidden_state[0]])
        return self.states


def states_of(backbone, pairs: list, pattern: list) -> list:
    """For the first answers of pairs and for the second, hidden states `[pairs, hidden size]`: at the gating position, and at the end of each
    form of `ids_of`, the rendered text's of all pairs."""
    reader = Reader(backbone)
    sides = [{"gate": [], "text": [], "eos": [], "reward": []} for _ in range(2)]
    for index, pair in enumerate(pairs):
        forms = ("text", "eos", "reward") if index < PAIRS_OF_ALL_FORMS else ("text",)
        for ids, found in zip(pair, sides):
            found["gate"].append(reader.read(ids["text"])[gating_position(ids["text"], pattern)].clone())
            for name in forms:
                found[name].append(reader.read(ids[name])[-1].clone())
    return [{name: torch.stack(states) for name, states in found.items()} for found in sides]
