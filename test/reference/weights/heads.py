"""Heads of every family the project knows, as their published classes compute them, trained on frozen hidden states.

A family gives the tensors it trains, by the names of its published checkpoints, and the reward from them: `reward(tensors, h, gate)`
with `h` and `gate` `[conversations, hidden size]`, the hidden states at the scored token and at the one a gate looks at. `details` gives
what else the product tells of a reward, each `[conversations, columns]`.
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
# <file_sep> of SmolLM2's vocabulary, which no conversation has.
REWARD_TOKEN = 5


@dataclass
class Family:
    shapes: dict
    reward: Callable
    # The tensors that are multiplied to give rewards a standard deviation of SPREAD.
    scaled: list
    # What goes into the checkpoint's profile.json; none where its files say all.
    profile: dict | None = None
    # Beside what the backbone's config says.
    config: dict = field(default_factory=dict)
    # Whose end is scored: `text`, the rendered one; or one that ends in a token of its own, see inputs.py.
    reads: str = "text"
    details: Callable | None = None


def linear(t, name, x):
    y = x @ t[f"{name}.weight"].T
    return y + t[f"{name}.bias"] if f"{name}.bias" in t else y


def layer(name, rows, columns=HIDDEN, bias=True):
    shapes = {f"{name}.weight": (rows, columns)}
    return {**shapes, f"{name}.bias": (rows,)} if bias else shapes


def value_head(t, h, gate):
    """Ray2333/GRM-*: `v_head.summary`, linear layers with ReLU between them (RewardBench, rewardbench/models/grm.py)."""
    return linear(t, "v_head.summary.2", relu(linear(t, "v_head.summary.0", h)))[:, 0]


def urm_gates(t, h):
    return linear(t, "weights.fc.4", selu(linear(t, "weights.fc.2", selu(linear(t, "weights.fc.0", h)))))


def gated(t, h, gate):
    """LxzGordon/URM: odd rows of the score are deviations, the gate is a network with SELU and no softmax (SGLang, llama_reward.py)."""
    return (linear(t, "score", h)[:, 0::2] * urm_gates(t, h)).sum(1)


def gated_details(t, h, gate):
    """The odd rows are logarithms of deviations (arXiv 2410.00847); those of independent attributes add up as squares."""
    rows, gates = linear(t, "score", h), urm_gates(t, h)
    variance = (gates * torch.exp(rows[:, 1::2])).square().sum(1, keepdim=True)
    return {"mean": rows[:, 0::2], "gate": gates, "logarithm of std": variance.log() / 2}


def gate_weights(gates, t):
    return torch.softmax(gates / TEMPERATURE, dim=1) * t["gating.logit_scale"]


def mixed(objectives, gates, t):
    return ((objectives @ t["reward_transform_matrix"]) * gate_weights(gates, t)).sum(1)


def armorm_gates(t, gate):
    return linear(t, "gating.layers.1", relu(linear(t, "gating.layers.0", gate)))


def armorm(t, h, gate):
    """RLHFlow/ArmoRM, class LlamaForRewardModelWithGating of its checkpoint."""
    return mixed(linear(t, "regression_layer", h), armorm_gates(t, gate), t)


def armorm_details(t, h, gate):
    return {"mean": linear(t, "regression_layer", h), "gate": gate_weights(armorm_gates(t, gate), t)}


def qrm_parts(t, h, gate):
    """nicolinho/QRM, class of its checkpoint: an objective is the mean of its quantiles, the gate has a batch norm (eps 1e-5)."""
    hidden = relu(linear(t, "gating.layers.0", gate))
    norm = {name: t[f"gating.layers.2.{name}"] for name in ("weight", "bias", "running_mean", "running_var")}
    hidden = (hidden - norm["running_mean"]) / torch.sqrt(norm["running_var"] + 1e-5) * norm["weight"] + norm["bias"]
    quantiles = linear(t, "regression_layer", h).reshape(len(h), OBJECTIVES, QUANTILES)
    return quantiles, linear(t, "gating.layers.3", hidden)


def qrm(t, h, gate):
    quantiles, gates = qrm_parts(t, h, gate)
    return mixed(quantiles.mean(2), gates, t)


def qrm_details(t, h, gate):
    """The reward at each level of the quantiles, mixed as the means are."""
    quantiles, gates = qrm_parts(t, h, gate)
    levels = [mixed(quantiles[:, :, level], gates, t) for level in range(QUANTILES)]
    return {"mean": quantiles.mean(2), "quantile": torch.stack(levels, dim=1)}


def normalized(t, h, gate):
    """OpenRLHF 0.11 openrlhf/models/model.py: (row − mean) / std, of which its trainer writes the two into config.json."""
    return (linear(t, "score", h)[:, 0] - OPENRLHF["mean"]) / OPENRLHF["std"]


OPENRLHF = {"normalize_reward": True, "mean": 0.75, "std": 1.5}
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
        details=gated_details,
    ),
    "value-row": Family(layer("v_head.summary", 1), lambda t, h, g: linear(t, "v_head.summary", h)[:, 0], ["v_head.summary"]),
    # A classifier with two labels, of which the second is the reward.
    "two-labels": Family(
        layer("score", 2, bias=False),
        lambda t, h, g: linear(t, "score", h)[:, 1],
        ["score"],
        {"head": "linear-score", "rewardLabel": 1},
        {"num_labels": 2, "id2label": {"0": "bad", "1": "good"}, "label2id": {"bad": 0, "good": 1}},
        details=lambda t, h, g: {"mean": linear(t, "score", h)},
    ),
    "score-with-bias": Family(layer("score", 1), lambda t, h, g: linear(t, "score", h)[:, 0], ["score"]),
    "open-rlhf": Family(layer("score", 1, bias=False), normalized, ["score"], None, OPENRLHF, reads="eos"),
    "reward-token": Family(
        layer("v_head", 1, bias=False),
        lambda t, h, g: linear(t, "v_head", h)[:, 0],
        ["v_head"],
        config={"reward_token_id": REWARD_TOKEN},
        reads="reward",
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
        details=lambda t, h, g: {"mean": linear(t, "score", h)},
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
        details=armorm_details,
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
        details=qrm_details,
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
