"""Heads of every family the project knows, as their published classes compute them, trained on frozen hidden states.

A family gives the tensors it trains, by the names of its published checkpoints, and the reward from them: `reward(tensors, h, gate)`
with `h` and `gate` `[conversations, hidden size]`, the hidden states at the last token and at the one a gate looks at.
"""

from dataclasses import dataclass, field
from typing import Callable

import torch
from torch.nn.functional import relu, selu, softplus

HIDDEN = 576
SPREAD = 2.0
OBJECTIVES, QUANTILES, ATTRIBUTES = 6, 5, 5
TEMPERATURE = 10.0
STEERLM_WEIGHTS = [0.3, 0.74, 0.46, 0.47, -0.33]
LOGIT_TOKEN = 9


@dataclass
class Family:
    shapes: dict
    reward: Callable
    # The tensors that are multiplied to give rewards a standard deviation of SPREAD.
    scaled: list
    # What goes into the checkpoint's profile.json; none where its files say all.
    profile: dict | None = None
    config: dict = field(default_factory=dict)


def linear(t, name, x):
    y = x @ t[f"{name}.weight"].T
    return y + t[f"{name}.bias"] if f"{name}.bias" in t else y


def layer(name, rows, columns=HIDDEN, bias=True):
    shapes = {f"{name}.weight": (rows, columns)}
    return {**shapes, f"{name}.bias": (rows,)} if bias else shapes


def value_head(t, h, gate):
    """Ray2333/GRM-*: `v_head.summary`, linear layers with ReLU between them (RewardBench, rewardbench/models/grm.py)."""
    return linear(t, "v_head.summary.2", relu(linear(t, "v_head.summary.0", h)))[:, 0]


def gated(t, h, gate):
    """LxzGordon/URM: odd rows of the score are deviations, the gate is a network with SELU and no softmax (SGLang, llama_reward.py)."""
    gates = linear(t, "weights.fc.4", selu(linear(t, "weights.fc.2", selu(linear(t, "weights.fc.0", h)))))
    return (linear(t, "score", h)[:, 0::2] * gates).sum(1)


def mixed(objectives, gates, t):
    weights = torch.softmax(gates / TEMPERATURE, dim=1) * t["gating.logit_scale"]
    return ((objectives @ t["reward_transform_matrix"]) * weights).sum(1)


def armorm(t, h, gate):
    """RLHFlow/ArmoRM, class LlamaForRewardModelWithGating of its checkpoint."""
    gates = linear(t, "gating.layers.1", relu(linear(t, "gating.layers.0", gate)))
    return mixed(linear(t, "regression_layer", h), gates, t)


def qrm(t, h, gate):
    """nicolinho/QRM, class of its checkpoint: an objective is the mean of its quantiles, the gate has a batch norm (eps 1e-5)."""
    hidden = relu(linear(t, "gating.layers.0", gate))
    norm = {name: t[f"gating.layers.2.{name}"] for name in ("weight", "bias", "running_mean", "running_var")}
    hidden = (hidden - norm["running_mean"]) / torch.sqrt(norm["running_var"] + 1e-5) * norm["weight"] + norm["bias"]
    quantiles = linear(t, "regression_layer", h).reshape(len(h), OBJECTIVES, QUANTILES)
    return mixed(quantiles.mean(2), linear(t, "gating.layers.3", hidden), t)


MIXTURE = {"gating.logit_scale": (1,), "reward_transform_matrix": (OBJECTIVES, OBJECTIVES)}
MIXTURE_PROFILE = {"gatingText": "<|im_end|>\n<|im_start|>assistant\n", "temperature": TEMPERATURE}

FAMILIES = {
    "linear-score": Family(layer("score", 1, bias=False), lambda t, h, g: linear(t, "score", h)[:, 0], ["score"]),
    "value-head": Family(
        {**layer("v_head.summary.0", 64), **layer("v_head.summary.2", 1, 64)}, value_head, ["v_head.summary.2"]
    ),
    "gated-attributes": Family(
        {
            **layer("score", 2 * ATTRIBUTES, bias=False),
            **layer("weights.fc.0", 64),
            **layer("weights.fc.2", 64, 64),
            **layer("weights.fc.4", ATTRIBUTES, 64),
        },
        gated,
        ["score"],
    ),
    "regression-head": Family(
        layer("regression_head", 1, bias=False), lambda t, h, g: linear(t, "regression_head", h)[:, 0], ["regression_head"]
    ),
    "starling": Family(layer("v_head", 1, bias=False), lambda t, h, g: linear(t, "v_head", h)[:, 0], ["v_head"]),
    "two-layer-score": Family(
        {**layer("score.0", 64), **layer("score.2", 1, 64)},
        lambda t, h, g: linear(t, "score.2", relu(linear(t, "score.0", h)))[:, 0],
        ["score.2"],
    ),
    "steerlm": Family(
        layer("score", ATTRIBUTES, bias=False),
        lambda t, h, g: linear(t, "score", h) @ torch.tensor(STEERLM_WEIGHTS, dtype=h.dtype),
        ["score"],
        {"head": "steerlm", "weights": STEERLM_WEIGHTS},
    ),
    "armorm": Family(
        {
            **layer("regression_layer", OBJECTIVES, bias=False),
            **layer("gating.layers.0", 64),
            **layer("gating.layers.1", OBJECTIVES, 64),
            **MIXTURE,
        },
        armorm,
        ["regression_layer"],
        {"head": "armorm", **MIXTURE_PROFILE},
    ),
    "qrm": Family(
        {
            **layer("regression_layer", OBJECTIVES * QUANTILES, bias=False),
            **layer("gating.layers.0", 64, bias=False),
            **{f"gating.layers.2.{name}": (64,) for name in ("weight", "bias", "running_mean", "running_var")},
            **layer("gating.layers.3", OBJECTIVES, 64),
            **MIXTURE,
        },
        qrm,
        ["regression_layer"],
        {"head": "qrm", **MIXTURE_PROFILE},
    ),
}


def start(family: Family) -> dict:
    tensors = {}
    for name, shape in family.shapes.items():
        if name.endswith(("running_var", "logit_scale", "2.weight")) and len(shape) == 1:
            tensors[name] = torch.ones(shape)
        elif name == "reward_transform_matrix":
            tensors[name] = torch.eye(OBJECTIVES) + 0.1 * torch.randn(shape)
        else:
            tensors[name] = torch.randn(shape) / shape[-1] ** 0.5
    return tensors


def trained(family: Family, chosen: tuple, rejected: tuple, steps: int = 150) -> dict:
    """Pairwise logistic loss with Adam, on all pairs at once; then scaled, and rounded to what a float16 file holds."""
    torch.manual_seed(3)
    tensors = start(family)
    learnt = [t.requires_grad_() for name, t in tensors.items() if "running" not in name]
    optimizer = torch.optim.Adam(learnt, lr=3e-3, weight_decay=1e-4)
    for _ in range(steps):
        optimizer.zero_grad()
        margins = family.reward(tensors, *chosen) - family.reward(tensors, *rejected)
        softplus(-margins).mean().backward()
        optimizer.step()
    with torch.no_grad():
        spread = torch.cat([family.reward(tensors, *chosen), family.reward(tensors, *rejected)]).std()
        for name in tensors:
            if any(name.startswith(f"{scaled}.") for scaled in family.scaled):
                tensors[name] *= SPREAD / spread
        return {name: t.detach().half().float() for name, t in tensors.items()}
