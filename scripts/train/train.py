"""Trains one of the two models and writes its rounded weights. Run: train.py grm|urm DATA_DIR OUT_DIR [--seconds S | --steps N] …"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from pathlib import Path

import torch
from batches import Batch, Groups
from measure import accuracy, fit_temperature, spreads
from model import Linear, RewardModel, Shape
from save import save_rounded
from start import load_start
from torch.nn import functional as F

HEAD_RATE = 2.0
WARM_UP = 0.05
# Half the time where the processor has AVX512-BF16.
CPU_BFLOAT16 = os.environ.get("BFLOAT16") == "1"


def forward(model: RewardModel, batch: Batch, device: str) -> dict[str, torch.Tensor]:
    with torch.autocast(device, torch.bfloat16, enabled=device == "cuda" or CPU_BFLOAT16):
        outs = [model(ids, last) for ids, last in batch.parts]
    return {name: torch.cat([out[name] for out in outs])[batch.order] for name in outs[0]}


def loss_of(out: dict[str, torch.Tensor], batch: Batch) -> torch.Tensor:
    """Bradley–Terry of the good answer against each of its group; for URM also the likelihood of the labels under each attribute's normal
    distribution (arXiv 2410.00847). Small rewards are kept near zero, which the comparison leaves free."""
    reward = out["reward"]
    margin = (reward[batch.good] - reward)[batch.bad]
    loss = F.softplus(-margin).mean() + 0.002 * reward.square().mean()
    if "mean" in out:
        raw = out["raw"].clamp(-3, 3)
        loss = loss + (raw + 0.5 * ((batch.labels - out["mean"]) / raw.exp()).square()).mean()
    return loss


def train(model: RewardModel, data: Path, a: argparse.Namespace) -> None:
    sets = Groups(data / "train.npz", a.device)
    heads = list(model.head.parameters())
    matrices = [p for p in model.backbone.parameters() if p.dim() > 1]
    vectors = [p for p in model.backbone.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW(
        [
            {"params": matrices, "weight_decay": a.decay, "scale": 1.0},
            {"params": vectors, "weight_decay": 0.0, "scale": 1.0},
            {"params": heads, "weight_decay": 0.01, "scale": HEAD_RATE},
        ],
        lr=a.rate,
        betas=(0.9, 0.98),
        fused=a.device == "cuda",
    )
    began = said = time.time()
    average = None
    for step, batch in enumerate(sets.epochs(a.batch, a.seed)):
        done = max(step / a.steps if a.steps else 0, (time.time() - began) / a.seconds if a.seconds else 0)
        if done >= 1:
            break
        Linear.rounding = done >= a.rounding_from
        for group in optimizer.param_groups:
            group["lr"] = a.rate * group["scale"] * min(1, done / WARM_UP + 0.01) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        loss = loss_of(forward(model, batch, a.device), batch)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 10 == 0:
            average = loss.item() if average is None else 0.9 * average + 0.1 * loss.item()
            if time.time() - said > 4:
                said = time.time()
                print(f"{a.head} seed {a.seed}: step {step}, epoch {step * a.batch / len(sets):.1f}, {100 * done:.0f} %, loss {average:.4f}", flush=True)
    print(f"{a.head} seed {a.seed}: {step} steps, {step * a.batch / len(sets):.1f} epochs in {time.time() - began:.0f} s", flush=True)


@torch.inference_mode()
def report(model: RewardModel, data: Path, a: argparse.Namespace) -> dict:
    """Held-out accuracy by kind, with weights as trained and as rounded; the temperature is fitted on the calibration split."""
    result: dict = {}
    for name, rounding in (("unrounded", False), ("rounded", True)):
        Linear.rounding = rounding
        result[name] = accuracy(model, Groups(data / "test.npz", a.device, a.evaluate))
        print(a.head, name, json.dumps(result[name]), flush=True)
    Linear.rounding = True
    factor, before, after = fit_temperature(model, Groups(data / "calibration.npz", a.device, a.evaluate))
    model.head.scale(factor)
    result["calibration"] = {"factor": factor, "lossBefore": before, "lossAfter": after}
    if a.head == "urm":
        result["spreads"] = spreads(model, Groups(data / "test.npz", a.device, a.evaluate))
    print(a.head, json.dumps({k: v for k, v in result.items() if k not in ("rounded", "unrounded")}), flush=True)
    return result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("head", choices=("grm", "urm"))
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--batch", type=int, default=128, help="groups in a step")
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--decay", type=float, default=0.05)
    parser.add_argument("--rounding-from", type=float, default=0.4, help="share of the training after which weights are rounded")
    parser.add_argument("--evaluate", type=int, default=1, help="measure on every n-th group")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    a = parser.parse_args()
    torch.manual_seed(a.seed)
    torch.backends.cuda.matmul.allow_tf32 = False
    model = RewardModel(Shape(**json.loads((a.data / "shape.json").read_text())), a.head)
    missing = model.backbone.load_state_dict(load_start(a.data / "start.npz"), strict=False).missing_keys
    if missing != ["norm.weight"]:
        raise SystemExit(f"the start lacks {missing}")
    model.to(a.device)
    train(model, a.data, a)
    result = {"head": a.head, "seed": a.seed, "torch": torch.__version__, "device": a.device, **report(model, a.data, a)}
    a.out.mkdir(parents=True, exist_ok=True)
    save_rounded(a.out / f"{a.head}-{a.seed}.npz", model)
    (a.out / f"{a.head}-{a.seed}.json").write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
