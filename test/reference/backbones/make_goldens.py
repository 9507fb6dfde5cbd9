"""Hidden states and rewards of tiny random decoders, family by family, in float64: what converted backbones must reproduce.

    python make_goldens.py        in this folder, with torch and transformers 5.24 (CPU); writes test/convert/reference/backbones.json

Weights are not stored: the tests make the same ones from the tensors' names (test/convert/reference/make-reference.py).
"""

import importlib
import json
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoConfig, AutoModel, AutoTokenizer

import internlm2_forward

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "../../convert/reference"))
reference = importlib.import_module("make-reference")

GEMMA3 = {
    "model_type": "gemma3_text",
    "head_dim": 16,
    "query_pre_attn_scalar": 16,
    "sliding_window": 8,
    "num_hidden_layers": 4,
    "tie_word_embeddings": True,
}
NEOX = {"model_type": "gpt_neox", "num_attention_heads": 2, "num_key_value_heads": None, "rms_norm_eps": None}
GRANITE = {
    "model_type": "granite",
    "embedding_multiplier": 12.0,
    "residual_multiplier": 0.22,
    "attention_multiplier": 0.05,
    "logits_scaling": 8.0,
}
QWEN3MOE = {
    "model_type": "qwen3_moe",
    "num_experts": 6,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": 24,
    "norm_topk_prob": True,
    "head_dim": 16,
    "num_hidden_layers": 2,
}
YARN = reference.YARN

VARIANTS = {
    "internlm2, groups of two": {"model_type": "internlm2", "bias": False, "rope_theta": 1000000.0, "rope_scaling": None},
    "internlm2, biases, one group, linear scaling": {
        "model_type": "internlm2",
        "bias": True,
        "num_key_value_heads": 1,
        "rope_theta": 10000.0,
        "rope_scaling": {"type": "linear", "factor": 4.0},
    },
    "internlm2, a key for every query, dynamic scaling": {
        "model_type": "internlm2",
        "bias": False,
        "num_key_value_heads": 4,
        "rope_theta": 10000.0,
        "rope_scaling": {"type": "dynamic", "factor": 3.0},
    },
    "gemma3, as release 4 writes it": {
        **GEMMA3,
        "rope_theta": 1000000.0,
        "rope_local_base_freq": 500.0,
        "rope_scaling": {"rope_type": "linear", "factor": 8.0},
        "sliding_window_pattern": 3,
    },
    "gemma3, as release 5 writes it": {
        **GEMMA3,
        "rope_parameters": {
            "full_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 3000.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 77.0},
        },
        "layer_types": ["sliding_attention", "full_attention"] * 2,
    },
    "gemma3, windows everywhere": {**GEMMA3, "num_hidden_layers": 3, "final_logit_softcapping": 30.0},
    "olmo2": {"model_type": "olmo2", "rope_theta": 500000.0},
    "olmo2, yarn": {"model_type": "olmo2", "rope_scaling": YARN, "num_key_value_heads": 4},
    "granite": GRANITE,
    "granite, biases, large heads, tied": {
        **GRANITE,
        "attention_bias": True,
        "mlp_bias": True,
        "head_dim": 12,
        "tie_word_embeddings": True,
    },
    "qwen3moe": QWEN3MOE,
    "mixtral": {"model_type": "mixtral", "num_local_experts": 4, "num_experts_per_tok": 2, "sliding_window": None, "num_hidden_layers": 2},
    "gptneox, gelu": NEOX,
    "gptneox, tanh": {**NEOX, "hidden_act": "gelu_fast", "rotary_pct": 0.5, "rotary_emb_base": 5000},
    "gptneox, one after the other": {**NEOX, "use_parallel_residual": False, "hidden_act": "gelu_new"},
}

# Reward models: a variant, and the fixture whose tokenizer and chat template it has.
REWARDS = {
    "internlm2": ("internlm2, groups of two", "ultrarm-tiny"),
    "gemma3": ("gemma3, as release 5 writes it", "grm-gemma2-tiny"),
    "olmo2": ("olmo2", "skywork-llama3.1-tiny"),
    "granite": ("granite", "skywork-llama3.1-tiny"),
    "qwen3moe": ("qwen3moe", "skywork-qwen2-tiny"),
    "mixtral": ("mixtral", "ultrarm-tiny"),
    "gptneox": ("gptneox, tanh", "skywork-llama3.1-tiny"),
}
REWARD_TOKEN = 77
CONVERSATIONS = [
    [{"role": "user", "content": "What is 7 times 8?"}, {"role": "assistant", "content": "It is 56."}],
    [
        {"role": "user", "content": "Name a colour."},
        {"role": "assistant", "content": "Blue, I think; or green?"},
        {"role": "user", "content": "Another one, please — quickly!"},
        {"role": "assistant", "content": "Red.\n\nOr yellow, which is brighter than the others by far."},
    ],
]


def run(settings: dict) -> dict:
    config = {key: value for key, value in {**reference.BASE, **settings}.items() if value is not None or key == "rope_scaling"}
    hidden, shapes = compute(config, reference.TOKENS)
    rows = {str(position): [float(f"{value:.7g}") for value in hidden[position]] for position in reference.POSITIONS}
    return {"config": config, "tensors": shapes, "hidden": rows}


def compute(config: dict, tokens: list[int]) -> tuple[torch.Tensor, dict]:
    """Hidden states, and the shapes of all tensors."""
    return internlm2(config, tokens) if config["model_type"] == "internlm2" else of_transformers(config, tokens)


def internlm2(config: dict, tokens: list[int]) -> tuple[torch.Tensor, dict]:
    shapes = internlm2_forward.shapes(config)
    tensors = {name: torch.from_numpy(reference.weight(name, tuple(shape), 1.0)).double() for name, shape in shapes.items()}
    return internlm2_forward.forward(config, tensors, tokens), shapes


def of_transformers(config: dict, tokens: list[int]) -> tuple[torch.Tensor, dict]:
    raw = {key: value for key, value in config.items() if key != "model_type"}
    parsed = AutoConfig.for_model(config["model_type"], **json.loads(json.dumps(raw)))
    parsed._attn_implementation = "eager"
    parsed._experts_implementation = "eager"
    model = AutoModel.from_config(parsed).double().eval()
    centre = 0.0 if config["model_type"].startswith("gemma") else 1.0
    shapes = {}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith(("experts.gate_up_proj", "experts.down_proj")):
                shapes |= fill_experts(config["model_type"], name, parameter)
                continue
            # In files Mixtral's experts are in another block than in the class.
            stored = name.replace(".mlp.", ".block_sparse_moe.") if config["model_type"] == "mixtral" else name
            parameter.copy_(torch.from_numpy(reference.weight(stored, tuple(parameter.shape), centre)).double())
            shapes[stored] = list(parameter.shape)
        return model(torch.tensor([tokens]), use_cache=False).last_hidden_state[0], shapes


def fill_experts(model_type: str, name: str, parameter: torch.nn.Parameter) -> dict:
    """Files have experts one by one (transformers conversion_mapping.py)."""
    block, kind = name.rsplit(".", 1)
    names = {"gate_up_proj": ["gate_proj", "up_proj"], "down_proj": ["down_proj"]}[kind]
    if model_type == "mixtral":
        block = block.replace(".mlp.", ".block_sparse_moe.")
        names = {"gate_up_proj": ["w1", "w3"], "down_proj": ["w2"]}[kind]
    shapes = {}
    for expert, matrix in enumerate(parameter):
        for own, rows in zip(names, matrix.chunk(len(names))):
            stored = f"{block}.{expert}.{own}.weight"
            shapes[stored] = list(rows.shape)
            rows.copy_(torch.from_numpy(reference.weight(stored, tuple(rows.shape), 1.0)).double())
    return shapes


def rewards(variant: str, fixture: str) -> dict:
    folder = HERE / "../../fixtures/checkpoints" / fixture
    published = json.loads((folder / "config.json").read_text("utf-8"))
    own = {key: published.get(key) for key in ("pad_token_id", "bos_token_id", "eos_token_id")}
    config = {**reference.BASE, **VARIANTS[variant], **own, "vocab_size": published["vocab_size"]}
    config = {key: value for key, value in config.items() if value is not None or key == "rope_scaling"}
    tokenizer = AutoTokenizer.from_pretrained(folder)
    head = "v_head.weight" if config["model_type"] == "internlm2" else "score.weight"
    score = torch.from_numpy(reference.weight(head, (1, config["hidden_size"]), 1.0)).double()
    if config["model_type"] == "internlm2":
        config["reward_token_id"] = REWARD_TOKEN
    cases = []
    for messages in CONVERSATIONS:
        text = tokenizer.apply_chat_template(messages, tokenize=False)
        # As InternLM 2's own class prepares it (RewardBench's models/internlm.py).
        is_marked = "reward_token_id" in config
        ids = tokenizer(text, add_special_tokens=not is_marked).input_ids + ([REWARD_TOKEN] if is_marked else [])
        hidden, shapes = compute(config, ids)
        assert ids[-1] != config.get("pad_token_id")
        cases.append({"messages": messages, "tokens": len(ids), "reward": float(f"{(score @ hidden[-1]).item():.9g}")})
    return {"config": config, "fixture": fixture, "tensors": {**shapes, head: list(score.shape)}, "cases": cases}


def main() -> None:
    goldens = {
        "method": f"transformers {transformers.__version__}, torch {torch.__version__}, float64, eager attention; "
        "internlm2: internlm2_forward.py",
        "tokens": reference.TOKENS,
        "variants": {name: run(settings) for name, settings in VARIANTS.items()},
        "rewards": {name: rewards(*model) for name, model in REWARDS.items()},
    }
    (HERE / "../../convert/reference/backbones.json").write_text(json.dumps(goldens) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
