"""Adapters that PEFT and TRL write, over the tiny checkpoints of test/fixtures, with the rewards of PEFT's own merged model.

    venv/bin/python test/reference/adapters/make_adapters.py <one of NAMES> <out>

`lora-old` runs with peft 0.13.2, the others with peft 0.21.2 (and trl 1.16.0 for `trl`); all with torch 2.13.0, transformers 5.24.0,
safetensors 0.8.0. Each folder gets the adapter and `expected.json`: rewards of the merged model in float32, by the names of cases of the
base's own expected.json. Bases: the fixture without its head (`language model`), as trainers find one.
"""

import json, os, shutil, sys, tempfile

import torch
import peft
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../fixtures/checkpoints")
CASES = ["grm-card", "sigmoid-wrong", "sigmoid-right", "five-turns", "system", "unicode"]
LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def language_model(name: str, folder: str) -> str:
    """The fixture as a plain language model: no head, and a configuration that knows of none."""
    shutil.copytree(os.path.join(FIXTURES, name), folder)
    os.remove(os.path.join(folder, "expected.json"))
    file = os.path.join(folder, "model.safetensors")
    tensors = load_file(file)
    save_file({key: value for key, value in tensors.items() if not key.startswith("score.")}, file, {"format": "pt"})
    config = json.load(open(os.path.join(folder, "config.json")))
    config["architectures"] = [config["architectures"][0].replace("ForSequenceClassification", "ForCausalLM")]
    del config["id2label"], config["label2id"]
    json.dump(config, open(os.path.join(folder, "config.json"), "w"))
    return folder


def scramble(model, seed: int, size: float = 0.05) -> None:
    """Training for the impatient: everything that is trained gets values that matter."""
    generator = torch.Generator().manual_seed(seed)
    for name, value in model.named_parameters():
        if not value.requires_grad:
            continue
        noise = torch.randn(value.shape, generator=generator)
        with torch.no_grad():
            if "magnitude" in name:
                value.mul_(1 + 0.2 * noise)
            elif "score" in name:
                value.copy_(noise * 0.5)
            else:
                value.add_(noise.to(value.dtype) * size)


def cases(base: str) -> list:
    found = json.load(open(os.path.join(FIXTURES, base, "expected.json")))["cases"]
    return [next(each for each in found if each["id"] == wanted) for wanted in CASES]


def write_expected(base: str, model, out: str, value_head=None) -> None:
    """Rewards of the merged model in float32, one conversation at a time."""
    model = model.float().eval()
    rewards = {}
    with torch.no_grad():
        for case in cases(base):
            ids = torch.tensor([case["input_ids"]])
            if value_head is None:
                rewards[case["id"]] = model(input_ids=ids).logits.squeeze().item()
            else:
                hidden = model(input_ids=ids, output_hidden_states=True).hidden_states[-1][0, -1]
                rewards[case["id"]] = (hidden @ value_head["v_head.summary.weight"].T + value_head["v_head.summary.bias"]).item()
    json.dump({"base": base, "peft": peft.__version__, "rewards": rewards}, open(os.path.join(out, "expected.json"), "w"), indent=1)


def classifier(folder: str, **more):
    return AutoModelForSequenceClassification.from_pretrained(folder, num_labels=1, dtype=torch.float32, **more)


def save_sequence_classifier(base: str, config: LoraConfig, out: str, seed: int, dtype=torch.float32) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = language_model(base, os.path.join(scratch, "base"))
        torch.manual_seed(seed)
        model = get_peft_model(classifier(folder), config)
        scramble(model, seed)
        model.save_pretrained(out)
        shrink(out, dtype)
        # As users load it: the base again, the adapter from its folder, merged in float32.
        write_expected(base, PeftModel.from_pretrained(classifier(folder), out).merge_and_unload(), out)
    tidy(out)


def shrink(out: str, dtype) -> None:
    file = os.path.join(out, "adapter_model.safetensors")
    save_file({key: value.to(dtype).contiguous() for key, value in load_file(file).items()}, file, {"format": "pt"})


def tidy(out: str) -> None:
    """The base's folder was a temporary one."""
    readme = os.path.join(out, "README.md")
    if os.path.exists(readme):
        os.remove(readme)
    file = os.path.join(out, "adapter_config.json")
    config = json.load(open(file))
    config["base_model_name_or_path"] = "tiny/base"
    json.dump(config, open(file, "w"), indent=1, sort_keys=True)


def lora_patterns(out: str) -> None:
    config = LoraConfig(
        task_type="SEQ_CLS", r=2, lora_alpha=5, target_modules=LINEAR, use_rslora=True,
        rank_pattern={"layers.1.self_attn.q_proj": 3, r"layers\.\d+\.mlp\.down_proj": 1},
        alpha_pattern={"^model.layers.2.self_attn.(q|k)_proj": 9, "up_proj": 2},
    )
    save_sequence_classifier("skywork-llama3.1-tiny", config, out, 1, torch.bfloat16)


def dora(out: str) -> None:
    config = LoraConfig(task_type="SEQ_CLS", r=2, lora_alpha=4, target_modules=LINEAR, use_dora=True)
    save_sequence_classifier("skywork-qwen2-tiny", config, out, 2, torch.float32)


def lora_old(out: str) -> None:
    assert peft.__version__ == "0.13.2", peft.__version__
    config = LoraConfig(
        task_type="SEQ_CLS", r=2, lora_alpha=8, target_modules=["q_proj", "v_proj", "down_proj"], fan_in_fan_out=True,
        modules_to_save=["norm"], init_lora_weights="gaussian",
    )
    save_sequence_classifier("skywork-llama3.1-tiny", config, out, 3, torch.float16)


def embeddings(out: str) -> None:
    config = LoraConfig(task_type="SEQ_CLS", r=2, lora_alpha=4, target_modules=["embed_tokens", "k_proj"])
    with tempfile.TemporaryDirectory() as scratch:
        folder = language_model("skywork-qwen2-tiny", os.path.join(scratch, "base"))
        model = get_peft_model(classifier(folder), config)
        scramble(model, 4)
        # Without the embedding itself, which would be twice what all these fixtures may weigh.
        model.save_pretrained(out, save_embedding_layers=False)
        shrink(out, torch.bfloat16)
        write_expected("skywork-qwen2-tiny", PeftModel.from_pretrained(classifier(folder), out).merge_and_unload(), out)
    tidy(out)


def tokens(out: str) -> None:
    rows = sorted({token for case in cases("skywork-qwen2-tiny") for token in case["input_ids"]})[::40]
    config = LoraConfig(
        task_type="SEQ_CLS", r=2, lora_alpha=4, target_modules=["v_proj"], trainable_token_indices={"embed_tokens": rows},
    )
    save_sequence_classifier("skywork-qwen2-tiny", config, out, 5, torch.float32)


def value_head(out: str) -> None:
    """LLaMA-Factory's reward model: an adapter of the language model, the value head in a file of its own.

    Layout: LLaMA-Factory 0.9 src/llamafactory/train/callbacks.py, fix_valuehead_checkpoint; saved by PEFT as there.
    """
    config = LoraConfig(task_type="CAUSAL_LM", r=2, lora_alpha=4, target_modules=LINEAR)
    with tempfile.TemporaryDirectory() as scratch:
        folder = language_model("skywork-qwen2-tiny", os.path.join(scratch, "base"))
        load = lambda: AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        model = get_peft_model(load(), config)
        scramble(model, 6)
        model.save_pretrained(out)
        shrink(out, torch.bfloat16)
        generator = torch.Generator().manual_seed(7)
        hidden = model.config.hidden_size
        head = {
            "v_head.summary.weight": torch.randn(1, hidden, generator=generator) * 0.5,
            "v_head.summary.bias": torch.randn(1, generator=generator),
        }
        save_file(head, os.path.join(out, "value_head.safetensors"), {"format": "pt"})
        write_expected("skywork-qwen2-tiny", PeftModel.from_pretrained(load(), out).merge_and_unload(), out, head)
    tidy(out)


def trl(out: str) -> None:
    """TRL's RewardTrainer, three steps of it. Its folder has a tokenizer, which is left out: it is the base's."""
    from datasets import Dataset
    from trl import RewardConfig, RewardTrainer

    base = "skywork-llama3.1-tiny"
    pairs = Dataset.from_list(
        [
            {
                "chosen": [{"role": "user", "content": f"Say {word}."}, {"role": "assistant", "content": word}],
                "rejected": [{"role": "user", "content": f"Say {word}."}, {"role": "assistant", "content": "No."}],
            }
            for word in ["one", "two", "three", "four", "five", "six"]
        ]
    )
    with tempfile.TemporaryDirectory() as scratch:
        folder = language_model(base, os.path.join(scratch, "base"))
        arguments = RewardConfig(
            output_dir=os.path.join(scratch, "run"), max_steps=3, per_device_train_batch_size=2, learning_rate=0.05, report_to=[],
            use_cpu=True, save_strategy="no", bf16=False, gradient_checkpointing=False, seed=8,
        )
        trainer = RewardTrainer(
            model=classifier(folder), args=arguments, train_dataset=pairs,
            processing_class=AutoTokenizer.from_pretrained(folder),
            peft_config=LoraConfig(task_type="SEQ_CLS", r=2, lora_alpha=4, target_modules=["q_proj", "v_proj"], modules_to_save=["score"]),
        )
        trainer.train()
        saved = os.path.join(scratch, "saved")
        trainer.save_model(saved)
        print(sorted(os.listdir(saved)))
        os.makedirs(out)
        for name in ["adapter_config.json", "adapter_model.safetensors"]:
            shutil.copy(os.path.join(saved, name), out)
        write_expected(base, PeftModel.from_pretrained(classifier(folder), out).merge_and_unload(), out)
    tidy(out)


NAMES = {
    "lora-patterns": lora_patterns,
    "dora": dora,
    "lora-old": lora_old,
    "embeddings": embeddings,
    "tokens": tokens,
    "value-head": value_head,
    "trl": trl,
}

if __name__ == "__main__":
    name, out = sys.argv[1:]
    NAMES[name](out)
