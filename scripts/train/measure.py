"""Accuracy by kind, temperature and spread of a model on held-out groups; all in float32."""

from __future__ import annotations

import torch
from batches import Groups
from kinds import KINDS
from model import RewardModel
from torch.nn import functional as F


@torch.inference_mode()
def scores(model: RewardModel, groups: Groups, size: int = 64) -> dict[str, torch.Tensor]:
    """Everything the head gives for every sequence, with its kind and the reward of its group's good answer."""
    found: dict[str, list[torch.Tensor]] = {}
    for batch in groups.all(size):
        outs = [model(ids, last) for ids, last in batch.parts]
        out = {name: torch.cat([part[name] for part in outs])[batch.order] for name in outs[0]}
        for name, value in {**out, "good": out["reward"][batch.good], "kinds": batch.kinds}.items():
            found.setdefault(name, []).append(value)
    return {name: torch.cat(values).float().cpu() for name, values in found.items()}


def accuracy(model: RewardModel, groups: Groups) -> dict[str, float]:
    """Share of good answers above the other of their pair."""
    out = scores(model, groups)
    return {kind: round(float((out["good"] > out["reward"])[out["kinds"] == k].float().mean()), 4) for k, kind in enumerate(KINDS) if k > 0}


def fit_temperature(model: RewardModel, groups: Groups) -> tuple[float, float, float]:
    """The factor on the rewards that makes 1 / (1 + e^-margin) most likely, each kind counting alike; the loss before and after."""
    out = scores(model, groups)
    bad = out["kinds"] > 0
    margin, kinds = (out["good"] - out["reward"])[bad], out["kinds"][bad].long()
    weight = 1 / torch.bincount(kinds, minlength=len(KINDS)).clamp(min=1)[kinds]
    loss = lambda factor: float((F.softplus(-margin * factor) * weight).sum() / weight.sum())  # noqa: E731
    factor = min((2 ** (i / 20) for i in range(-100, 60)), key=loss)
    return factor, loss(1.0), loss(factor)


def spreads(model: RewardModel, groups: Groups) -> dict[str, dict[str, list[float] | float]]:
    """Mean of each attribute's mean and deviation, and of the reward's deviation, by kind."""
    out = scores(model, groups)
    rows = {}
    for k, kind in enumerate(KINDS):
        chosen = out["kinds"] == k
        rows[kind] = {
            "std": round(float(out["std"][chosen].mean()), 3),
            "mean": [round(v, 2) for v in out["mean"][chosen].mean(0).tolist()],
            "sigma": [round(v, 2) for v in out["raw"][chosen].exp().mean(0).tolist()],
        }
    return rows
