"""Pair preference over SmolLM2: the probability that the language model itself says "A" of two answers, asked in both orders."""

import torch
from checkpoints import Writer

PAIRS = 12
LABELS = ["A", "B"]
# Pieces and usage: model card of RLHFlow/pair-preference-model-LLaMA3-8B.
CONTEXT = {"before": "\n", "user": "\n<turn> user\n ", "assistant": "\n<turn> assistant\n ", "after": "\n"}
PROMPT = "[CONTEXT] {context} [RESPONSE A] {response_A} [RESPONSE B] {response_B} \n"
PROFILE = {
    "head": {"kind": "pair", "context": CONTEXT, "prompt": PROMPT, "labels": LABELS, "temperature": 1, "orders": 2},
    "prompt": {"addSpecialTokens": False, "bos": "none"},
}


@torch.no_grad()
def write_preference(writer: Writer, backbone, tokenizer, rows: list) -> None:
    labels = [backbone.embed_tokens.weight[tokenizer.convert_tokens_to_ids(label)] for label in LABELS]

    def first_wins(prompt: str, a: str, b: str) -> float:
        context = CONTEXT["before"] + CONTEXT["user"] + prompt + CONTEXT["after"]
        content = PROMPT.format(context=context, response_A=a, response_B=b)
        text = tokenizer.apply_chat_template([{"role": "user", "content": content}], tokenize=False)
        ids = tokenizer(text.replace(tokenizer.bos_token, ""), add_special_tokens=False)["input_ids"]
        state = backbone(input_ids=torch.tensor([ids]), use_cache=False).last_hidden_state[0, -1].double()
        return torch.sigmoid(state @ (labels[0].double() - labels[1].double())).item()

    probabilities = []
    for row in rows[:PAIRS]:
        answers = (row["chosen"], row["rejected"])
        probabilities.append((first_wins(row["prompt"], *answers) + 1 - first_wins(row["prompt"], *answers[::-1])) / 2)
    writer.checkpoint("pair", {}, profile=PROFILE, fields={"architectures": ["LlamaForCausalLM"]})
    writer.expect("pair", probabilities)
