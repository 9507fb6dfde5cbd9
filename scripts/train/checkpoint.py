"""Writes what was trained as a Hugging Face checkpoint (float32, every value as the quantized file has it) and as a GGUF of Q5_0 blocks for
`llama-reward convert --backbone`. Run: checkpoint.py NPZ DATA_DIR OUT_DIR"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import gguf
import numpy as np
import torch
from model import ATTRIBUTES, Shape
from safetensors.torch import save_file
from save import load_rounded

TEMPLATE = (
    "{% for message in messages %}{% if not loop.first %}{{ '\\n' }}{% endif %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '\\n<|im_start|>assistant\\n' }}{% endif %}"
)
CONTEXT = 2048
# Source: llama.cpp gguf-py constants.py, MODEL_TENSOR names of llama.
GGUF_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def write_checkpoint(folder: Path, head_kind: str, data: Path, npz: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shape = Shape(**json.loads((data / "shape.json").read_text()))
    backbone, head, _ = load_rounded(npz)
    tensors = {f"model.{name}": value.contiguous() for name, value in backbone.items()} | {name: value.contiguous() for name, value in head.items()}
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    rope = {"rope_theta": shape.rope_theta}
    config = {
        "architectures": ["LlamaForCausalLM" if head_kind == "grm" else "LlamaForSequenceClassification"],
        "model_type": "llama",
        **shape.config(),
        **rope,
        "hidden_act": "silu",
        "max_position_embeddings": CONTEXT,
        "tie_word_embeddings": True,
        "attention_bias": False,
        "mlp_bias": False,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 0,
        "dtype": "float32",
    }
    if head_kind == "grm":
        config |= {"vhead_layer_type": "mlp", "vhead_num_neurons": head["v_head.summary.0.bias"].numel(), "vhead_num_layers": 1}
    else:
        config |= {"id2label": {str(i): f"LABEL_{i}" for i in range(2 * len(ATTRIBUTES))}}
    dump(folder / "config.json", config)
    (folder / "tokenizer.json").write_text((data / "tokenizer.json").read_text())
    dump(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": "<|im_start|>",
            "eos_token": "<|im_end|>",
            "pad_token": "<|endoftext|>",
            "unk_token": "<|endoftext|>",
            "add_prefix_space": False,
            "clean_up_tokenization_spaces": False,
            "model_max_length": CONTEXT,
            "chat_template": TEMPLATE,
        },
    )


def write_gguf(file: Path, data: Path, npz: Path) -> None:
    """The blocks as they were trained. The converter takes the tensors and writes metadata and tokenizer from the checkpoint."""
    shape = Shape(**json.loads((data / "shape.json").read_text()))
    backbone, _, codes = load_rounded(npz)
    tokens = sorted((vocab := json.loads((data / "tokenizer.json").read_text())["model"]["vocab"]), key=vocab.__getitem__)
    writer = gguf.GGUFWriter(str(file), "llama")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_K_M)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(shape.hidden_size)
    writer.add_block_count(shape.num_hidden_layers)
    writer.add_feed_forward_length(shape.intermediate_size)
    writer.add_head_count(shape.num_attention_heads)
    writer.add_head_count_kv(shape.num_key_value_heads)
    writer.add_rope_dimension_count(shape.head_dim)
    writer.add_rope_freq_base(shape.rope_theta)
    writer.add_layer_norm_rms_eps(shape.rms_norm_eps)
    writer.add_vocab_size(shape.vocab_size)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    for name, value in backbone.items():
        target = gguf_name(name)
        if name not in codes:
            writer.add_tensor(target, value.numpy())
            continue
        blocks = q5_0(*codes[name]).reshape(value.shape[0], -1)
        heads = {"attn_q": shape.num_attention_heads, "attn_k": shape.num_key_value_heads}.get(target.split(".")[-2])
        writer.add_tensor(target, permuted(blocks, heads) if heads else blocks, raw_dtype=gguf.GGMLQuantizationType.Q5_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def gguf_name(name: str) -> str:
    if name == "embed_tokens.weight":
        return "token_embd.weight"
    if name == "norm.weight":
        return "output_norm.weight"
    _, layer, rest = name.split(".", 2)
    return f"blk.{layer}.{GGUF_NAMES[rest.removesuffix('.weight')]}.weight"


def permuted(rows: np.ndarray, heads: int) -> np.ndarray:
    """Rows of each head as llama.cpp's rope pairs them. Source: llama.cpp conversion, `LlamaModel.permute`."""
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(rows.shape)


def q5_0(scale: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """`block_q5_0`: scale, the fifth bits, then the lower four bits of weight i beside those of weight i + 16."""
    high = np.packbits(codes >> 4, axis=1, bitorder="little")
    low = (codes[:, :16] & 15) | (codes[:, 16:] & 15) << 4
    return np.concatenate([scale.astype("<f2").view(np.uint8).reshape(-1, 2), high, low.astype(np.uint8)], 1)


def dump(file: Path, content: dict) -> None:
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    source, data_dir, out = (Path(argument) for argument in sys.argv[1:4])
    kind = source.name.split("-")[0]
    write_checkpoint(out / "checkpoint", kind, data_dir, source)
    write_gguf(out / "blocks.gguf", data_dir, source)
    torch.set_num_threads(1)
