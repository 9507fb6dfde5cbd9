"""Writes test/fixtures/trainers: small reward models as the trainers' own code saves them, and their rewards by the trainers' own classes.

    python make_trainers.py OUT [NAME...]     with requirements.txt (CPU)

Nothing here restates a layout: OpenRLHF's `DeepspeedStrategy.save_model`, LLaMA-Factory's `FixValueHeadModelCallback` in a run of
transformers' Trainer, and TRL's `RewardTrainer` write the folders. Only DeepSpeed and other parts that need a GPU are stand-ins.
Rewards are computed in float64.
"""

import importlib
import json
import shutil
import sys
import tempfile
import types
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from transformers import Qwen2ForCausalLM, Qwen2ForSequenceClassification

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "steps"), str(HERE.parent / "heads")]
steps = importlib.import_module("make_fixtures")
published = importlib.import_module("published")

CONVERSATIONS = [
    [{"role": "user", "content": "What is 2 + 2?"}, {"role": "assistant", "content": "It is 4."}],
    [
        {"role": "user", "content": "Name a colour."},
        {"role": "assistant", "content": "Blue."},
        {"role": "user", "content": "Añade otro — ¿cuál?"},
        {"role": "assistant", "content": "Red,\n\nor yellow 😀\n\n"},
    ],
]
NOT_KEPT = ("generation_config.json", "training_args.bin", "README.md", "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json")


def qwen(out: Path, model_class, seed: int, tied: bool = True, **settings):
    tokenizer, vocab = steps.small_tokenizer("skywork-qwen2-tiny", out, steps.QWEN_SPECIALS)
    config = steps.qwen_config(vocab, **settings)
    config.tie_word_embeddings = tied
    return tokenizer, steps.randomize(model_class(config), seed)


def write_expected(out: Path, score) -> None:
    cases = []
    for messages in CONVERSATIONS:
        with torch.no_grad():
            tokens, reward = score(messages)
        cases.append({"messages": messages, "tokens": tokens, "reward": float(f"{reward:.9g}")})
    (out / "expected.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for name in NOT_KEPT:
        for file in out.glob(f"**/{name}"):
            file.unlink()
    for file in out.glob("**/*.safetensors"):
        file.chmod(0o644)


def openrlhf(out: Path) -> None:
    """A reward model of a bfloat16 run, its statistics as the trainer writes them into the config after its last evaluation."""
    absent = (
        "deepspeed", "deepspeed.ops", "deepspeed.ops.adam", "deepspeed.checkpoint", "deepspeed.checkpoint.utils", "torchdata",
        "torchdata.stateful_dataloader", "peft", *(f"openrlhf.{name}" for name in (
            "models", "models.ring_attn_utils", "utils", "utils.distributed_sampler", "utils.distributed_util", "utils.deepspeed",
            "utils.deepspeed.deepspeed_utils")),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder) / "tokenizer"
        tokenizer, vocab = steps.small_tokenizer("skywork-qwen2-tiny", scratch, steps.QWEN_SPECIALS)
        config = steps.qwen_config(vocab)
        config.normalize_reward = True
        config.value_head_prefix = "score"
        model = steps.randomize(published.openrlhf_reward_model(config, "score"), 11)
        model.config.mean, model.config.std = 0.375, 1.75
        strategy = published.load("openrlhf", "utils.deepspeed.deepspeed", absent)
        sys.modules["deepspeed.checkpoint.utils"].clone_tensors_for_torch_save = lambda state: {k: v.clone() for k, v in state.items()}
        strategy.Actor, strategy.PeftModel = types.new_class("Actor"), types.new_class("PeftModel")
        saver = strategy.DeepspeedStrategy.__new__(strategy.DeepspeedStrategy)
        saver.args = types.SimpleNamespace(zero_stage=2, ds_tensor_parallel_size=1, ds=types.SimpleNamespace(zero_stage=2, tensor_parallel_size=1))
        saver.stage, saver.ds_tensor_parallel_size = 2, 1
        shutil.rmtree(out, ignore_errors=True)
        saver.save_model(model, tokenizer, str(out))
    double = published.openrlhf_reward_model(model.config, "score").double().eval()
    double.load_state_dict(model.double().state_dict())
    double.mean, double.std = torch.tensor([model.config.mean]), torch.tensor([model.config.std])

    def score(messages):
        ids, mask = published.openrlhf_input(tokenizer, tokenizer.apply_chat_template(messages, tokenize=False))
        return ids.shape[1], double(ids, mask).item()

    write_expected(out, score)


def value_head_model(model):
    from trl.experimental.ppo import AutoModelForCausalLMWithValueHead

    torch.manual_seed(13)
    wrapped = AutoModelForCausalLMWithValueHead.from_pretrained(model)
    with torch.no_grad():
        wrapped.v_head.summary.weight.normal_(0, 0.3)
        wrapped.v_head.summary.bias.fill_(0.25)
    return wrapped


def llamafactory(out: Path, lora: bool, pickled: bool = False) -> None:
    """Full tuning, or LoRA over what that gave, without ZeRO 3: the first two cases of fix_valuehead_checkpoint."""
    from peft import LoraConfig, PeftModel, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments

    callbacks = published.load("llamafactory", "train.callbacks", ("llamafactory.train", "llamafactory.extras.logging", "llamafactory.extras.misc"))
    with tempfile.TemporaryDirectory() as folder:
        base = out.parent / "llamafactory"
        if lora:
            tokenizer = AutoTokenizer.from_pretrained(base)
            model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16)
            model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", r=2, lora_alpha=4, target_modules=["q_proj", "v_proj", "down_proj"]))
            generator = torch.Generator().manual_seed(14)
            with torch.no_grad():
                for name, parameter in model.named_parameters():
                    if "lora_B" in name:
                        parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.1)
        else:
            tokenizer, model = qwen(Path(folder) / "tokenizer", Qwen2ForCausalLM, 12, tied=False)
        wrapped = value_head_model(model)
        # As LLaMA-Factory's loader does: what Trainer asks of a model lies one level deeper.
        wrapped.config, wrapped._keys_to_ignore_on_save = model.config, None

        class PairwiseTrainer(Trainer):
            def compute_loss(self, model, inputs, return_outputs=False, **_):
                values = model(**inputs)[-1]
                return -nn.functional.logsigmoid(values[:, -1].mean())

        rows = [{"input_ids": tokenizer.encode(f"Say {word}."), "attention_mask": [1] * len(tokenizer.encode(f"Say {word}."))} for word in ("one", "two")]
        arguments = TrainingArguments(
            output_dir=folder + "/run", max_steps=1, per_device_train_batch_size=1, learning_rate=1e-3, report_to=[], use_cpu=True,
            save_steps=1, seed=1, remove_unused_columns=False,
        )  # fmt: skip
        arguments.save_safetensors = True
        trainer = PairwiseTrainer(model=wrapped, args=arguments, train_dataset=rows, callbacks=[callbacks.FixValueHeadModelCallback()],
                                  data_collator=lambda batch: {key: torch.tensor([row[key] for row in batch]) for key in batch[0]})  # fmt: skip
        trainer.train()
        saved = Path(folder) / "run" / "checkpoint-1"
        if pickled:
            # As with save_safetensors off, which transformers 5 has no more.
            saved = Path(folder) / "pickled"
            saved.mkdir()
            torch.save(wrapped.state_dict(), saved / "pytorch_model.bin")
            callbacks.fix_valuehead_checkpoint(wrapped, str(saved), safe_serialization=False)
        print(sorted(path.name for path in saved.iterdir()))
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(saved, out)
        if lora:
            adapter = json.loads((out / "adapter_config.json").read_text("utf-8"))
            (out / "adapter_config.json").write_text(json.dumps({**adapter, "base_model_name_or_path": "tiny/base"}, indent=1), encoding="utf-8")
        else:
            tokenizer.save_pretrained(out)
    # The base as a language model: its own value head is none of it.
    tuned = AutoModelForCausalLM.from_pretrained(base if lora else out, dtype=torch.float64)
    if lora:
        tuned = PeftModel.from_pretrained(tuned, out).merge_and_unload()
    tuned.double().eval()
    stored = torch.load(out / "value_head.bin") if pickled else load_file(out / "value_head.safetensors")
    head = {name: tensor.double() for name, tensor in stored.items()}

    def score(messages):
        ids = tokenizer.encode(tokenizer.apply_chat_template(messages, tokenize=False))
        hidden = tuned(input_ids=torch.tensor([ids]), output_hidden_states=True).hidden_states[-1][0]
        return len(ids), (head["v_head.summary.weight"] @ hidden[-1] + head["v_head.summary.bias"]).item()

    write_expected(out, score)


def trl_reward(out: Path) -> None:
    from datasets import Dataset
    from transformers import AutoModelForSequenceClassification
    from trl import RewardConfig, RewardTrainer

    tokenizer, model = qwen(out, Qwen2ForSequenceClassification, 15, num_labels=1)
    turn = lambda role, text: [{"role": role, "content": text}]  # noqa: E731
    pairs = Dataset.from_list(
        [
            {"prompt": turn("user", f"Say {word}."), "chosen": turn("assistant", word), "rejected": turn("assistant", "No.")}
            for word in ("one", "two", "three", "four")
        ]
    )
    with tempfile.TemporaryDirectory() as folder:
        arguments = RewardConfig(
            output_dir=folder, max_steps=2, per_device_train_batch_size=2, learning_rate=1e-3, save_steps=2, report_to=[], use_cpu=True,
            bf16=False, gradient_checkpointing=False, seed=1,
        )  # fmt: skip
        RewardTrainer(model=model.float(), args=arguments, train_dataset=pairs, processing_class=tokenizer).train()
        shutil.rmtree(out)
        shutil.copytree(Path(folder) / "checkpoint-2", out)
    double = AutoModelForSequenceClassification.from_pretrained(out, dtype=torch.float64).eval()

    def score(messages):
        ids = tokenizer.encode(tokenizer.apply_chat_template(messages, tokenize=False))
        return len(ids), double(input_ids=torch.tensor([ids])).logits[0, 0].item()

    write_expected(out, score)


NAMES = {
    "openrlhf": openrlhf,
    "llamafactory": lambda out: llamafactory(out, lora=False),
    "llamafactory-lora": lambda out: llamafactory(out, lora=True),
    "llamafactory-lora-pickled": lambda out: llamafactory(out, lora=True, pickled=True),
    "trl-reward": trl_reward,
}


def main() -> None:
    target = Path(sys.argv[1])
    for name, make in NAMES.items():
        if len(sys.argv) > 2 and name not in sys.argv[2:]:
            continue
        make(target / name)
        size = sum(file.stat().st_size for file in (target / name).rglob("*") if file.is_file())
        print(name, size, [case["reward"] for case in json.loads((target / name / "expected.json").read_text())])


if __name__ == "__main__":
    main()
