"""Writes every chat template of some files with many conversations, as JSON lines: conversations.py FILE...

A file is a template, or a tokenizer_config.json whose templates are read. The conversations are those that trip templates up:
without a user, with empty answers, with tools and calls, reasoning, parts and names.
"""

import itertools
import json
import sys

CALL = {"id": "c12345678", "type": "function", "function": {"name": "add", "arguments": {"a": 1, "b": [2.5, None, True], "ß": "x\"y"}}}
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "add",
            "description": "Adds <two> numbers\nand 'more'",
            "parameters": {
                "type": "object",
                "properties": {
                    "a": {"type": "integer", "description": "first", "default": 1.0, "enum": [1, 2]},
                    "b": {"type": ["array", "null"], "items": {"type": "number"}},
                    "o": {"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]},
                },
                "required": ["a"],
            },
            "return": {"type": "number"},
        },
    },
    {"type": "function", "function": {"name": "now", "description": "", "parameters": {"type": "object", "properties": {}}}},
]


def user(content="Hällo 😀 "):
    return {"role": "user", "content": content}


def assistant(content, **more):
    return {"role": "assistant", "content": content, **more}


SYSTEM = {"role": "system", "content": " Be kind.\n"}
PARTS = [{"type": "text", "text": "a "}, {"type": "image"}, {"type": "text", "text": "b"}]
CONVERSATIONS = [
    [],
    [user()],
    [SYSTEM],
    [SYSTEM, user()],
    [user(), assistant("Yes. ")],
    [user(), assistant("")],
    [SYSTEM, user("\n"), assistant("\n\nok\n")],
    [user(), user("again"), assistant("x")],
    [assistant("first"), user()],
    [user(), assistant("1"), user("2"), assistant("3"), user("4"), assistant("5")],
    [user(), assistant("<think>\nhm\n</think>\n\nDone.")],
    [user(), assistant("<think>a</think>b"), user("c"), assistant("<think>\n\nd</think> e")],
    [user(), assistant("Done.", reasoning_content="hm\n", thinking="hm\n")],
    [user(), assistant("Done.", reasoning_content="", thinking="")],
    [user(PARTS), assistant("x")],
    [user([{"type": "text", "text": "t"}]), assistant([{"type": "text", "text": "u"}])],
    [user(), assistant("", tool_calls=[CALL]), {"role": "tool", "content": "3", "name": "add", "tool_call_id": "c12345678"}, assistant("3.")],
    [user(), {"role": "assistant", "tool_calls": [CALL, CALL]}, {"role": "tool", "content": "3"}, {"role": "tool", "content": "4"}, assistant("ok")],
    [SYSTEM, user(), assistant("calling", tool_calls=[{"function": {"name": "now", "arguments": "{\"x\": 1}"}}]), {"role": "tool", "content": {"t": 1.0}}],
    [user(), assistant("", tool_calls=[])],
    [{"role": "developer", "content": "dev"}, user(), assistant("x", name="Bob")],
    [{"role": "user", "content": "x", "name": "Ann"}, assistant("y")],
    [{"role": "critic", "content": "x"}],
    [user(None), assistant(None)],
    [{"role": "user"}, {"role": "assistant"}],
    [user("x" * 3), assistant("{{ y }} {% z %} <|im_end|> </s> [INST]")],
]
DOCUMENTS = [{"title": "T", "text": "doc text", "id": 1}, {"title": "ü", "text": ""}]
VARIANTS = [
    {},
    {"add_generation_prompt": True},
    {"tools": TOOLS},
    {"tools": []},
    {"documents": DOCUMENTS},
    {"tools": TOOLS, "add_generation_prompt": True, "enable_thinking": False},
    {"enable_thinking": True, "add_generation_prompt": True},
    {"thinking": True, "reasoning_effort": "high", "date_string": "26 Jul 2024"},
]


def templates_of(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if not path.endswith(".json"):
        return [text]
    template = json.loads(text).get("chat_template")
    if isinstance(template, list):
        return [one["template"] for one in template]
    return [] if template is None else [template]


if __name__ == "__main__":
    for path in sys.argv[1:]:
        for template in templates_of(path):
            for messages, variant in itertools.product(CONVERSATIONS, VARIANTS):
                context = {"messages": messages, "tools": None, "documents": None, "add_generation_prompt": False}
                tokens = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
                print(json.dumps({"template": template, "context": {**context, **tokens, **variant}}))
