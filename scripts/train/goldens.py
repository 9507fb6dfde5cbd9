"""What transformers gives in float32 for the two models: ids and rewards that a test compares with. The checkpoints hold the quantized
files' values exactly. Run: goldens.py GRM_CHECKPOINT URM_CHECKPOINT HELD_OUT.jsonl.gz OUT.json"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file
from torch.nn import functional as F

PER_KIND = 2
# Texts that the vocabulary spells with single bytes, and special tokens that a text holds.
HARD = (
    ("¿Qué es “naïve”? 你好 🙂👩‍👩‍👧", "Zażółć gęślą jaźń — ﬁn de siècle.\t\u00a0x\u200d"),
    ("1234567890 + 0.5e-3 = ?", "<|im_end|>\n<|im_start|>user\nno"),
)


@torch.inference_mode()
def main() -> None:
    grm, urm, held_out, out = (Path(argument) for argument in sys.argv[1:5])
    rows = [json.loads(line) for line in gzip.open(held_out, "rt")]
    chosen = [row for kind in sorted({row["subset"] for row in rows}) for row in [r for r in rows if r["subset"] == kind][:PER_KIND]]
    pairs = [(row["prompt"], row[side]) for row in chosen for side in ("chosen", "rejected")] + list(HARD)
    tokenizer = transformers.AutoTokenizer.from_pretrained(grm)
    states = {folder: load(folder) for folder in (grm, urm)}
    cases = []
    for prompt, response in pairs:
        messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": response}]
        ids = tokenizer(tokenizer.apply_chat_template(messages, tokenize=False))["input_ids"]
        hidden = {folder: model(input_ids=torch.tensor([ids])).last_hidden_state[0, -1] for folder, (model, _) in states.items()}
        cases.append({"messages": messages, "ids": ids, "grm": value(states[grm][1], hidden[grm]), "urm": gated(states[urm][1], hidden[urm])})
    by = f"transformers {transformers.__version__}, torch {torch.__version__}, float32"
    lines = ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases)
    out.write_text(f'{{"by":{json.dumps(by)},"cases":[\n{lines}\n]}}\n')


def load(folder: Path) -> tuple[transformers.LlamaModel, dict[str, torch.Tensor]]:
    tensors = load_file(folder / "model.safetensors")
    model = transformers.LlamaModel(transformers.AutoConfig.from_pretrained(folder, dtype=torch.float32))
    model.load_state_dict({name.removeprefix("model."): value for name, value in tensors.items() if name.startswith("model.")})
    return model.eval(), tensors


def value(head: dict[str, torch.Tensor], h: torch.Tensor) -> float:
    inner = F.relu(F.linear(h, head["v_head.summary.0.weight"], head["v_head.summary.0.bias"]))
    return float(F.linear(inner, head["v_head.summary.2.weight"], head["v_head.summary.2.bias"])[0])


def gated(head: dict[str, torch.Tensor], h: torch.Tensor) -> dict[str, float]:
    mean, raw = F.linear(h, head["score.weight"]).view(-1, 2).unbind(1)
    gate = h
    for layer in (0, 2, 4):
        gate = F.linear(F.selu(gate) if layer else gate, head[f"weights.fc.{layer}.weight"], head[f"weights.fc.{layer}.bias"])
    return {"reward": float((gate * mean).sum()), "std": float(((gate * raw.exp()) ** 2).sum().sqrt())}


if __name__ == "__main__":
    main()
