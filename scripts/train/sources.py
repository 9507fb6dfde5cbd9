"""Prompts with good answers, by source, and which split each belongs to."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import facts
from docstrings import docstrings
from prompts import FRAMES
from written import written

Messages = list[dict[str, str]]
LONGEST_ANSWER = 120
LONGEST_PROMPT = 110


@dataclass(frozen=True)
class Item:
    """`bad`: an answer that people liked less, or one that is wrong, where the source has one."""

    source: str
    messages: tuple[tuple[str, str], ...]
    answer: str
    split: str
    bad: str | None = None

    @property
    def prompt(self) -> str:
        return self.messages[-1][1]


TOPICS = sorted({topic.strip() for topics, _ in FRAMES.values() for topic in topics.split(";")}, key=len, reverse=True)


def split_of(text: str) -> str:
    """By the topic where there is one, so that no other question on it is trained on: 84 % train, 6 % calibration, 10 % test."""
    key = next((topic for topic in TOPICS if topic in text), text)
    share = int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) % 100
    return "test" if share < 10 else "calibration" if share < 16 else "train"


def own_answers(file: Path) -> list[Item]:
    """What SmolLM2 wrote, up to the last whole sentence; without what it refused or said twice."""
    items = []
    better = dict(written())
    for line in gzip.open(file, "rt"):
        row = json.loads(line)
        if row["prompt"] in better:
            continue
        answer = row["answer"] if row["ended"] else whole_sentences(row["answer"])
        sentences = re.split(r"(?<=[.!?])\s+", answer)
        if len(answer.split()) >= 3 and len(set(sentences)) == len(sentences) and not loops(answer) and not re.match(r"I'm sorry|I apologi|As an AI|I can't|I cannot", answer):
            items.append(Item("own", (("user", row["prompt"]),), answer, split_of(row["prompt"])))
    return items


def loops(text: str) -> bool:
    """Whether the same three words come again and again."""
    words = text.lower().split()
    threes = [tuple(words[i : i + 3]) for i in range(len(words) - 2)]
    return len(threes) > 0 and len(set(threes)) < 0.8 * len(threes)


def whole_sentences(text: str) -> str:
    end = max(text.rfind(mark) for mark in ".!?")
    return re.sub(r"\s*\n\s*\d+\.$", "", text[: end + 1]).strip()


def written_answers() -> list[Item]:
    return [Item("written", (("user", q),), a, split_of(q)) for q, a in written()]


def documented() -> list[Item]:
    return [Item("docs", (("user", q),), a, split_of(q)) for q, a in docstrings(1)]


def gsm8k(files: list[Path]) -> list[Item]:
    """GSM8K (MIT): its solutions, and the same with another result."""
    items = []
    for file in files:
        for line in file.open():
            row = json.loads(line)
            steps, result = re.sub(r"<<.*?>>", "", row["answer"]).split("\n#### ")
            value = result.replace(",", "")
            if not re.fullmatch(r"\d+", value):
                continue
            off = 1 + int(hashlib.sha256(row["question"].encode()).hexdigest()[:4], 16) % 19
            wrong = str(int(value) + off)
            spoiled = steps.replace(result, wrong) if result in steps else steps
            answer, bad = f"{steps}\nThe answer is {result}.", f"{spoiled}\nThe answer is {wrong}."
            if fits(row["question"], answer):
                items.append(Item("gsm8k", (("user", row["question"]),), answer, split_of(row["question"]), bad))
    return items


def harmless(file: Path) -> list[Item]:
    """HH harmless (MIT): conversations of up to three questions, with the answer people preferred and the other."""
    items = []
    for line in gzip.open(file, "rt"):
        row = json.loads(line)
        chosen, rejected = turns(row["chosen"]), turns(row["rejected"])
        if len(chosen) > 6 or len(chosen) % 2 or chosen[:-1] != rejected[:-1]:
            continue
        answer, bad = chosen[-1][1], rejected[-1][1]
        if answer and bad and fits(" ".join(text for _, text in chosen[:-1]), answer):
            items.append(Item("harmless", tuple(chosen[:-1]), answer, split_of(chosen[0][1]), bad))
    return items


def turns(text: str) -> list[tuple[str, str]]:
    parts = re.split(r"\n\n(Human|Assistant): ?", text)[1:]
    return [("user" if role == "Human" else "assistant", said.strip()) for role, said in zip(parts[::2], parts[1::2], strict=True)]


def fact_items(rng) -> list[Item]:
    """Each fact is asked three times; which split it is in hangs on the fact."""
    items = []
    for fact in facts.facts():
        for _ in range(3):
            question, right, wrong = facts.ask(fact, rng)
            items.append(Item("facts", (("user", question),), right, split_of(f"{fact.kind} {fact.key}"), wrong))
    return items


def fits(prompt: str, answer: str) -> bool:
    return len(prompt.split()) <= LONGEST_PROMPT and len(answer.split()) <= LONGEST_ANSWER
