"""A policy that DPO trained, beside its reference, with the rewards of transformers in float32: SmolLM2-135M-Instruct, a few steps of gradient
descent on pairs of LLMBar. Writes WORK/policy, WORK/reference and WORK/expected.json; compare.mjs compares.

    python trained.py WORK LLMBAR.jsonl [--steps N] [--count N]
"""

import argparse
import json
import pathlib
import sys

import torch
from torch.nn.functional import logsigmoid
from transformers import LlamaForCausalLM

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts" / "python"))
import smollm2  # noqa: E402

BETA = 0.1
RATE = 2e-3
LONGEST_TOKENS = 250


def read(tokenizer, prompt, answer):
    """Ids of the conversation, and how many come before the answer."""
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    text = tokenizer.apply_chat_template(messages, tokenize=False)
    before = tokenizer.apply_chat_template(messages[:1], tokenize=False, add_generation_prompt=True)
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    first = tokenizer(before, add_special_tokens=False)["input_ids"]
    start = next((i for i, (a, b) in enumerate(zip(ids, first)) if a != b), min(len(ids), len(first)))
    return messages, ids, start


def log_probability(model, ids, start):
    logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0, start - 1 : -1]
    return logits.log_softmax(-1).gather(1, torch.tensor(ids[start:])[:, None]).sum()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("pairs")
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--count", type=int, default=20)
    args = parser.parse_args()
    torch.manual_seed(1)
    args.work.mkdir(parents=True, exist_ok=True)
    tokenizer, config, state = smollm2.load(args.work)
    config.tie_word_embeddings = True
    models = []
    for _ in range(2):
        model = LlamaForCausalLM(config).eval()
        model.model.load_state_dict(state)
        model.tie_weights()
        models.append(model)
    policy, reference = models
    rows = []
    for line in open(args.pairs, encoding="utf-8"):
        row = json.loads(line)
        both = [read(tokenizer, row["prompt"], row[side]) for side in ("chosen", "rejected")]
        if max(len(ids) for _, ids, _ in both) <= LONGEST_TOKENS:
            rows.append(both)
    rows = rows[: args.steps + args.count]
    optimizer = torch.optim.SGD(policy.parameters(), lr=RATE)
    for step, both in enumerate(rows[: args.steps]):
        with torch.no_grad():
            before = [log_probability(reference, ids, start) for _, ids, start in both]
        now = [log_probability(policy, ids, start) for _, ids, start in both]
        loss = -logsigmoid(BETA * ((now[0] - before[0]) - (now[1] - before[1])))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"step {step}: loss {loss.item():.4f}")
    for name, model in (("policy", policy), ("reference", reference)):
        model.save_pretrained(args.work / name)
        tokenizer.save_pretrained(args.work / name)
    expected = []
    with torch.no_grad():
        for both in rows[args.steps :]:
            for messages, ids, start in both:
                ours, theirs = (log_probability(model, ids, start).item() for model in (policy, reference))
                expected.append(dict(messages=messages, ids=ids, start=start, policy=ours, reward=BETA * (ours - theirs)))
    (args.work / "expected.json").write_text(json.dumps(dict(beta=BETA, cases=expected)))


if __name__ == "__main__":
    main()
