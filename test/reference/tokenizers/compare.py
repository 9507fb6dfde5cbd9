"""Compares token ids with the Rust tokenizers library, on text that transformers' chat templates render.

    compare.py FOLDER TYPE ...    as run.mjs lays them out
"""

import datetime
import json
import re
import sys
from pathlib import Path

import tokenizers
import transformers
from transformers.utils import chat_template_utils

SHOWN = 3


def main(folder: Path, types: list[str]) -> int:
    checkpoint = folder / "checkpoint"
    texts = json.loads((folder / "texts.json").read_text("utf-8"))
    reference = Reference(checkpoint)
    faults: list[str] = []
    counts = {key: len(texts[key]) for key in ("strings", "parsed", "literal")}
    expected_strings = [reference.encode(text) for text in texts["strings"]]
    for kind in types:
        ours = json.loads((folder / f"{kind}.json").read_text("utf-8"))
        prompt = json.loads((folder / kind / "reward.json").read_text("utf-8"))["prompt"]
        for text, expected, actual in zip(texts["strings"], expected_strings, ours["strings"], strict=True):
            if expected != actual:
                faults.append(f"{kind} string {text[:80]!r}: {around(expected, actual)}")
        for mode in ("parsed", "literal"):
            for record, result in zip(texts[mode], ours[mode], strict=True):
                if "error" in result:
                    faults.append(f"{kind} {mode} {record['id']}: {result['error']}")
                    continue
                text, ids = reference.conversation(record["messages"], mode == "literal", prompt)
                if text != result["prompt"]:
                    faults.append(f"{kind} {mode} {record['id']}: prompt {result['prompt'][:200]!r}, expected {text[:200]!r}")
                elif ids != result["inputIds"]:
                    faults.append(f"{kind} {mode} {record['id']}: {around(ids, result['inputIds'])}")
    print(
        f"{'FAIL' if faults else 'ok'} {folder.name}: {counts['strings']} strings, {counts['parsed']} conversations parsed, "
        f"{counts['literal']} literal, each as {' and '.join(types)}: {len(faults)} differences from tokenizers "
        f"{tokenizers.__version__}, transformers {transformers.__version__}"
    )
    for fault in faults[:SHOWN]:
        print(f"     {fault}")
    return 1 if faults else 0


class Reference:
    def __init__(self, checkpoint: Path) -> None:
        self.tokenizer = tokenizers.Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
        self.templates = transformers.AutoTokenizer.from_pretrained(checkpoint)
        added = self.tokenizer.get_added_tokens_decoder()
        self.special = {token.content: id for id, token in added.items() if token.special}
        # Leftmost, then longest, as the library looks for them.
        spellings = sorted((token.content for token in added.values()), key=len, reverse=True)
        self.pattern = re.compile("|".join(map(re.escape, spellings)))

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def conversation(self, messages: list, literal: bool, prompt: dict) -> tuple[str, list[int]]:
        text = self.render(messages, prompt)
        body = self.encode_literally(messages, text, prompt) if literal else self.encode(text)
        if not prompt["addSpecialTokens"]:
            return text, body
        return text, [*prompt["prefixTokens"], *body, *prompt["suffixTokens"]]

    def render(self, messages: list, prompt: dict) -> str:
        # The template's clock stands at the pinned date.
        if prompt["date"] is not None:
            now = datetime.datetime.strptime(prompt["date"], "%d %b %Y")
            chat_template_utils.datetime = type("Clock", (), {"now": staticmethod(lambda: now)})
        text = self.templates.apply_chat_template(messages, tokenize=False)
        # Published usages that add BOS again take the template's away.
        return text.replace(self.templates.bos_token, "") if prompt["removeBosText"] else text

    def encode_literally(self, messages: list, text: str, prompt: dict) -> list[int]:
        """The template's special tokens are tokens, and what a message spells is text."""
        marks = [f"\ue000{index}\ue001" for index in range(len(messages))]
        masked = [{**message, "content": mark} for message, mark in zip(messages, marks, strict=True)]
        parts = re.split("(\ue000[0-9]+\ue001)", self.render(masked, prompt))
        contents = {mark: message["content"] for mark, message in zip(marks, messages, strict=True)}
        assert "".join(contents.get(part, part) for part in parts) == text, "the template looks at the contents"
        ids: list[int] = []
        stretch = ""

        def flush() -> None:
            nonlocal stretch
            if stretch:
                self.tokenizer.encode_special_tokens = True
                ids.extend(self.encode(stretch))
                self.tokenizer.encode_special_tokens = False
            stretch = ""

        for part in parts:
            if part in contents:
                stretch += contents[part]
                continue
            start = 0
            for match in self.pattern.finditer(part):
                if match.group() not in self.special:
                    continue
                stretch += part[start : match.start()]
                flush()
                ids.append(self.special[match.group()])
                start = match.end()
            stretch += part[start:]
        flush()
        return ids


def around(expected: list[int], actual: list[int]) -> str:
    first = next((i for i, (a, b) in enumerate(zip(expected, actual)) if a != b), min(len(expected), len(actual)))
    return f"from token {first} on {actual[first : first + 6]}, expected {expected[first : first + 6]}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
