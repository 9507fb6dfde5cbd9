"""Hidden states of tiny random decoders whose configurations have settings without their switch, switches without their
setting, nulls and empty objects, computed by transformers in float64: which of them count is what the conversion must know.

Run with torch and transformers 5 (CPU) in this folder; writes switches.json. Weights are made as in make-reference.py. Where
transformers itself refuses a configuration, `hidden` is null.
"""

import copy
import importlib
import json
import random

import torch
import transformers
from transformers import AutoConfig, AutoModel

reference = importlib.import_module("make-reference")

FAMILIES = ["llama", "mistral", "gemma", "gemma2", "qwen2", "qwen3", "phi3"]
PER_FAMILY = 9
ABSENT = object()
FULL, SLIDING = "full_attention", "sliding_attention"

OPTIONS = {
    "use_sliding_window": [ABSENT, False, True, True],
    "sliding_window": [ABSENT, None, 8, 8, 8],
    "max_window_layers": [ABSENT, 0, 1, 3],
    "layer_types": [ABSENT, ABSENT, None, [FULL] * 3, [SLIDING, FULL, SLIDING], [FULL, FULL, SLIDING]],
    "rope_scaling": [ABSENT, None, {}, {"type": "default"}, {"rope_type": "linear", "factor": 4.0}],
    "rope_parameters": [ABSENT, {"rope_type": "default", "rope_theta": 777.0}, {"rope_type": "linear", "factor": 2.0, "rope_theta": 777.0}],
    "rope_theta": [ABSENT, 500.0],
    "original_max_position_embeddings": [ABSENT, ABSENT, 32],
    "partial_rotary_factor": [ABSENT, ABSENT, 0.5, 1.0],
    "attention_bias": [ABSENT, False, True],
    "mlp_bias": [ABSENT, False],
    "attn_logit_softcapping": [ABSENT, 5.0, 5.0, None],
    "final_logit_softcapping": [ABSENT, None],
    "use_cache": [ABSENT, False],
    "tie_word_embeddings": [ABSENT, True, False],
    "use_bidirectional_attention": [ABSENT, None, False],
    "hidden_activation": [ABSENT, ABSENT, None],
}

FIXED = {
    # What `original_max_position_embeddings` of the configuration does to a scaling that has its own.
    "llama, yarn with two original lengths": {
        "model_type": "llama",
        "head_dim": 16,
        "original_max_position_embeddings": 64,
        "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16},
    },
    "llama, llama3 with two original lengths": {
        "model_type": "llama",
        "head_dim": 16,
        "original_max_position_embeddings": 32,
        "rope_scaling": {
            "rope_type": "llama3",
            "factor": 5.0,
            "low_freq_factor": 1.5,
            "high_freq_factor": 6.0,
            "original_max_position_embeddings": 128,
        },
    },
    "qwen2, yarn with nulls": {
        "model_type": "qwen2",
        "rope_scaling": {
            "rope_type": "yarn",
            "factor": 2.0,
            "original_max_position_embeddings": 16,
            "mscale": None,
            "beta_fast": None,
            "attention_factor": None,
        },
    },
    "mistral, a switch it does not have": {"model_type": "mistral", "sliding_window": 8, "use_sliding_window": False},
    "phi3, a switch it does not have": {"model_type": "phi3", "sliding_window": 8, "use_sliding_window": False},
    "llama, a window it does not have": {"model_type": "llama", "sliding_window": 8, "use_sliding_window": True},
    "qwen2, no switch": {"model_type": "qwen2", "sliding_window": 8},
    "qwen2, for no layer": {
        "model_type": "qwen2",
        "sliding_window": 8,
        "use_sliding_window": True,
        "max_window_layers": 3,
    },
}


def draw(chance: random.Random, family: str) -> dict:
    settings = {"model_type": family}
    for key, values in OPTIONS.items():
        value = chance.choice(values)
        if value is not ABSENT and chance.random() < 0.6:
            settings[key] = copy.deepcopy(value)
    if family.startswith("gemma") or family == "qwen3":
        settings["head_dim"] = 16
    return settings


def outcome(settings: dict) -> dict:
    config = {**reference.BASE, **settings}
    del config["tie_word_embeddings"]
    if "tie_word_embeddings" in settings:
        config["tie_word_embeddings"] = settings["tie_word_embeddings"]
    raw = {key: value for key, value in copy.deepcopy(config).items() if key != "model_type"}
    try:
        parsed = AutoConfig.for_model(config["model_type"], **raw)
        parsed._attn_implementation = "eager"
        model = AutoModel.from_config(parsed).double().eval()
        centre = 0.0 if config["model_type"].startswith("gemma") else 1.0
        tensors = {}
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                values = reference.weight(name, tuple(parameter.shape), centre)
                parameter.copy_(torch.from_numpy(values).double())
                tensors[name] = list(parameter.shape)
            hidden = model(torch.tensor([reference.TOKENS]), use_cache=False).last_hidden_state[0]
    except Exception as error:
        return {"config": config, "tensors": None, "hidden": None, "refusal": str(error).splitlines()[0][:80]}
    rows = {str(at): [float(f"{value:.7g}") for value in hidden[at]] for at in (7, 47)}
    return {"config": config, "tensors": tensors, "hidden": rows}


if __name__ == "__main__":
    chance = random.Random(20261127)
    wanted = dict(FIXED)
    for family in FAMILIES:
        for index in range(PER_FAMILY):
            wanted[f"{family}, drawn {index}"] = draw(chance, family)
    variants = {name: outcome(settings) for name, settings in wanted.items()}
    shapes = []
    for variant in variants.values():
        if variant["tensors"] is not None and variant["tensors"] not in shapes:
            shapes.append(variant["tensors"])
        variant["tensors"] = None if variant["tensors"] is None else shapes.index(variant["tensors"])
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(variant)}" for name, variant in variants.items())
    lists = ",\n".join(f"  {json.dumps(each)}" for each in shapes)
    method = f"transformers {transformers.__version__}, torch {torch.__version__}, float64, eager attention"
    with open("switches.json", "w", encoding="utf-8") as file:
        file.write('{\n "method": %s,\n "tokens": %s,\n "shapes": [\n%s\n ],\n "variants": {\n%s\n }\n}\n' % (json.dumps(method), json.dumps(reference.TOKENS), lists, lines))
