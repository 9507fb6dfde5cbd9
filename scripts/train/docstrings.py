"""Questions about functions with the answers their authors wrote: docstrings of NetworkX, SymPy and NumPy (BSD-3-Clause)."""

from __future__ import annotations

import ast
import importlib.util
import random
import re
from pathlib import Path

PACKAGES = ("networkx", "sympy", "numpy")
FRAMES = (
    "What does `{}` do in {}?",
    "Explain {1}'s `{0}` in a few words.",
    "What is `{}` of {} for?",
    "Describe the function `{}` from the Python library {}.",
    "When would I use `{}` in {}?",
)
NAMES = {"networkx": "NetworkX", "sympy": "SymPy", "numpy": "NumPy"}
SENTENCES = 3


def docstrings(seed: int) -> list[tuple[str, str]]:
    """Pairs of question and answer, sorted, one frame each."""
    rng = random.Random(seed)
    found: dict[str, tuple[str, str]] = {}
    for package in PACKAGES:
        root = Path(importlib.util.find_spec(package).origin).parent
        for file in sorted(root.rglob("*.py")):
            if "tests" in file.parts:
                continue
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                    answer = prose(ast.get_docstring(node) or "")
                    if answer is not None and answer not in found:
                        found[answer] = (node.name, NAMES[package])
    return [(rng.choice(FRAMES).format(*names), answer) for answer, names in sorted(found.items())]


def prose(text: str) -> str | None:
    """The first whole sentences of a docstring, where they are plain text."""
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
    plain = []
    for part in paragraphs[:3]:
        if re.search(r">>>|::|\\|-{3}|={3}|:math:|\.\. ", part) or not re.match(r"[A-Z]", part) or not part.endswith("."):
            break
        plain.append(part)
    sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z])", " ".join(plain))[:SENTENCES]
    answer = re.sub(r"``?([^`]*)``?", r"\1", " ".join(sentences))
    return answer if 8 <= len(answer.split()) <= 90 and answer.endswith(".") else None


if __name__ == "__main__":
    pairs = docstrings(1)
    print(len(pairs), random.Random(2).sample(pairs, 5))
