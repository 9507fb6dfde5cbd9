"""Heads of steps over SmolLM2: what a process reward model of each published usage gives for LLMBar's answers, step by step."""

import json
import re
from math import prod

import torch
from checkpoints import Writer
from heads import HIDDEN, SPREAD, layer, linear
from torch.nn.functional import binary_cross_entropy_with_logits, relu

# Answers of the first pairs, cut where sentences end.
PAIRS, MOST_STEPS = 6, 6
TAG = "<file_sep>"
LABELS = ["+", "-"]
TAGGED = {"layout": "tagged", "tag": TAG, "between": "", "mark": TAG}
TRL = {"layout": "pieces", "separator": "\n"}


def split(answer: str) -> list:
    parts = [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", answer)]
    return [part for part in parts if part][:MOST_STEPS]


def pieces(tokenizer, head: list, steps: list) -> tuple:
    """Every step tokenized by itself, with a line break behind it, whose last token is scored."""
    encode = lambda text: tokenizer(text, add_special_tokens=False)["input_ids"]  # noqa: E731
    ids, positions = list(head), []
    for step in steps:
        ids += encode(step) + encode("\n")
        positions.append(len(ids) - 1)
    return ids, positions


def trl(tokenizer, prompt: str, steps: list) -> tuple:
    """TRL 0.29.1 trl/experimental/prm/prm_trainer.py, `tokenize_row`: BOS, the prompt, then the steps; no template."""
    return pieces(tokenizer, [tokenizer.bos_token_id, *tokenizer(prompt, add_special_tokens=False)["input_ids"]], steps)


def skywork(tokenizer, prompt: str, steps: list) -> tuple:
    """SkyworkAI/skywork-o1-prm-inference model_utils/io_utils.py, `prepare_input`."""
    return pieces(tokenizer, tokenizer.encode(tokenizer.bos_token + prompt + "\n"), steps)


def tagged(tokenizer, prompt: str, steps: list) -> tuple:
    """Model card of Qwen/Qwen2.5-Math-PRM-7B: a tag behind every step of the assistant's turn."""
    content = "".join(step + TAG for step in steps)
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": content}]
    ids = tokenizer(tokenizer.apply_chat_template(messages, tokenize=False), add_special_tokens=False)["input_ids"]
    tag = tokenizer.convert_tokens_to_ids(TAG)
    return ids, [position for position, token in enumerate(ids) if token == tag]


def two_labels(rows):
    return rows[:, 1] - rows[:, 0]


# By name: the usage, the tensors, the logarithm of the odds that a step is right, how steps make one reward, and config and profile.
FAMILIES = {
    "step-token": (
        trl, layer("score", 2), lambda t, h: two_labels(linear(t, "score", h)), min,
        {"architectures": ["LlamaForTokenClassification"], "num_labels": 2},
        {"head": "step-token", "steps": {**TRL, "aggregate": "min"}},
    ),
    "step-value": (
        skywork, layer("v_head.summary", 1), lambda t, h: linear(t, "v_head.summary", h)[:, 0],
        lambda rewards: sum(rewards) / len(rewards), {}, {"head": "step-value"},
    ),
    "step-two-layer": (
        tagged, {**layer("score.0", 64), **layer("score.2", 2, 64)},
        lambda t, h: two_labels(linear(t, "score.2", relu(linear(t, "score.0", h)))), prod, {},
        {"head": "step-two-layer", "steps": {**TAGGED, "aggregate": "product"}},
    ),
    "step-logit": (
        tagged, {}, None, min, {"architectures": ["LlamaForCausalLM"]},
        {"head": "step-logit", "labels": LABELS, "steps": {**TAGGED, "aggregate": "min"}},
    ),
}  # fmt: skip


def trained(shapes: dict, odds, states: torch.Tensor, labels: torch.Tensor) -> dict:
    """Logistic regression by Adam, scaled like the other heads, rounded to what a float16 file holds."""
    torch.manual_seed(5)
    tensors = {name: (torch.randn(shape) / HIDDEN**0.5).requires_grad_() for name, shape in shapes.items()}
    optimizer = torch.optim.Adam(tensors.values(), lr=3e-3)
    for _ in range(150):
        optimizer.zero_grad()
        binary_cross_entropy_with_logits(odds(tensors, states), labels).backward()
        optimizer.step()
    with torch.no_grad():
        last = list(shapes)[-2:]
        factor = SPREAD / odds(tensors, states).std()
        return {name: (t * factor if name in last else t).half().float() for name, t in tensors.items()}


@torch.no_grad()
def write_steps(writer: Writer, backbone, tokenizer, rows: list) -> None:
    answers = [(row["prompt"], split(row[side]), side) for row in rows[:PAIRS] for side in ("chosen", "rejected")]
    inputs, states = {}, {}
    for usage in (trl, skywork, tagged):
        name = usage.__name__
        inputs[name] = [usage(tokenizer, prompt, steps) for prompt, steps, _ in answers]
        states[name] = [
            backbone(input_ids=torch.tensor([ids]), use_cache=False).last_hidden_state[0, positions]
            for ids, positions in inputs[name]
        ]
    cases = [
        {"prompt": prompt, "steps": steps, "inputs": {name: inputs[name][index][0] for name in inputs}}
        for index, (prompt, steps, _) in enumerate(answers)
    ]
    (writer.work / "steps.json").write_text(json.dumps(cases))
    labels = torch.cat([torch.full((len(steps),), float(side == "chosen")) for _, steps, side in answers])
    good, bad = (backbone.embed_tokens.weight[tokenizer.convert_tokens_to_ids(label)] for label in LABELS)
    for name, (usage, shapes, odds, aggregate, fields, profile) in FAMILIES.items():
        found = states[usage.__name__]
        with torch.enable_grad():
            head = trained(shapes, odds, torch.cat(found), labels) if odds else {}
        writer.checkpoint(name, head, profile=profile, fields=fields)
        values = [(odds(head, each) if odds else each @ (good - bad)).double().sigmoid().tolist() for each in found]
        writer.expect(name, [aggregate(each) for each in values], reads=usage.__name__, steps=values)
