"""Writes test/fixtures/steps: small process reward models with random weights, and what each step's reward must be.

The checkpoints are saved by transformers, and by TRL's PRMTrainer after a real training run. Rewards are computed in float64
by the published usage of each family, which this file restates; it shares no code with the package.

    python make_fixtures.py OUT [NAME...]
"""

import json
import pathlib
import shutil
import string
import sys
import tempfile

import torch
from torch import nn
from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    LlamaModel,
    MistralConfig,
    MistralForCausalLM,
    MistralModel,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForTokenClassification,
    Qwen2Model,
    Qwen2PreTrainedModel,
)

HERE = pathlib.Path(__file__).parent
CHECKPOINTS = HERE.parent.parent / "fixtures" / "checkpoints"
KEPT_MERGES = 30
SIZES = dict(
    hidden_size=32,
    intermediate_size=16,
    num_hidden_layers=1,
    num_attention_heads=2,
    num_key_value_heads=1,
    max_position_embeddings=2048,
)
CASES = [
    {
        "prompt": "What is 2 + 2 * 3?",
        "steps": ["Step 1: First the product: 2 * 3 = 6.", "Step 2: Then the sum: 2 + 6 = 9.", "Step 3: The answer is: 9"],
    },
    {"prompt": "Is 91 a prime number?", "steps": ["No: 91 = 7 * 13."]},
    {
        "prompt": "Añade 1/2 y 1/3 — ¿cuánto es?",
        "steps": ["  El denominador común es 6.", "3/6 + 2/6 = 5/6. ", "\\boxed{5/6} 😀"],
    },
    {"prompt": "Name a colour.\nOnly one.", "steps": ["Blue", "- or red", "+ green.", "The end"]},
]


def randomize(model, seed):
    """Weights large enough for rewards that differ, rounded to bfloat16 so that the file is small."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            values = torch.randn(parameter.shape, generator=generator)
            if name.endswith("norm.weight"):
                values = 1 + 0.2 * values
            else:
                values = values * (1.5 / parameter.shape[-1] ** 0.5 if parameter.dim() > 1 else 0.3)
            parameter.copy_(values.to(torch.bfloat16))
    return model.to(torch.bfloat16).eval()


def small_tokenizer(source, out, added, first=(), settings=None):
    """A tokenizer of a fixture with its bytes, its first merges, and these special tokens behind them."""
    data = json.loads((CHECKPOINTS / source / "tokenizer.json").read_text())
    model = data["model"]
    spm = "<0x00>" in model["vocab"]
    base = [t for t in model["vocab"] if len(t) == 1]
    if spm:
        kept = set("▁+-=/*.:?,\n" + string.ascii_lowercase + string.digits)
        named = [t for t in model["vocab"] if t in ("<unk>", "<s>", "</s>") or t.startswith("<0x")]
        base = named + [t for t in base if t in kept] + [c for c in "ки" if c not in kept]
    texts, merges = list(base), []
    for merge in [*first] + [m.split(" ") if isinstance(m, str) else m for m in model["merges"]]:
        # A merge may build on one that is left out.
        if len(merges) < KEPT_MERGES and all(part in texts for part in merge) and "".join(merge) not in texts:
            merges.append(merge)
            texts.append("".join(merge))
    model["vocab"] = {text: index for index, text in enumerate(texts)}
    model["merges"] = [" ".join(m) for m in merges]
    specials = {} if spm else {text: len(texts) + index for index, text in enumerate(added)}
    if not spm:
        data["added_tokens"] = [
            dict(id=index, content=text, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
            for text, index in specials.items()
        ]
        for processor in data["post_processor"].get("processors", []):
            for token in processor.get("special_tokens", {}).values():
                token["ids"] = [specials[text] for text in token["tokens"]]
    out.mkdir(parents=True)
    (out / "tokenizer.json").write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")))
    config = json.loads((CHECKPOINTS / source / "tokenizer_config.json").read_text())
    config.pop("added_tokens_decoder", None)
    config.pop("additional_special_tokens", None)
    config.update(settings or {})
    (out / "tokenizer_config.json").write_text(json.dumps(config, ensure_ascii=False, separators=(",", ":")))
    return AutoTokenizer.from_pretrained(out), len(texts) + len(specials)


QWEN_SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<extra_0>"]


class Qwen2ForProcessRewardModel(Qwen2PreTrainedModel):
    """Tensors and head of Qwen2.5-Math-PRM (vLLM 0.11, qwen2_rm.py)."""

    def __init__(self, config):
        super().__init__(config)
        self.model = Qwen2Model(config)
        size = config.hidden_size
        self.score = nn.Sequential(nn.Linear(size, size), nn.ReLU(), nn.Linear(size, 2))
        self.post_init()


class ValueHead(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.summary = nn.Linear(config.hidden_size, 1)


class Qwen2ForPrmModel(Qwen2PreTrainedModel):
    """Tensors and head of Skywork-o1-Open-PRM (skywork-o1-prm-inference, prm_model.py)."""

    def __init__(self, config):
        super().__init__(config)
        self.model = Qwen2Model(config)
        self.v_head = ValueHead(config)
        self.post_init()


def hidden_states(backbone, ids):
    with torch.no_grad():
        return backbone(input_ids=torch.tensor([ids])).last_hidden_state[0]


def write(out, model, tokenizer, rewards, aggregate):
    """Saves the checkpoint, and the cases with what `rewards(double, ids and positions)` says."""
    if model is not None:
        model.save_pretrained(out)
    cases = []
    for case in CASES:
        values, ids, positions = rewards(case["prompt"], case["steps"])
        cases.append(dict(**case, ids=ids, positions=positions, rewards=values, reward=aggregate(values)))
    (out / "expected.json").write_text(json.dumps(cases, ensure_ascii=False, separators=(",", ":")))
    (out / "model.safetensors").chmod(0o644)
    for name in ("generation_config.json", "training_args.bin", "README.md"):
        (out / name).unlink(missing_ok=True)


def product(values):
    result = 1.0
    for value in values:
        result *= value
    return result


def mean(values):
    return sum(values) / len(values)


def qwen_config(vocab, **more):
    return Qwen2Config(vocab_size=vocab, tie_word_embeddings=True, pad_token_id=vocab - 4, bos_token_id=vocab - 4, eos_token_id=vocab - 2, **SIZES, **more)


def qwen_prm(out):
    tokenizer, vocab = small_tokenizer("skywork-qwen2-tiny", out, QWEN_SPECIALS)
    model = randomize(Qwen2ForProcessRewardModel(qwen_config(vocab)), 1)
    double = Qwen2ForProcessRewardModel(model.config).double().eval()
    double.load_state_dict(model.double().state_dict())

    def rewards(prompt, steps):
        # Usage of the model card: a tag behind every step, two classes at each tag.
        messages = [
            {"role": "user", "content": prompt},
            {"role": "assistant", "content": "<extra_0>".join(steps) + "<extra_0>"},
        ]
        text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=False)
        ids = tokenizer.encode(text)
        tag = tokenizer.encode("<extra_0>")[0]
        positions = [index for index, token in enumerate(ids) if token == tag]
        with torch.no_grad():
            logits = double.score(hidden_states(double.model, ids))
        return logits.softmax(-1)[positions, 1].tolist(), ids, positions

    write(out, model.bfloat16(), tokenizer, rewards, product)


def skywork_prm(out):
    tokenizer, vocab = small_tokenizer("skywork-qwen2-tiny", out, QWEN_SPECIALS, settings={"bos_token": "<|endoftext|>"})
    config = qwen_config(vocab)
    model = randomize(Qwen2ForPrmModel(config), 2)
    double = Qwen2ForPrmModel(config).double().eval()
    double.load_state_dict(model.double().state_dict())

    def rewards(prompt, steps):
        # prepare_input and derive_step_rewards of model_utils/io_utils.py.
        ids = tokenizer.encode(tokenizer.bos_token + prompt + "\n")
        step_token = tokenizer.encode("\n")[-1]
        positions = []
        for step in steps:
            ids = ids + tokenizer.encode(step) + [step_token]
            positions.append(len(ids) - 1)
        with torch.no_grad():
            values = double.v_head.summary(hidden_states(double.model, ids))[:, 0]
        return values.sigmoid()[positions].tolist(), ids, positions

    write(out, model.bfloat16(), tokenizer, rewards, mean)


def logit_rewards(double, ids, positions, good, bad):
    with torch.no_grad():
        logits = double(input_ids=torch.tensor([ids])).logits[0][positions][:, [good, bad]]
    return logits.softmax(-1)[:, 0].tolist()


def math_shepherd(out):
    marks = [["▁", "к"], ["▁к", "и"], ["▁", "+"], ["▁", "-"]]
    tokenizer, vocab = small_tokenizer(
        "ultrarm-tiny", out, [], first=marks, settings={"chat_template": None, "legacy": True}
    )
    config = MistralConfig(vocab_size=vocab, sliding_window=None, tie_word_embeddings=False, **SIZES)
    model = randomize(MistralForCausalLM(config), 3)
    double = MistralForCausalLM(config).double().eval()
    double.load_state_dict(model.double().state_dict())
    good, bad = tokenizer.encode("+ -")[1:]
    tag = tokenizer.encode("ки")[-1]
    assert tokenizer.convert_ids_to_tokens([good, bad, tag]) == ["▁+", "▁-", "▁ки"]

    def rewards(prompt, steps):
        # Usage of the model card: the tag behind every step, steps on lines of their own.
        ids = tokenizer.encode(prompt + " " + "\n".join(step + " ки" for step in steps))
        positions = [index for index, token in enumerate(ids) if token == tag]
        return logit_rewards(double, ids, positions, good, bad), ids, positions

    write(out, model.bfloat16(), tokenizer, rewards, min)


def rlhflow(out):
    specials = ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
    template = json.loads((CHECKPOINTS / "skywork-llama3.1-tiny" / "tokenizer_config.json").read_text())["chat_template"]
    tokenizer, vocab = small_tokenizer(
        "skywork-llama3.1-tiny",
        out,
        specials,
        settings={"eos_token": "<|eot_id|>", "pad_token": "<|eot_id|>", "chat_template": template},
    )
    config = LlamaConfig(vocab_size=vocab, tie_word_embeddings=False, bos_token_id=vocab - 4, eos_token_id=vocab - 1, **SIZES)
    model = randomize(LlamaForCausalLM(config), 4)
    double = LlamaForCausalLM(config).double().eval()
    double.load_state_dict(model.double().state_dict())
    good, bad = tokenizer.encode("+")[-1], tokenizer.encode("-")[-1]

    def rewards(prompt, steps):
        # select_sample of math-rm/prm_evaluate.py: one forward per step, position -3.
        conversation, values, positions = [], [], []
        for index, step in enumerate(step.strip() for step in steps):
            conversation.append({"role": "user", "content": prompt + " " + step if index == 0 else step})
            conversation.append({"role": "assistant", "content": "+"})
            text = tokenizer.apply_chat_template(conversation, tokenize=False, date_string="26 Jul 2024")
            ids = tokenizer.encode(text, add_special_tokens=False)
            positions.append(len(ids) - 3)
            values += logit_rewards(double, ids, [-3], good, bad)
        return values, ids, positions

    write(out, model.bfloat16(), tokenizer, rewards, mean)


def reason_eval(out, size):
    """ReasonEval: get_results of codes/examples.py, which takes its separators out again; the two sizes count in different ways."""
    backbone, config_class = {"7B": (MistralModel, MistralConfig), "34B": (LlamaModel, LlamaConfig)}[size]
    tokenizer, vocab = small_tokenizer(
        "ultrarm-tiny", out, [], settings={"chat_template": None, "legacy": True, "pad_token": "<s>" if size == "7B" else "</s>"}
    )
    # By what tokenizer.json says, as transformers 4 has it: the class for Llama of 5 makes rules of its own for spaces behind separators.
    tokenizer = PreTrainedTokenizerFast.from_pretrained(out)
    settings = dict(sliding_window=None) if size == "7B" else {}
    config = config_class(vocab_size=vocab, tie_word_embeddings=False, architectures=[f"ReasonEval_{size}"], **settings, **SIZES)

    class ReasonEval(backbone.__base__):
        def __init__(self, config):
            super().__init__(config)
            self.model = backbone(config)
            self.score_head = nn.Linear(config.hidden_size, 3, bias=True)
            self.post_init()

    ReasonEval.__name__ = f"ReasonEval_{size}"
    ReasonEval.config_class = config_class
    model = randomize(ReasonEval(config), 6 if size == "7B" else 7)
    double = ReasonEval(config).double().eval()
    double.load_state_dict(model.double().state_dict())

    def rewards(prompt, steps):
        separator = tokenizer.pad_token
        text = f"Question:\n{prompt}\nAnswer:\nLet's think step by step.\n" + separator + "".join(step + separator for step in steps)
        tokenized = tokenizer(text)["input_ids"]
        separator_id = tokenizer(separator)["input_ids"][-1]
        positions, ids, seen = [], [], 0
        for index, token in enumerate(tokenized):
            if token == separator_id:
                positions.append(index - 1 - seen)
                seen += 1
            else:
                ids.append(token)
        if size == "7B":
            ids, positions = [1] + ids, positions[2:]
        else:
            positions = positions[1:]
        assert len(positions) == len(steps)
        with torch.no_grad():
            probabilities = double.score_head(hidden_states(double.model, ids)).softmax(-1)
        return (probabilities[positions, 1] + probabilities[positions, 2]).tolist(), ids, positions

    write(out, model.bfloat16(), tokenizer, rewards, min)


def trl_prm(out):
    from datasets import Dataset
    from trl.experimental.prm import PRMConfig, PRMTrainer

    tokenizer, vocab = small_tokenizer("skywork-qwen2-tiny", out, QWEN_SPECIALS)
    model = randomize(Qwen2ForTokenClassification(qwen_config(vocab, num_labels=2)), 5).float()
    rows = {
        "prompt": [case["prompt"] for case in CASES],
        "completions": [case["steps"] for case in CASES],
        "labels": [[index % 2 == 0 for index in range(len(case["steps"]))] for case in CASES],
    }
    with tempfile.TemporaryDirectory() as scratch:
        arguments = PRMConfig(
            output_dir=scratch, max_steps=4, per_device_train_batch_size=2, learning_rate=1e-3,
            step_separator="\n\n", report_to=[], use_cpu=True, save_strategy="no", bf16=False, fp16=False, seed=0,
            gradient_checkpointing=False,
        )
        trainer = PRMTrainer(model=model, args=arguments, processing_class=tokenizer, train_dataset=Dataset.from_dict(rows))
        trainer.train()
        trainer.model.to(torch.bfloat16)
        shutil.rmtree(out)
        trainer.save_model(str(out))
    double = AutoModelForTokenClassification.from_pretrained(out, dtype=torch.float64).eval()

    def rewards(prompt, steps):
        row = PRMTrainer.tokenize_row(
            {"prompt": prompt, "completions": steps, "labels": [True] * len(steps)},
            tokenizer, "\n\n", None, None, False, False,
        )
        ids = list(row["input_ids"])
        positions = [index for index, label in enumerate(row["labels"]) if label != -100]
        with torch.no_grad():
            logits = double(input_ids=torch.tensor([ids])).logits[0]
        return logits.softmax(-1)[positions, 1].tolist(), ids, positions

    write(out, None, tokenizer, rewards, min)


def main():
    target = pathlib.Path(sys.argv[1])
    for name, make in [
        ("qwen2.5-math-prm", qwen_prm),
        ("skywork-o1-open-prm", skywork_prm),
        ("math-shepherd", math_shepherd),
        ("rlhflow-prm", rlhflow),
        ("trl-prm", trl_prm),
        ("reason-eval-7b", lambda out: reason_eval(out, "7B")),
        ("reason-eval-34b", lambda out: reason_eval(out, "34B")),
    ]:
        if len(sys.argv) > 2 and name not in sys.argv[2:]:
            continue
        shutil.rmtree(target / name, ignore_errors=True)
        make(target / name)
        size = sum(file.stat().st_size for file in (target / name).iterdir())
        expected = json.loads((target / name / "expected.json").read_text())
        print(name, size, [[round(value, 4) for value in case["rewards"]] for case in expected])


if __name__ == "__main__":
    main()
