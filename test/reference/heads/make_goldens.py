"""Rewards of tiny random models by the published classes of their heads, in float64: what converted checkpoints must reproduce.

    pip install --no-deps openrlhf==0.11.2 rewardbench==0.1.4
    python make_goldens.py        in this folder, with torch and transformers 5.24 (CPU); writes test/convert/reference/heads.json

Weights are not stored: the tests make the same ones from the tensors' names (test/convert/reference/make-reference.py).
"""

import importlib
import json
import sys
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModel, AutoTokenizer

import published

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "../../convert/reference"), str(HERE / "../backbones")]
reference = importlib.import_module("make-reference")
internlm2_forward = importlib.import_module("internlm2_forward")

CONVERSATIONS = [
    [{"role": "user", "content": "What is 7 times 8?"}, {"role": "assistant", "content": "It is 56."}],
    [
        {"role": "user", "content": "Name a colour."},
        {"role": "assistant", "content": "Blue, I think; or green?"},
        {"role": "user", "content": "Another one, please — quickly!"},
        {"role": "assistant", "content": "Red.\n\nOr yellow, which is brighter than the others by far.\n\n"},
    ],
]
KEPT = ("pad_token_id", "bos_token_id", "eos_token_id", "vocab_size")


def tiny_config(fixture: str, settings: dict) -> dict:
    """A small model with the vocabulary of a fixture."""
    stored = json.loads((HERE / "../../fixtures/checkpoints" / fixture / "config.json").read_text("utf-8"))
    config = {**reference.BASE, **{key: stored.get(key) for key in KEPT}, **settings}
    return {key: value for key, value in config.items() if value is not None or key == "rope_scaling"}


def tokenizer_of(fixture: str):
    return AutoTokenizer.from_pretrained(HERE / "../../fixtures/checkpoints" / fixture)


def fill(model: torch.nn.Module) -> dict[str, list[int]]:
    """Gives a model the weights of its names, in float64, and returns their shapes."""
    model.double().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.from_numpy(reference.weight(name, tuple(parameter.shape), 1.0)).double())
    return {name: list(parameter.shape) for name, parameter in model.named_parameters()}


def model_config(config: dict):
    raw = {key: value for key, value in config.items() if key != "model_type"}
    parsed = AutoConfig.for_model(config["model_type"], **json.loads(json.dumps(raw)))
    parsed._attn_implementation = "eager"
    return parsed


def golden(config: dict, fixture: str, tensors: dict, score) -> dict:
    """@param score reward and number of tokens of a conversation"""
    cases = []
    for messages in CONVERSATIONS:
        tokens, reward = score(messages)
        cases.append({"messages": messages, "tokens": tokens, "reward": float(f"{reward:.9g}")})
    return {"config": config, "fixture": fixture, "tensors": tensors, "cases": cases}


def internlm2(fixture: str, settings: dict) -> dict:
    """A forward of our own, since the class needs transformers 4; its input as InternLM2ForRewardModel.get_score makes it."""
    config = tiny_config(fixture, {"model_type": "internlm2", "bias": False, "rope_theta": 1e6, "rope_scaling": None, **settings})
    shapes = {**internlm2_forward.shapes(config), "v_head.weight": [1, config["hidden_size"]]}
    tensors = {name: torch.from_numpy(reference.weight(name, tuple(shape), 1.0)).double() for name, shape in shapes.items()}
    tokenizer = tokenizer_of(fixture)

    def score(messages: list[dict]) -> tuple[int, float]:
        ids = tokenizer.encode(tokenizer.apply_chat_template(messages, tokenize=False), add_special_tokens=False)
        if ids[-1] != config["reward_token_id"]:
            ids.append(config["reward_token_id"])
        hidden = internlm2_forward.forward(config, tensors, ids)
        return len(ids), (tensors["v_head.weight"] @ hidden[-1]).item()

    return golden(config, fixture, shapes, score)


def openrlhf(fixture: str, settings: dict) -> dict:
    """OpenRLHF's own class, on input by its own data loader."""
    config = tiny_config(fixture, {"architectures": ["RewardModel"], **settings})
    parsed = model_config(config)
    model = published.openrlhf_reward_model(parsed, config.get("value_head_prefix", "score"))
    shapes = fill(model)
    tokenizer = tokenizer_of(fixture)

    def score(messages: list[dict]) -> tuple[int, float]:
        ids, mask = published.openrlhf_input(tokenizer, tokenizer.apply_chat_template(messages, tokenize=False))
        return ids.shape[1], model(ids, mask).item()

    return golden(config, fixture, shapes, score)


def two_layers(fixture: str) -> dict:
    """Qwen2.5-Math-RM: the computation of sglang 0385ece3 python/sglang/srt/models/qwen2_rm.py (`score`: Linear, ReLU, Linear) at the last token."""
    config = tiny_config(fixture, {"model_type": "qwen2"})
    model = torch.nn.Module()
    model.model = AutoModel.from_config(model_config(config))
    size = config["hidden_size"]
    model.score = torch.nn.Sequential(torch.nn.Linear(size, size), torch.nn.ReLU(), torch.nn.Linear(size, 1))
    shapes = fill(model)
    tokenizer = tokenizer_of(fixture)

    def score(messages: list[dict]) -> tuple[int, float]:
        ids = tokenizer.encode(tokenizer.apply_chat_template(messages, tokenize=False), add_special_tokens=False)
        hidden = model.model(torch.tensor([ids]), use_cache=False).last_hidden_state[0]
        return len(ids), model.score(hidden[-1]).item()

    return golden(config, fixture, shapes, score)


LLAMA, QWEN, ULTRARM = "skywork-llama3.1-tiny", "skywork-qwen2-tiny", "ultrarm-tiny"
GOLDENS = {
    "reward-token": lambda: internlm2(ULTRARM, {"reward_token_id": 77}),
    "reward-token, its token by the template": lambda: internlm2(LLAMA, {"reward_token_id": END_OF_TURN}),
    "two-layer-score, on Qwen 2": lambda: two_layers(QWEN),
    "open-rlhf, EOS added": lambda: openrlhf(ULTRARM, {"model_type": "llama", "normalize_reward": False, "mean": 3.0, "std": 2.0}),
    "open-rlhf, normalized, padding is EOS": lambda: openrlhf(
        QWEN,
        {
            "model_type": "qwen2",
            "value_head_prefix": "value_head",
            "normalize_reward": True,
            "mean": 0.75,
            "std": 1.625,
            "pad_token_id": tokenizer_of(QWEN).eos_token_id,
        },
    ),
}
END_OF_TURN = tokenizer_of(LLAMA).convert_tokens_to_ids("<|eot_id|>")


def main() -> None:
    goldens = {"method": published.METHOD, "rewards": {name: make() for name, make in GOLDENS.items()}}
    (HERE / "../../convert/reference/heads.json").write_text(json.dumps(goldens) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
