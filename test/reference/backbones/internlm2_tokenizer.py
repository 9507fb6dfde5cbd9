"""Token ids of hard strings, by InternLM 2's own making of a fast tokenizer from `tokenizer.model`.

    python internlm2_tokenizer.py     in this folder, with tokenizers, sentencepiece and protobuf; writes test/model/tokenizer/internlm2.json

The published class (InternLM's tokenization_internlm2_fast.py) is remote code; written anew here from what it does: pieces 0 to 2 are
<unk>, <s>, </s>; pieces with the id of an added token take its text; merges as transformers' SentencePieceExtractor makes them; spaces
become ▁, without one in front unless the model asks for it. The model is a fixture's, with the pieces that InternLM 2's has and others lack.
"""

import json
from pathlib import Path

import tokenizers
from sentencepiece import sentencepiece_model_pb2 as pb
from tokenizers import AddedToken, Tokenizer, models, normalizers

HERE = Path(__file__).parent
FIXTURE = "starling-tiny"
PIECES = ["[UNUSED_TOKEN_140]", "[UNUSED_TOKEN_141]", "[UNUSED_TOKEN_142]", "\0", "[UNUSED_TOKEN_143]"]
ADDED = {0: "<|reward|>", 1: "<|im_end|>", 2: "<|im_start|>"}
TEXTS = [
    "",
    " ",
    "   two   spaces, and\ttabs\n\n",
    "<|im_start|>user\nHi!<|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n<|reward|>",
    "[UNUSED_TOKEN_140] and [UNUSED_TOKEN_143]",
    "before\0behind, \0\0 twice",
    "<unk><s></s> < s > <|im_start",
    "naïve café — 你好，世界 🐉 \u200d\ufeff x\u0301",
    "def f(x):\n    return x ** 2  # ▁ mark",
    "12345 67 3.14 0x1F",
    "\x01\x7f\u0000",
    "ﷺ\U0001f1e9\U0001f1ea end ",
]


def merges_of(vocab: dict[str, int], scores: list[tuple[str, float]]) -> list[tuple[str, str]]:
    """transformers' `generate_merges`: every split of every piece into two pieces, best piece first."""
    found = []
    for piece, score in dict(scores).items():
        splits = [(piece[:at], piece[at:], score) for at in range(1, len(piece))]
        known = [split for split in splits if split[0] in vocab and split[1] in vocab]
        found += sorted(known, key=lambda split: (vocab[split[0]], vocab[split[1]]))
    found.sort(key=lambda split: (split[2], len(split[0]), len(split[1])), reverse=True)
    return [(left, right) for left, right, _ in found]


def main() -> None:
    appended = pb.ModelProto()
    for text in PIECES:
        appended.pieces.add(piece=text, score=-30000.0, type=1)
    appended.normalizer_spec.add_dummy_prefix = False
    extra = appended.SerializeToString()
    model = pb.ModelProto()
    model.ParseFromString((HERE / "../../fixtures/checkpoints" / FIXTURE / "tokenizer.model").read_bytes() + extra)
    first = len(model.pieces) - len(PIECES)
    scores = [("<unk>", 0.0), ("<s>", 0.0), ("</s>", 0.0), *((piece.piece, piece.score) for piece in model.pieces[3:])]
    added = {0: "<unk>", 1: "<s>", 2: "</s>", **{first + index: text for index, text in ADDED.items()}}
    scores = [(added.get(id, piece), score) for id, (piece, score) in enumerate(scores)]
    vocab = {piece: id for id, (piece, _) in enumerate(scores)}
    bpe = models.BPE(vocab, merges_of(vocab, scores), unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    tokenizer = Tokenizer(bpe)
    tokenizer.add_special_tokens([AddedToken(text, normalized=False, special=True) for text in added.values()])
    tokenizer.normalizer = normalizers.Sequence([normalizers.Replace(" ", "▁")])
    golden = {
        "method": f"tokenizers {tokenizers.__version__}",
        "fixture": FIXTURE,
        "extra": extra.hex(),
        "added": added,
        "rows": len(model.pieces) + 3,
        "cases": [{"text": text, "ids": tokenizer.encode(text, add_special_tokens=False).ids} for text in TEXTS],
    }
    (HERE / "../../model/tokenizer/internlm2.json").write_text(json.dumps(golden) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
