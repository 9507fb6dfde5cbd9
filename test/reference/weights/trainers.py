#!/usr/bin/env python3
"""Output folders as trainers leave them: TRL's RewardTrainer over SmolLM2, fully and with a LoRA adapter, as it is and merged.

    trainers.py WORK        Writes WORK/trl-full, WORK/trl-lora and WORK/trl-merged, and their rewards of the first conversations.

A few steps only: enough that every weight has moved. What counts is what the folders look like and hold.
"""

import json
import sys
from pathlib import Path

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from trl import RewardConfig, RewardTrainer

TRAINED, SCORED, STEPS = 8, 24, 2


def pairs_of(work: Path) -> Dataset:
    rows = [json.loads(line) for line in open(work / "pairs.jsonl", encoding="utf-8")]
    rows = sorted(rows, key=lambda row: len(row["prompt"] + row["chosen"] + row["rejected"]))[:TRAINED]
    turn = lambda role, text: [{"role": role, "content": text}]  # noqa: E731
    return Dataset.from_list(
        [
            {
                "prompt": turn("user", row["prompt"]),
                "chosen": turn("assistant", row["chosen"]),
                "rejected": turn("assistant", row["rejected"]),
            }
            for row in rows
        ]
    )


def train(work: Path, name: str, lora: LoraConfig | None) -> None:
    source = str(work / "linear-score")
    tokenizer = AutoTokenizer.from_pretrained(source)
    model = AutoModelForSequenceClassification.from_pretrained(source, dtype=torch.float32)
    config = RewardConfig(
        output_dir=str(work / f"{name}-runs"), max_steps=STEPS, per_device_train_batch_size=2, learning_rate=1e-4,
        max_length=256, save_strategy="no", report_to=[], use_cpu=True, bf16=False, gradient_checkpointing=False, seed=1,
    )  # fmt: skip
    trainer = RewardTrainer(
        model=model, args=config, train_dataset=pairs_of(work), processing_class=tokenizer, peft_config=lora
    )
    trainer.train()
    trainer.save_model(str(work / name))
    if lora is not None:
        trainer.model.merge_and_unload().save_pretrained(str(work / "trl-merged"))
        tokenizer.save_pretrained(str(work / "trl-merged"))


@torch.inference_mode()
def rewards_of(work: Path, name: str) -> list:
    model = AutoModelForSequenceClassification.from_pretrained(work / name, dtype=torch.float32).eval()
    conversations = json.loads((work / "conversations.json").read_text())[:SCORED]
    return [model(input_ids=torch.tensor([one["ids"]])).logits[0, 0].item() for one in conversations]


def main() -> None:
    work = Path(sys.argv[1])
    lora = LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", modules_to_save=["score"], task_type="SEQ_CLS")
    train(work, "trl-full", None)
    train(work, "trl-lora", lora)
    merged = rewards_of(work, "trl-merged")
    # The adapter's own rewards are those of its merged model in float32, which PEFT has made.
    for name, rewards in (("trl-full", rewards_of(work, "trl-full")), ("trl-merged", merged), ("trl-lora", merged)):
        (work / f"{name}.json").write_text(json.dumps({"rewards": rewards}))


if __name__ == "__main__":
    main()
