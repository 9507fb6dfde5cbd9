"""Trains a language model by GRPO with rewards of `llama-reward serve`: train.py MODEL PROMPTS.jsonl OUT

PROMPTS.jsonl has a line {"prompt": text or messages} each. Needs `pip install trl`.
"""

import sys

from datasets import load_dataset
from reward import llama_reward
from trl import GRPOConfig, GRPOTrainer

model, prompts, out = sys.argv[1:4]
trainer = GRPOTrainer(
    model=model,
    reward_funcs=llama_reward,
    train_dataset=load_dataset("json", data_files=prompts, split="train"),
    args=GRPOConfig(output_dir=out, num_generations=8, max_completion_length=256),
)
trainer.train()
trainer.save_model(out)
