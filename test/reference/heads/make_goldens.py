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
from transformers import AutoConfig, AutoModel, AutoTokenizer, LlamaForSequenceClassification, MistralModel, PreTrainedTokenizerFast

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


def fill(model: torch.nn.Module, centre: float = 1.0) -> dict[str, list[int]]:
    """Gives a model the weights of its names, in float64, and returns their shapes."""
    model.double().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.from_numpy(reference.weight(name, tuple(parameter.shape), centre)).double())
    return {name: list(parameter.shape) for name, parameter in model.named_parameters()}


def model_config(config: dict, attention: str = "eager"):
    raw = {key: value for key, value in config.items() if key != "model_type"}
    parsed = AutoConfig.for_model(config["model_type"], **json.loads(json.dumps(raw)))
    parsed._attn_implementation = attention
    return parsed


def rounded(value):
    return {key: rounded(each) for key, each in value.items()} if isinstance(value, dict) else float(f"{value:.9g}")


def golden(config: dict, fixture: str, tensors: dict, score, **more) -> dict:
    """
    @param score number of tokens of a conversation, its reward and, for heads that have them, its attributes
    @param more hubId whose profile applies; tokenizer: changes of tokenizer_config.json; values of tensors, where names do not give them
    """
    cases = []
    for messages in CONVERSATIONS:
        tokens, reward, *attributes = score(messages)
        cases.append({"messages": messages, "tokens": tokens, "reward": rounded(reward)})
        if attributes:
            cases[-1]["attributes"] = rounded(attributes[0])
    return {"config": config, "fixture": fixture, "tensors": tensors, **more, "cases": cases}


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


def pipeline_tokenizer(fixture: str):
    """
    By what tokenizer.json says, as transformers 4 has it: the class for Llama of 5 makes rules of its own for spaces behind special tokens.
    RewardBench's scripts give a tokenizer EOS to pad with where it has nothing; a text alone needs none.
    """
    tokenizer = PreTrainedTokenizerFast.from_pretrained(HERE / "../../fixtures/checkpoints" / fixture)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    return tokenizer


def turns(messages: list[dict]) -> tuple[list[tuple[str, str]], tuple[str, str]]:
    """Question and answer by turn, the last one apart."""
    texts = [message["content"] for message in messages]
    *before, last = zip(texts[::2], texts[1::2])
    return before, last


def safe_rlhf(settings: dict, values: dict, hub_id: str) -> dict:
    """RewardBench's LlamaForScore and its pipeline; the text as safe-rlhf's format_prompt makes it, without EOS at the end."""
    module = published.rewardbench("beaver")
    config = tiny_config(ULTRARM, {"model_type": "llama", **settings})
    model = module.LlamaForScore(model_config(config))
    shapes = fill(model)
    for name, value in values.items():
        model.normalizer.get_buffer(name.split(".")[1]).copy_(torch.tensor([value]))
        shapes[name] = [1]
    tokenizer = pipeline_tokenizer(ULTRARM)
    seen = published.Seen(model, return_dict=True)
    is_cost = settings["score_type"] == "cost"
    pipeline = (module.BeaverCostPipeline if is_cost else module.BeaverPipeline)("task", seen, tokenizer)

    def score(messages: list[dict]) -> tuple:
        before, (question, answer) = turns(messages)
        text = "BEGINNING OF CONVERSATION: " + "".join(f"USER: {q} ASSISTANT:{a}{tokenizer.eos_token}" for q, a in before)
        reward = pipeline([f"{text}USER: {question} ASSISTANT:{answer}"]).item()
        return (seen.tokens, reward, {"cost": {"mean": -reward}}) if is_cost else (seen.tokens, reward)

    return golden(config, ULTRARM, shapes, score, hubId=hub_id, values=values)


def eurus() -> dict:
    """RewardBench's class for openbmb's rewards, on Mistral as EurusRewardModel is; the text of the model card."""
    module = published.rewardbench("openbmb")
    config = tiny_config(ULTRARM, {"model_type": "mistral", "sliding_window": 4096, "head_dim": 16})
    module.LlamaModel = MistralModel
    model = module.LlamaRewardModel(model_config(config))
    shapes = fill(model)
    tokenizer = pipeline_tokenizer(ULTRARM)
    seen = published.Seen(model)
    pipeline = module.OpenBMBPipeline("task", seen, tokenizer)

    def score(messages: list[dict]) -> tuple[int, float]:
        before, (question, answer) = turns(messages)
        text = "".join(f"[INST] {q} [/INST] {a}{tokenizer.eos_token}" for q, a in before)
        reward = pipeline([f"{text}[INST] {question} [/INST] {answer}"]).item()
        return seen.tokens, reward

    return golden(config, ULTRARM, shapes, score, hubId="openbmb/Eurus-RM-7b")


def ldl(settings: dict, save_to: Path | None = None) -> dict:
    """RewardBench's LDLRewardModel27B with narrower networks, and its pipeline."""
    module = published.rewardbench("ldlreward")
    fixture = "grm-gemma2-tiny"
    config = tiny_config(
        fixture, {"model_type": "gemma2", "head_dim": 16, "query_pre_attn_scalar": 16, "tie_word_embeddings": True, "num_objectives": 60, **settings}
    )
    model = module.LDLRewardModel27B(model_config(config))
    model.regression_layer = module.MultiOutputNN(config["hidden_size"], 60, hidden_dims=[24, 20])
    model.gating_layer = module.GatingNN(
        config["hidden_size"], 6, hidden_dim=24, softmax=config.get("softmax", False), temperature=config.get("temperature", 1.0)
    )
    shapes = fill(model, centre=0.0)
    if save_to is not None:
        save_to.mkdir(parents=True, exist_ok=True)
        for part in ("regression_layer", "gating_layer"):
            torch.save(getattr(model, part).float().state_dict(), save_to / f"{part}.pt")
            getattr(model, part).double()
    tokenizer = pipeline_tokenizer(fixture)
    seen = published.Seen(model, return_dict=True)
    pipeline = module.LDLPipeline("task", seen, tokenizer)
    scale = torch.linspace(0, 1, 10).double()

    def score(messages: list[dict]) -> tuple[int, float, dict]:
        reward = pipeline([tokenizer.apply_chat_template(messages, tokenize=False)]).item()
        means, gates = (seen.outputs.rewards[0] * scale).sum(-1).tolist(), seen.outputs.weights[0, 0].tolist()
        return seen.tokens, reward, {f"objective_{i}": {"mean": m, "gate": g} for i, (m, g) in enumerate(zip(means, gates))}

    return golden(config, fixture, shapes, score)


def athene() -> dict:
    """A forward of our own, from allenai/reward-bench 98cda4a8 rewardbench/models/athene.py; its text and tokens as AtheneRewardPipeline has them."""
    config = tiny_config(LLAMA, {"model_type": "llama", "architectures": ["CustomAutoModelForSequenceClassification"]})
    model = torch.nn.Module()
    model.model = AutoModel.from_config(model_config(config))
    model.v_head = torch.nn.Linear(config["hidden_size"], 1, bias=False)
    shapes = fill(model)
    tokenizer = tokenizer_of(LLAMA)
    tokenizer.cls_token = "<|reserved_special_token_1|>"

    def score(messages: list[dict]) -> tuple[int, float]:
        ids = tokenizer(tokenizer.apply_chat_template(messages, tokenize=False) + tokenizer.cls_token)["input_ids"]
        hidden = model.model(torch.tensor([ids]), use_cache=False).last_hidden_state[0]
        place = max(index for index, token in enumerate(ids) if token == tokenizer.cls_token_id)
        return len(ids), model.v_head(hidden[place]).item()

    return golden(config, LLAMA, shapes, score, tokenizer={"cls_token": tokenizer.cls_token})


def one_bos(fixture: str, settings: dict) -> dict:
    """RewardBench's default pipeline, which masks the first of two BOS, over a sequence classifier of transformers."""
    module = published.rewardbench("pipeline")
    config = tiny_config(fixture, {"architectures": ["LlamaForSequenceClassification"], "num_labels": 1, **settings})
    # In eager attention a masked place, which sees nothing, is no number, and neither is anything that does not see it.
    model = LlamaForSequenceClassification(model_config(config, "sdpa"))
    shapes = fill(model)
    tokenizer = pipeline_tokenizer(fixture)
    seen = published.Seen(model)
    pipeline = module.RewardBenchPipeline("task", seen, tokenizer)

    def score(messages: list[dict]) -> tuple[int, float]:
        reward = pipeline([tokenizer.apply_chat_template(messages, tokenize=False)]).item()
        return seen.tokens, reward

    return golden(config, fixture, shapes, score, hubId="allenai/Llama-3.1-8B-Instruct-RM-RB2")


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
    "safe-rlhf, reward by the config's statistics": lambda: safe_rlhf(
        {"score_type": "reward", "do_normalize": True, "mean": [-1.75], "var": [2.25], "bias": True}, {}, "PKU-Alignment/beaver-7b-v1.0-reward"
    ),
    "safe-rlhf, cost by stored statistics": lambda: safe_rlhf(
        {"score_type": "cost", "do_normalize": True, "normalizer_type": "ExponentialMovingAverage", "momentum": 0.9, "mean": [9.0], "var": [9.0]},
        {"normalizer.mean": 0.5, "normalizer.var": 0.3125},
        "PKU-Alignment/beaver-7b-v1.0-cost",
    ),
    "safe-rlhf, not normalized": lambda: safe_rlhf(
        {"score_type": "reward", "do_normalize": False, "mean": [9.0], "var": [9.0]}, {}, "PKU-Alignment/beaver-7b-v3.0-reward"
    ),
    "regression-head, Eurus": eurus,
    "label-distribution": lambda: ldl({}, HERE / "../../fixtures/trainers/ldl-reward"),
    "label-distribution, softmax in the gate": lambda: ldl({"softmax": True, "temperature": 2.5}),
    "class-token": athene,
    "linear-score, one BOS of two": lambda: one_bos(LLAMA, {"model_type": "llama"}),
    "linear-score, BOS by the tokenizer alone": lambda: one_bos(ULTRARM, {"model_type": "llama"}),
}
END_OF_TURN = tokenizer_of(LLAMA).convert_tokens_to_ids("<|eot_id|>")


def main() -> None:
    goldens = {"method": published.METHOD, "rewards": {name: make() for name, make in GOLDENS.items()}}
    (HERE / "../../convert/reference/heads.json").write_text(json.dumps(goldens) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
