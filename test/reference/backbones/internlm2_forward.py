"""InternLM 2's hidden states in float64, from its tensors and its `config.json`.

transformers has no such class: checkpoints carry their own code. Written from that code's formulas (InternLM's
modeling_internlm2.py and configuration_internlm2.py, as in OpenGVLab/InternVL 0c8993dcb): wqkv's rows are groups of
`queries per key` query heads, one key head and one value head; halves of a head rotate; RMS norms; a gated SiLU MLP.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional


def forward(config: dict, tensors: dict[str, Tensor], tokens: list[int]) -> Tensor:
    """Hidden states after the final norm, `[tokens, hidden size]`. @param tensors by name, `model.` in front"""
    eps = config["rms_norm_eps"]
    x = tensors["model.tok_embeddings.weight"][tokens]
    cos, sin = rotation(config, len(tokens))
    for layer in range(config["num_hidden_layers"]):
        part = f"model.layers.{layer}."
        x = x + attention(config, tensors, f"{part}attention.", rms_norm(x, tensors[f"{part}attention_norm.weight"], eps), cos, sin)
        y = rms_norm(x, tensors[f"{part}ffn_norm.weight"], eps)
        w1, w2, w3 = (tensors[f"{part}feed_forward.w{number}.weight"] for number in (1, 2, 3))
        x = x + (functional.silu(y @ w1.T) * (y @ w3.T)) @ w2.T
    return rms_norm(x, tensors["model.norm.weight"], eps)


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    return weight * x / torch.sqrt((x * x).mean(-1, keepdim=True) + eps)


def rotation(config: dict, length: int) -> tuple[Tensor, Tensor]:
    size = config["hidden_size"] // config["num_attention_heads"]
    scaling = config.get("rope_scaling") or {}
    base = config["rope_theta"]
    most = config["max_position_embeddings"]
    if scaling.get("type") == "dynamic" and length > most:
        factor = scaling["factor"]
        base *= (factor * length / most - (factor - 1)) ** (size / (size - 2))
    positions = torch.arange(length, dtype=torch.float64)
    if scaling.get("type") == "linear":
        positions = positions / scaling["factor"]
    frequencies = base ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
    angles = torch.outer(positions, frequencies)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """@param x `[tokens, heads, head size]`"""
    first, second = x.chunk(2, dim=-1)
    cos, sin = cos[:, None], sin[:, None]
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


def attention(config: dict, tensors: dict[str, Tensor], part: str, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    heads, groups = config["num_attention_heads"], config["num_key_value_heads"]
    queries = heads // groups
    size = config["hidden_size"] // heads
    fused = x @ tensors[f"{part}wqkv.weight"].T
    if config["bias"]:
        fused = fused + tensors[f"{part}wqkv.bias"]
    fused = fused.view(len(x), groups, queries + 2, size)
    query = rotate(fused[:, :, :queries].reshape(len(x), heads, size), cos, sin)
    key = rotate(fused[:, :, -2], cos, sin).repeat_interleave(queries, dim=1)
    value = fused[:, :, -1].repeat_interleave(queries, dim=1)
    weights = torch.einsum("qhd,khd->hqk", query, key) / math.sqrt(size)
    later = torch.ones(len(x), len(x), dtype=torch.bool).triu(1)
    weights = weights.masked_fill(later, -math.inf).softmax(-1)
    mixed = torch.einsum("hqk,khd->qhd", weights, value).reshape(len(x), heads * size)
    mixed = mixed @ tensors[f"{part}wo.weight"].T
    return mixed + tensors[f"{part}wo.bias"] if config["bias"] else mixed


def shapes(config: dict) -> dict[str, list[int]]:
    """Of all tensors of the backbone, by name."""
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    size = hidden // config["num_attention_heads"]
    fused = (config["num_attention_heads"] + 2 * config["num_key_value_heads"]) * size
    found = {"model.tok_embeddings.weight": [config["vocab_size"], hidden]}
    for layer in range(config["num_hidden_layers"]):
        part = f"model.layers.{layer}."
        found |= {f"{part}attention.wqkv.weight": [fused, hidden], f"{part}attention.wo.weight": [hidden, hidden]}
        if config["bias"]:
            found |= {f"{part}attention.wqkv.bias": [fused], f"{part}attention.wo.bias": [hidden]}
        found |= {f"{part}feed_forward.w{number}.weight": [inner, hidden] for number in (1, 3)}
        found |= {f"{part}feed_forward.w2.weight": [hidden, inner]}
        found |= {f"{part}{name}.weight": [hidden] for name in ("attention_norm", "ffn_norm")}
    return {**found, "model.norm.weight": [hidden]}
