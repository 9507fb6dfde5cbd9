"""Ways to spoil a good answer: one function a kind. Each gives a text that is worse than the answer for the prompt, by construction."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

from fragments import NOTHING

SHORTEST_CUT = 8


@dataclass
class Fragments:
    """Texts that only one split may use."""

    rude: list[str]
    refused: list[str]
    foreign: dict[str, list[str]]
    languages: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.languages = sorted(self.foreign)


def cut(answer: str, rng: random.Random) -> str | None:
    """Ends in the middle of a sentence."""
    words = answer.split(" ")
    if len(words) < SHORTEST_CUT:
        return None
    for _ in range(8):
        at = max(2, int(len(words) * rng.uniform(0.12, 0.85)))
        kept = " ".join(words[:at])
        if kept[-1].isalnum() and (at >= len(words) or words[at][:1].islower()):
            letters = rng.random() < 0.3 and len(words[at - 1]) > 4
            return kept[: -rng.randint(1, 3)] if letters else kept
    return None


def repeated(answer: str, rng: random.Random) -> str | None:
    """Says one thing again and again: a sentence, a few words, or one word at the end."""
    words = answer.split()
    if len(words) < 3:
        return None
    sentences = re.split(r"(?<=[.!?])\s+", answer)
    form = rng.random()
    if form < 0.45:
        at = rng.randrange(len(sentences))
        again = [sentences[at]] * rng.randint(3, 6)
        return " ".join(sentences[:at] + again + (sentences[at + 1 :] if rng.random() < 0.5 else []))
    start = rng.randrange(max(1, len(words) - 6))
    phrase = words[start : start + (rng.randint(2, 6) if form < 0.85 else 1)]
    return " ".join(words[:start] + phrase * rng.randint(4, 12))


def scrambled(answer: str, rng: random.Random) -> str | None:
    """Words in disorder, everywhere or within a few places, or letters in disorder within the words."""
    words = answer.split()
    if len(words) < 5:
        return None
    form = rng.random()
    if form < 0.5:
        mixed = rng.sample(words, len(words))
    elif form < 0.8:
        width = rng.randint(4, 8)
        mixed = [word for i in range(0, len(words), width) for word in rng.sample(words[i : i + width], len(words[i : i + width]))]
    else:
        mixed = ["".join(rng.sample(word, len(word))) for word in words]
    return None if mixed == words else " ".join(mixed)


def foreign(fragments: Fragments, rng: random.Random) -> str:
    sentences = fragments.foreign[rng.choice(fragments.languages)]
    return " ".join(rng.sample(sentences, min(len(sentences), rng.randint(1, 4))))


def rude(answer: str, fragments: Fragments, rng: random.Random) -> str:
    """Insults, alone or around the answer."""
    insults = " ".join(rng.sample(fragments.rude, rng.randint(1, 3)))
    form = rng.random()
    if form < 0.7:
        return insults
    return f"{insults} {answer}" if form < 0.9 else f"{answer} {insults}"


def refused(fragments: Fragments, rng: random.Random) -> str:
    return " ".join(rng.sample(fragments.refused, 1 if rng.random() < 0.6 else 2))


def empty(rng: random.Random) -> str:
    return rng.choice(NOTHING)


def other(prompt: str, answers: list[tuple[str, str]], rng: random.Random) -> str:
    """The answer of a prompt that shares no telling word with this one."""
    telling = content_words(prompt)
    while True:
        elsewhere, answer = rng.choice(answers)
        if not telling & content_words(elsewhere):
            return answer


def content_words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z]+", text.lower()) if len(word) >= 5} - COMMON


COMMON = set("about explain somebody never heard would describe write short poem could begin people often wrong riddle answer whose important interesting facts sentence mistakes beginners their first teach should there which where after other".split())
