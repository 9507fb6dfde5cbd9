"""ggml's Q5_0: 32 weights share a half-precision scale, each is five bits. Source: llama.cpp ggml/src/ggml-quants.c, `quantize_row_q5_0_ref`.
Rounding what is already rounded changes nothing, so weights trained through `rounded` are what the file holds."""

from __future__ import annotations

import torch

BLOCK = 32


def quantize(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Scales `[blocks]` in half precision and codes 0 to 31 `[blocks, 32]`."""
    blocks = weight.detach().float().reshape(-1, BLOCK)
    largest = blocks.gather(1, blocks.abs().argmax(1, keepdim=True))
    scale = largest / -16
    inverse = torch.where(scale == 0, 0, 1 / scale)
    codes = (blocks * inverse + 16.5).trunc().clamp(0, 31)
    return scale.half(), codes.to(torch.uint8)


def dequantize(scale: torch.Tensor, codes: torch.Tensor, shape: torch.Size) -> torch.Tensor:
    return ((codes.float() - 16) * scale.float()).reshape(shape)


class Rounded(torch.autograd.Function):
    """The rounded weight forwards, the gradient as if it were not rounded (straight through)."""

    @staticmethod
    def forward(_ctx, weight: torch.Tensor) -> torch.Tensor:
        return dequantize(*quantize(weight), weight.shape)

    @staticmethod
    def backward(_ctx, gradient: torch.Tensor) -> torch.Tensor:
        return gradient


def rounded(weight: torch.Tensor) -> torch.Tensor:
    return Rounded.apply(weight)
