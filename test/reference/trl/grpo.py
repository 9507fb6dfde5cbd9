"""Trains five GRPO steps of a tiny random model with rewards of `llama-reward serve`: grpo.py URL OUT.json

The reward function is the one of docs/clients.md, word for word but for the address. OUT.json gets what it was asked and what it gave, and
what the trainer logged.
"""

import json
import re
import sys
from pathlib import Path

import torch
from datasets import Dataset
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import GRPOConfig, GRPOTrainer

STEPS = 5
url, out = sys.argv[1], Path(sys.argv[2])
torch.manual_seed(1)

page = Path(__file__).resolve().parents[3] / "docs" / "clients.md"
source = re.search(r"```python\n(import requests\n.*?)\ntrainer = ", page.read_text(encoding="utf-8"), re.S).group(1)
assert "http://127.0.0.1:8080" in source
names = {}
exec(source.replace("http://127.0.0.1:8080", url), names)
asked = []


def llama_reward(prompts, completions, **kwargs):
    rewards = names["llama_reward"](prompts, completions, **kwargs)
    asked.append({"prompts": prompts, "completions": completions, "rewards": rewards})
    return rewards


def make_tokenizer():
    """Every byte a token."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<pad>", "<eos>"]
    vocabulary = {token: index for index, token in enumerate(special + letters)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    template = "{% for m in messages %}{{ m['role'][0] }}:{{ m['content'] }}\n{% endfor %}{% if add_generation_prompt %}a:{% endif %}"
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>", padding_side="left", chat_template=template
    )


def make_dataset(form):
    questions = [f"What is {a} + {b}?" for a, b in ((1, 2), (3, 4), (5, 6), (7, 8), (9, 1), (2, 2))]
    return Dataset.from_list(
        [{"prompt": [{"role": "user", "content": q}] if form == "messages" else q} for q in questions]
    )


result = {}
for form in ("text", "messages"):
    tokenizer = make_tokenizer()
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id, bos_token_id=None,
    )
    model = LlamaForCausalLM(config)
    before = [each.detach().clone() for each in model.parameters()]
    asked.clear()
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=llama_reward,
        train_dataset=make_dataset(form),
        processing_class=tokenizer,
        args=GRPOConfig(
            output_dir=str(out.parent / f"trained-{form}"), max_steps=STEPS, per_device_train_batch_size=8, num_generations=4,
            max_completion_length=12, learning_rate=1e-2, logging_steps=1, save_strategy="no", report_to="none", use_cpu=True, bf16=False,
            disable_tqdm=True, seed=1,
        ),
    )
    trainer.train()
    change = max((a.detach() - b).abs().max().item() for a, b in zip(model.parameters(), before))
    logged = [entry["reward"] for entry in trainer.state.log_history if "reward" in entry]
    result[form] = {"steps": trainer.state.global_step, "change": change, "logged": logged, "asked": list(asked)}
out.write_text(json.dumps(result), encoding="utf-8")
