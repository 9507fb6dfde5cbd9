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


@torch.no_grad()
def states_of(backbone, conversations: list, pattern: list) -> dict:
    """Hidden states after the final norm `[conversations, hidden size]`: at the gating position, and at the end of each form of `ids_of`.

    A conversation is computed once: the other ends go on from its cache.
    """
    found = {"gate": [], "text": [], "eos": [], "reward": []}
    for ids in conversations:
        text = ids["text"]
        cache = DynamicCache(config=backbone.config)
        states = backbone(input_ids=torch.tensor([text]), cache=cache, use_cache=True).last_hidden_state[0]
        found["text"].append(states[-1].clone())
        found["gate"].append(states[gating_position(text, pattern)].clone())
        # The longest common beginning first: what is cut off a cache is gone.
        for name in sorted(("eos", "reward"), key=lambda name: -shared(text, ids[name])):
            kept = min(shared(text, ids[name]), len(ids[name]) - 1)
            cache.crop(kept - cache.get_seq_length())
            rest = backbone(input_ids=torch.tensor([ids[name][kept:]]), cache=cache, use_cache=True)
            found[name].append(rest.last_hidden_state[0, -1].clone())
    return {name: torch.stack(states) for name, states in found.items()}
