"""Arithmetic questions with a right and a wrong answer."""

from __future__ import annotations

import random

NAMES = "Ana Ben Carla David Emil Fatima Greta Hugo Ines Jonas Kira Leo Mina Nils Olga Paul Rosa Sami Tara Uwe Vera Will Yara Zoe".split()
GOODS = "apples pens coins stamps books marbles cards eggs tickets stones candles shells".split()


def ask(rng: random.Random) -> tuple[str, str, str]:
    """Question, right answer, wrong answer, in the same words."""
    question, value = rng.choice((plain, story, share, clock))(rng)
    off = rng.choice([-20, -11, -10, -5, -3, -2, -1, 1, 2, 3, 5, 7, 10, 12, 20])
    wrong = value + off if value + off >= 0 and off + value != value else value + abs(off)
    form = rng.choice(("{}", "{}.", "The answer is {}.", "It is {}.", "That makes {}."))
    return question, form.format(value), form.format(wrong)


def plain(rng: random.Random) -> tuple[str, int]:
    form = rng.choice(("What is {} {} {}?", "Calculate {} {} {}.", "{} {} {} = ?", "How much is {} {} {}?"))
    sign = rng.choice(("+", "-", "×", "plus", "minus", "times"))
    if sign in ("×", "times"):
        a, b = rng.randint(2, 12), rng.randint(2, 12)
        return form.format(a, sign, b), a * b
    a, b = rng.randint(1, 99), rng.randint(1, 99)
    if sign in ("-", "minus"):
        a, b = max(a, b), min(a, b)
        return form.format(a, sign, b), a - b
    return form.format(a, sign, b), a + b


def story(rng: random.Random) -> tuple[str, int]:
    name, other = rng.sample(NAMES, 2)
    goods = rng.choice(GOODS)
    a, b = rng.randint(5, 60), rng.randint(2, 40)
    if rng.random() < 0.5:
        return f"{name} has {a} {goods} and gets {b} more from {other}. How many {goods} does {name} have now?", a + b
    a, b = max(a, b) + 1, min(a, b)
    return f"{name} has {a} {goods} and gives {b} of them to {other}. How many are left?", a - b


def share(rng: random.Random) -> tuple[str, int]:
    each, count = rng.randint(2, 12), rng.randint(2, 9)
    goods = rng.choice(GOODS)
    if rng.random() < 0.5:
        return f"{each * count} {goods} are shared equally by {count} children. How many does each child get?", each
    return f"A box holds {each} {goods}. How many {goods} are in {count} boxes?", each * count


def clock(rng: random.Random) -> tuple[str, int]:
    hours, rest = rng.randint(1, 5), rng.choice((0, 10, 15, 20, 30, 45))
    return f"How many minutes are {hours} hours and {rest} minutes?" if rest else f"How many minutes are {hours} hours?", 60 * hours + rest
