"""Token ids of hard strings by what transformers makes of vocab.json and merges.txt, where there is no tokenizer.json.

    python vocab_files.py     in this folder, with transformers 5.24; writes test/model/tokenizer/vocab-files.json

The vocabulary is a fixture's, its tokenizer.json taken apart; the test takes it apart in the same way.
"""

import json
import tempfile
from pathlib import Path

import tokenizers
import transformers

HERE = Path(__file__).parent
FIXTURE = "skywork-qwen2-tiny"
CLASSES = ["Qwen2Tokenizer", "GPT2Tokenizer"]
TEXTS = [
    "",
    " ",
    "\n \n\n  \t x",
    "   two   spaces, and\ttabs\r\n\r\n",
    "<|im_start|>user\nHi!<|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n",
    "<|endoftext|><|im_start <|im_end|> x<|im_end|>",
    "naïve café cafe\u0301 — 你好，世界 🐉 \u200d\ufeff x\u0301",
    "def f(x):\n    return x ** 2  # 12345 67 3.14 0x1F",
    "it's HE'S we'LL don't I'M ’s 'sound",
    "\x00\x01\x7f ﷺ\U0001f1e9\U0001f1ea end ",
    "x" * 70 + " " * 70,
    "Ǆ ß İ ſ K Å ½ Ⅷ ٣ १",
    "... !!! --- ###  $5.00, (a)[b]{c}",
]


def taken_apart(name: str, folder: Path) -> None:
    source = HERE / "../../fixtures/checkpoints" / FIXTURE
    tokenizer = json.loads((source / "tokenizer.json").read_text("utf-8"))
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in tokenizer["model"]["merges"]]
    (folder / "vocab.json").write_text(json.dumps(tokenizer["model"]["vocab"]), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    config = json.loads((source / "tokenizer_config.json").read_text("utf-8"))
    (folder / "tokenizer_config.json").write_text(json.dumps({**config, "tokenizer_class": name}), encoding="utf-8")
    (folder / "config.json").write_text((source / "config.json").read_text("utf-8"))


def main() -> None:
    goldens = {"method": f"transformers {transformers.__version__}, tokenizers {tokenizers.__version__}", "fixture": FIXTURE, "texts": TEXTS, "ids": {}}
    for name in CLASSES:
        with tempfile.TemporaryDirectory() as folder:
            taken_apart(name, Path(folder))
            tokenizer = getattr(transformers, name).from_pretrained(folder)
            goldens["ids"][name] = [tokenizer.encode(text, add_special_tokens=False) for text in TEXTS]
    target = HERE / "../../model/tokenizer/vocab-files.json"
    target.write_text(json.dumps(goldens, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
