"""A small Llama with a reward head, in the tensors and names of the published models; computes what transformers' LlamaModel does."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from blocks import rounded
from torch import nn
from torch.nn import functional as F

ATTRIBUTES = ("helpfulness", "correctness", "coherence", "complexity", "verbosity")


@dataclass(frozen=True)
class Shape:
    """Names as in a Hugging Face config.json."""

    vocab_size: int
    hidden_size: int = 576
    intermediate_size: int = 736
    num_hidden_layers: int = 6
    num_attention_heads: int = 9
    num_key_value_heads: int = 3
    head_dim: int = 64
    rope_theta: float = 100000.0
    rms_norm_eps: float = 1e-5

    def config(self) -> dict:
        return asdict(self)


class Linear(nn.Module):
    """A matrix that may be rounded on the way."""

    rounding = False

    def __init__(self, columns: int, rows: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(rows, columns))

    def used(self) -> torch.Tensor:
        return rounded(self.weight) if Linear.rounding else self.weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, self.used())


class Norm(nn.Module):
    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(size)), eps

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.rms_norm(x.float(), (x.shape[-1],), self.weight, self.eps)


def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin


class Attention(nn.Module):
    def __init__(self, s: Shape) -> None:
        super().__init__()
        self.shape = s
        self.q_proj = Linear(s.hidden_size, s.num_attention_heads * s.head_dim)
        self.k_proj = Linear(s.hidden_size, s.num_key_value_heads * s.head_dim)
        self.v_proj = Linear(s.hidden_size, s.num_key_value_heads * s.head_dim)
        self.o_proj = Linear(s.num_attention_heads * s.head_dim, s.hidden_size)

    def forward(self, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        rows, length, _ = x.shape
        heads = lambda y, n: y.view(rows, length, n, self.shape.head_dim).transpose(1, 2)  # noqa: E731
        q = rotate(heads(self.q_proj(x), self.shape.num_attention_heads), cos, sin)
        groups = self.shape.num_attention_heads // self.shape.num_key_value_heads
        k = rotate(heads(self.k_proj(x), self.shape.num_key_value_heads), cos, sin).repeat_interleave(groups, 1)
        v = heads(self.v_proj(x), self.shape.num_key_value_heads).repeat_interleave(groups, 1)
        # Padding stands at the end, where causal attention does not look.
        y = F.scaled_dot_product_attention(q.to(v.dtype), k.to(v.dtype), v, is_causal=True)
        return self.o_proj(y.transpose(1, 2).reshape(rows, length, -1))


class Feedforward(nn.Module):
    def __init__(self, s: Shape) -> None:
        super().__init__()
        self.gate_proj = Linear(s.hidden_size, s.intermediate_size)
        self.up_proj = Linear(s.hidden_size, s.intermediate_size)
        self.down_proj = Linear(s.intermediate_size, s.hidden_size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, s: Shape) -> None:
        super().__init__()
        self.input_layernorm = Norm(s.hidden_size, s.rms_norm_eps)
        self.self_attn = Attention(s)
        self.post_attention_layernorm = Norm(s.hidden_size, s.rms_norm_eps)
        self.mlp = Feedforward(s)

    def forward(self, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        return x + self.mlp(self.post_attention_layernorm(x))


class Backbone(nn.Module):
    def __init__(self, s: Shape) -> None:
        super().__init__()
        self.shape = s
        self.embed_tokens = Linear(s.hidden_size, s.vocab_size)
        self.layers = nn.ModuleList(Layer(s) for _ in range(s.num_hidden_layers))
        self.norm = Norm(s.hidden_size, s.rms_norm_eps)

    def forward(self, ids: torch.Tensor, last: torch.Tensor) -> torch.Tensor:
        """Hidden states after the final norm at the place `last` of each row."""
        s = self.shape
        steps = torch.arange(0, s.head_dim, 2, device=ids.device, dtype=torch.float32) / s.head_dim
        angles = torch.outer(torch.arange(ids.shape[1], device=ids.device, dtype=torch.float32), s.rope_theta**-steps)
        cos, sin = (torch.cat((f, f), -1) for f in (angles.cos(), angles.sin()))
        x = F.embedding(ids, self.embed_tokens.used())
        for layer in self.layers:
            x = layer(x, cos, sin)
        return self.norm(x[torch.arange(len(ids), device=ids.device), last])


class ValueHead(nn.Module):
    """GRM's: two layers with ReLU between them. Tensors `v_head.summary.0` and `.2`."""

    def __init__(self, size: int, width: int = 128) -> None:
        super().__init__()
        self.summary = nn.Sequential(nn.Linear(size, width), nn.ReLU(), nn.Linear(width, 1))

    def forward(self, h: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"reward": self.summary(h).squeeze(-1)}

    def scale(self, factor: float) -> None:
        with torch.no_grad():
            self.summary[2].weight.mul_(factor)
            self.summary[2].bias.mul_(factor)

    def tensors(self) -> dict[str, torch.Tensor]:
        return {f"v_head.{name}": value for name, value in self.state_dict().items()}


class GatedHead(nn.Module):
    """URM's: mean and log deviation of each attribute, mixed by a gate. Tensors `score.weight`, `weights.fc.{0,2,4}`."""

    def __init__(self, size: int, width: int = 96) -> None:
        super().__init__()
        self.score = nn.Linear(size, 2 * len(ATTRIBUTES), bias=False)
        self.fc = nn.Sequential(nn.Linear(size, width), nn.SELU(), nn.Linear(width, width), nn.SELU(), nn.Linear(width, len(ATTRIBUTES)))
        with torch.no_grad():
            self.score.weight.mul_(0.3)
            self.fc[4].weight.mul_(0.1)
            self.fc[4].bias.copy_(torch.tensor([0.6, 0.5, 0.4, 0.0, 0.0]))

    def forward(self, h: torch.Tensor) -> dict[str, torch.Tensor]:
        mean, raw = self.score(h).unflatten(-1, (len(ATTRIBUTES), 2)).unbind(-1)
        gate = self.fc(h)
        return {"reward": (gate * mean).sum(-1), "mean": mean, "raw": raw, "std": ((gate * raw.exp()) ** 2).sum(-1).sqrt()}

    def scale(self, factor: float) -> None:
        with torch.no_grad():
            self.fc[4].weight.mul_(factor)
            self.fc[4].bias.mul_(factor)

    def tensors(self) -> dict[str, torch.Tensor]:
        return {"score.weight": self.score.weight, **{f"weights.fc.{name}": value for name, value in self.fc.state_dict().items()}}


HEADS = {"grm": ValueHead, "urm": GatedHead}


class RewardModel(nn.Module):
    def __init__(self, shape: Shape, head: str) -> None:
        super().__init__()
        self.backbone = Backbone(shape)
        self.head = HEADS[head](shape.hidden_size)

    def forward(self, ids: torch.Tensor, last: torch.Tensor) -> dict[str, torch.Tensor]:
        hidden = self.backbone(ids, last)
        with torch.autocast(hidden.device.type, enabled=False):
            return self.head(hidden.float())
