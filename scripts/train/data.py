"""Makes the training and held-out sets: groups of one good answer and several that are worse, as tokens, with labels.
Run: data.py WHEEL_DIR ANSWERS.jsonl.gz GSM8K_DIR HARMLESS.jsonl.gz DJANGO.whl OUT_DIR"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
from pathlib import Path

import numpy as np
import spoil
import sums
from foreign import sentences
from fragments import REFUSED, RUDE
from kinds import BAD_OF_SOURCE, GENERAL, KINDS
from labels import label
from source import load_tokenizer
from sources import Item, documented, fact_items, gsm8k, harmless, own_answers, written_answers
from tokenizers import Tokenizer
from vocabulary import prune

VOCABULARY = 6144
LONGEST = 256
GROUPS = {"train": 64000, "calibration": 1500, "test": 0}
TEST_PAIRS = 300
RECORDS_PER_KIND = 120
BAD_PER_GROUP = 3
SHARES = {"own": 0.36, "written": 0.06, "docs": 0.16, "gsm8k": 0.12, "harmless": 0.10, "facts": 0.10, "sums": 0.10}
HELD_OUT_LANGUAGES = ("cs", "da")
SPLITS = ("train", "calibration", "test")


class Maker:
    """Makes groups and pairs of one split."""

    def __init__(self, split: str, items: list[Item], fragments: spoil.Fragments, seed: int) -> None:
        self.rng = random.Random(f"{split} {seed}")
        self.fragments = fragments
        self.items: dict[str, list[Item]] = {}
        for item in items:
            if item.split == split:
                self.items.setdefault(item.source, []).append(item)
        self.answers = {source: [(item.prompt, item.answer) for item in found] for source, found in self.items.items()}

    def item(self, sources: dict[str, float]) -> Item:
        known = {source: share for source, share in sources.items() if source == "sums" or source in self.items}
        source = self.rng.choices(list(known), list(known.values()))[0]
        if source == "sums":
            question, right, wrong = sums.ask(self.rng)
            return Item("sums", (("user", question),), right, "", wrong)
        return self.rng.choice(self.items[source])

    def good(self, item: Item) -> str:
        """The answer, or only its first sentences: short is not bad."""
        parts = re.split(r"(?<=[.!?])\s+", item.answer)
        if item.source not in ("own", "docs") or len(parts) < 2 or self.rng.random() < 0.5:
            return item.answer
        return " ".join(parts[: self.rng.randint(1, len(parts) - 1)])

    def spoiled(self, kind: str, item: Item, good: str) -> str | None:
        rng = self.rng
        if kind in ("rude", "refused") and item.source == "harmless":
            return None
        if kind == "foreign" and re.search(r"translate|Spanish|French|German", item.prompt):
            return None
        match kind:
            case "other":
                near = rng.random() < 0.5 and len(self.answers.get(item.source, ())) > 30
                source = item.source if near else rng.choices(list(self.answers), [SHARES[name] for name in self.answers])[0]
                return spoil.other(item.prompt, self.answers[source], rng)
            case "foreign":
                return spoil.foreign(self.fragments, rng)
            case "rude":
                return spoil.rude(good, self.fragments, rng)
            case "refused":
                return spoil.refused(self.fragments, rng)
            case "empty":
                return spoil.empty(rng)
            case _:
                return getattr(spoil, kind)(good, rng)

    def bad(self, kind: str, item: Item, good: str) -> tuple[str, str] | None:
        text = item.bad if kind in BAD_OF_SOURCE.values() else self.spoiled(kind, item, good)
        return None if text is None or text == good else (kind, text)

    def group(self) -> list[tuple[str, Item, str]]:
        """First the good answer, then the others by kind."""
        while True:
            item = self.item(SHARES)
            good = self.good(item)
            kinds = self.rng.sample(GENERAL, BAD_PER_GROUP)
            if item.bad is not None:
                kinds[0] = BAD_OF_SOURCE[item.source]
                if kinds[0] == "gsm8k":
                    good = item.answer
            if self.rng.random() < 0.3 and "other" not in kinds:
                kinds[-1] = "other"
            bads = [self.bad(kind, item, good) for kind in kinds]
            if None not in bads:
                return [("good", item, good), *((kind, item, text) for kind, text in bads)]

    def pair(self, kind: str) -> list[tuple[str, Item, str]]:
        """A good and a spoiled answer of one kind."""
        general = {source: share for source, share in SHARES.items() if source not in ("facts", "sums")}
        own = {source: 1.0 for source, named in BAD_OF_SOURCE.items() if named == kind}
        while True:
            item = self.item(own or general)
            good = item.answer if own else self.good(item)
            bad = self.bad(kind, item, good)
            if bad is not None:
                return [("good", item, good), (kind, item, bad[1])]


def render(messages: tuple[tuple[str, str], ...], answer: str) -> str:
    """As the chat template of the checkpoint does."""
    return "\n".join(f"<|im_start|>{role}\n{text}<|im_end|>" for role, text in (*messages, ("assistant", answer)))


def fragments_of(split: str, foreign: dict[str, list[str]]) -> spoil.Fragments:
    """Each split has its own insults, refusals and sentences; two languages are for the held-out sets only."""
    part = (lambda found: found[::4]) if split != "train" else (lambda found: [text for i, text in enumerate(found) if i % 4])
    languages = {
        language: part(texts) for language, texts in foreign.items() if split != "train" or language not in HELD_OUT_LANGUAGES
    }
    return spoil.Fragments(part(RUDE), part(REFUSED), languages)


def write(file: Path, groups: list[list[tuple[str, Item, str]]], tokenizer: Tokenizer, rng: np.random.Generator) -> None:
    """Flat arrays: tokens of all sequences end to end, their lengths, group, kind and labels."""
    rows = [(g, kind, render(item.messages, text), item, text) for g, group in enumerate(groups) for kind, item, text in group]
    ids = [encoding.ids for encoding in tokenizer.encode_batch([row[2] for row in rows], add_special_tokens=False)]
    whole = {g for g in range(len(groups))} - {row[0] for row, found in zip(rows, ids, strict=True) if len(found) > LONGEST}
    kept = [(row, found) for row, found in zip(rows, ids, strict=True) if row[0] in whole]
    labels = np.array([label(row[1], row[3].source, row[4], rng) for row, _ in kept], np.float16)
    np.savez(
        file,
        tokens=np.concatenate([np.array(found, np.uint16) for _, found in kept]),
        lengths=np.array([len(found) for _, found in kept], np.uint16),
        groups=np.array([row[0] for row, _ in kept], np.uint32),
        kinds=np.array([KINDS.index(row[1]) for row, _ in kept], np.uint8),
        labels=labels,
    )
    print(file.name, len(whole), "groups,", len(kept), "sequences,", sum(len(found) for _, found in kept), "tokens")


def write_records(file: Path, groups: list[list[tuple[str, Item, str]]], offending: set[str]) -> None:
    """Some pairs of each kind as `llama-reward eval pairs` reads them; without HH harmless, whose texts offend."""
    count = dict.fromkeys(KINDS, 0)
    with gzip.GzipFile(file, "wb", mtime=0) as sink:
        for g, (good, bad) in enumerate(groups):
            item = good[1]
            if item.source == "harmless" or bad[2] in offending or count[bad[0]] == RECORDS_PER_KIND:
                continue
            count[bad[0]] += 1
            record = {"id": f"{bad[0]}-{g % TEST_PAIRS}", "subset": bad[0], "prompt": item.prompt, "chosen": good[2], "rejected": bad[2]}
            sink.write((json.dumps(record, ensure_ascii=False) + "\n").encode())


def main() -> None:
    wheel, answers, gsm, hh, django, out = (Path(argument) for argument in sys.argv[1:7])
    out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(1)
    items = own_answers(answers) + written_answers() + documented() + gsm8k(sorted(gsm.glob("*.jsonl"))) + harmless(hh) + fact_items(rng)
    foreign = sentences(django)
    full = load_tokenizer(wheel)._tokenizer
    texts = [text for item in items for text in (item.prompt, item.answer)] + RUDE * 3 + REFUSED * 3
    content, old_ids = prune(full, texts, VOCABULARY)
    (out / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=False))
    np.save(out / "old-ids.npy", np.array(old_ids, np.uint16))
    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    for split in SPLITS:
        maker = Maker(split, items, fragments_of(split, foreign), 1)
        print(split, {source: len(found) for source, found in maker.items.items()})
        groups = [maker.pair(kind) for kind in KINDS[1:] for _ in range(TEST_PAIRS)] if split == "test" else [maker.group() for _ in range(GROUPS[split])]
        write(out / f"{split}.npz", groups, tokenizer, np.random.default_rng(1))
        if split == "test":
            write_records(out / "held-out.jsonl.gz", groups, {item.answer for item in items if item.source == "harmless"})


if __name__ == "__main__":
    main()
