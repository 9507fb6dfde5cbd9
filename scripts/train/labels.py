"""Attribute labels, by construction: helpfulness, correctness and coherence hang on what was done to the answer, complexity and verbosity
on its words. All from 0 to 4, as HelpSteer has them, with the spread that people's labels would have: wide where the text can hardly be
judged (another language, disorder), narrow elsewhere."""

from __future__ import annotations

import re

import numpy as np

# helpfulness, correctness, coherence
QUALITY = {
    "good": (3.5, 3.6, 3.8),
    "other": (0.4, 0.5, 3.0),
    "cut": (1.8, 2.8, 2.0),
    "repeated": (1.5, 2.5, 1.2),
    "scrambled": (0.6, 0.9, 0.3),
    "foreign": (0.6, 1.2, 1.8),
    "rude": (0.3, 0.6, 2.6),
    "empty": (0.0, 0.0, 0.2),
    "refused": (0.6, 1.0, 3.3),
    "facts": (1.0, 0.3, 3.7),
    "arithmetic": (1.0, 0.3, 3.7),
    "gsm8k": (1.4, 0.6, 3.5),
    "harmless": (2.0, 2.1, 3.3),
}
# Good answers that are less sure to be good: what SmolLM2 wrote, and what people preferred in a conversation.
GOOD = {"own": (3.1, 3.0, 3.6), "harmless": (2.8, 2.9, 3.6)}
SPREAD = {"scrambled": 1.1, "foreign": 1.3, "harmless": 0.8}
USUAL_SPREAD = 0.35


def label(kind: str, source: str, text: str, rng: np.random.Generator) -> np.ndarray:
    """Five labels for one answer, as one annotator would give them."""
    spread = SPREAD.get(kind, SPREAD["harmless"] if source == "harmless" and kind == "good" else USUAL_SPREAD)
    quality = GOOD.get(source, QUALITY["good"]) if kind == "good" else QUALITY[kind]
    means = np.array([*quality, complexity(text), verbosity(text)])
    return np.clip(means + spread * rng.standard_normal(5), -1, 5)


def complexity(text: str) -> float:
    """Long words: 0 for none, 4 where words have nine letters on average."""
    words = re.findall(r"\w+", text)
    if not words:
        return 0.0
    mean = sum(map(len, words)) / len(words)
    return float(np.clip(0.6 * (mean - 2.5), 0, 4))


def verbosity(text: str) -> float:
    """Length on a logarithmic scale: 4 at about 120 words."""
    return float(np.clip(0.58 * np.log2(1 + len(text.split())), 0, 4))
