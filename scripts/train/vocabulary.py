"""A smaller vocabulary whose merges stay closed: every token kept can be built from tokens kept, every byte is a token, so that any text
still becomes tokens. Tokens keep their order; merges keep theirs."""

from __future__ import annotations

import json
from collections import Counter

from tokenizers import Tokenizer

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
# Merges stand in the order of their frequency in what the vocabulary was trained on: the first are common English.
COMMON = 2000


def prune(tokenizer: Tokenizer, texts: list[str], size: int) -> tuple[dict, list[int]]:
    """The content of the new tokenizer.json, and the old id of each new one."""
    content = json.loads(tokenizer.to_str())
    model = content["model"]
    vocabulary: dict[str, int] = model["vocab"]
    merges = [tuple(merge.split(" ")) if isinstance(merge, str) else tuple(merge) for merge in model["merges"]]
    parents = {left + right: (left, right) for left, right in reversed(merges)}
    counts = Counter(token for encoding in tokenizer.encode_batch(texts, add_special_tokens=False) for token in encoding.tokens)
    kept = {token for token in vocabulary if len(token) == 1} | set(SPECIAL)
    wanted = [left + right for left, right in merges[:COMMON]] + [token for token, count in counts.most_common() if count > 1]
    for token in wanted:
        added = closure(token, parents, kept)
        if added is not None and len(kept) + len(added) <= size:
            kept |= added
    order = sorted(kept, key=lambda token: vocabulary[token])
    model["vocab"] = {token: new for new, token in enumerate(order)}
    model["merges"] = [list(merge) for merge in merges if merge[0] + merge[1] in kept and merge[0] in kept and merge[1] in kept]
    content["added_tokens"] = [
        {**entry, "id": model["vocab"][entry["content"]]} for entry in content["added_tokens"] if entry["content"] in SPECIAL
    ]
    content["post_processor"] = None
    return content, [vocabulary[token] for token in order]


def closure(token: str, parents: dict[str, tuple[str, str]], kept: set[str]) -> set[str] | None:
    """What must be kept for the token, itself included; none where it is no result of merges."""
    added, open_tokens = set(), [token]
    while open_tokens:
        current = open_tokens.pop()
        if current in kept or current in added:
            continue
        if current not in parents:
            return None
        added.add(current)
        open_tokens += parents[current]
    return added
