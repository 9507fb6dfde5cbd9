"""Writes test/fixtures/dpo: small language models with random weights, policies beside their references, and what an answer's reward is.

Log-probabilities are transformers' in float64; RewardBench's own function (`DPOInference.get_batch_logps`) reduces them. Shares no code with
the package.

    pip install -r requirements.txt && pip install --no-deps rewardbench==0.1.4
    python make_fixtures.py OUT
"""

import importlib.util
import json
import pathlib
import sys

import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModel, MistralConfig, MistralForCausalLM, Qwen2Config, Qwen2ForCausalLM

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "steps"))
from make_fixtures import QWEN_SPECIALS, SIZES, randomize, small_tokenizer  # noqa: E402

FIXTURES = HERE.parent.parent / "fixtures" / "checkpoints"
BETA = 0.1
ZEPHYR = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>\n' + message['content'] + eos_token + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)
PROMPT = [{"role": "user", "content": "What is 2 + 2 * 3?"}]
CHAT = [
    {"role": "user", "content": "name a colour.\nonly one."},
    {"role": "assistant", "content": "blue"},
    {"role": "user", "content": "and another?"},
]
ANSWERS = [(PROMPT, "8"), (PROMPT, "the product is 6, so it is 8."), (PROMPT, "\n\n12"), (CHAT, "red, or green"), (CHAT, "")]


def reduction():
    """RewardBench's function, without what its package imports."""
    spec = importlib.util.find_spec("rewardbench")
    file = pathlib.Path(spec.submodule_search_locations[0]) / "dpo.py"
    source = file.read_text()
    start = source.index("class DPOInference")
    scope = {"torch": torch, "nn": torch.nn}
    exec(compile("from typing import *\n" + source[start:], str(file), "exec"), scope)  # noqa: S102
    return scope["DPOInference"].get_batch_logps


def tokens_of(tokenizer, messages):
    """Ids of the conversation, and how many of them come before the answer. One BOS is in front, whoever writes it."""
    text = tokenizer.apply_chat_template(messages, tokenize=False)
    before = tokenizer.apply_chat_template(messages[:-1], tokenize=False, add_generation_prompt=True)
    bos = [] if tokenizer.bos_token is None or text.startswith(tokenizer.bos_token) else [tokenizer.bos_token_id]
    ids = bos + tokenizer.encode(text, add_special_tokens=False)
    first = bos + tokenizer.encode(before, add_special_tokens=False)
    start = 0
    while start < min(len(ids), len(first)) and ids[start] == first[start]:
        start += 1
    return ids, start


def family(out, tokenizer, make, seeds, get_batch_logps):
    doubles = []
    for name, seed in zip(("policy", "reference"), seeds):
        model = randomize(make(), seed)
        double = make().double().eval()
        double.load_state_dict(model.double().state_dict())
        doubles.append(double)
        model.bfloat16().save_pretrained(out / name)
        (out / name / "generation_config.json").unlink(missing_ok=True)
        for file in ("tokenizer.json", "tokenizer_config.json"):
            if name == "reference":
                (out / name / file).write_bytes((out / "policy" / file).read_bytes())
        (out / name / "model.safetensors").chmod(0o644)
    cases = []
    for turns, answer in ANSWERS:
        messages = [*turns, {"role": "assistant", "content": answer}]
        ids, start = tokens_of(tokenizer, messages)
        labels = torch.tensor([ids])
        labels[0, :start] = -100
        values = {}
        for name, double in zip(("policy", "reference"), doubles):
            with torch.no_grad():
                logits = double(input_ids=torch.tensor([ids])).logits
            logs = logits.log_softmax(-1)
            values[name] = [logs[0, place - 1, ids[place]].item() for place in range(start, len(ids))]
            values[name + "Sum"] = get_batch_logps(logits, labels).item()
            values[name + "Mean"] = get_batch_logps(logits, labels, average_log_prob=True).item()
            values[name + "Norm"] = get_batch_logps(logits, labels, norm_log_prob=True).item()
        reward = BETA * (values["policySum"] - values["referenceSum"])
        cases.append(dict(messages=messages, ids=ids, start=start, **values, reward=reward))
    text = json.dumps(dict(beta=BETA, cases=cases), ensure_ascii=False, separators=(",", ":"))
    (out / "expected.json").write_text(text)


def main(out):
    get_batch_logps = reduction()
    qwen, vocab = small_tokenizer("skywork-qwen2-tiny", out / "qwen2" / "policy", QWEN_SPECIALS)
    config = Qwen2Config(vocab_size=vocab, tie_word_embeddings=True, eos_token_id=vocab - 2, **SIZES)
    family(out / "qwen2", qwen, lambda: Qwen2ForCausalLM(config), (11, 12), get_batch_logps)

    settings = {"chat_template": ZEPHYR, "legacy": True}
    mistral, vocab = small_tokenizer("ultrarm-tiny", out / "mistral" / "policy", [], settings=settings)
    config = MistralConfig(vocab_size=vocab, tie_word_embeddings=False, sliding_window=None, **SIZES)
    family(out / "mistral", mistral, lambda: MistralForCausalLM(config), (13, 14), get_batch_logps)


def value_heads(out):
    """What a value head says at every token of an answer: GRM's, on two conversations of its fixture."""
    checkpoint = FIXTURES / "grm-linear-tiny"
    config = AutoConfig.from_pretrained(checkpoint)
    tensors = {name: value.double() for name, value in load_file(checkpoint / "model.safetensors").items()}
    model = AutoModel.from_config(config).double().eval()
    model.load_state_dict({name.removeprefix("model."): tensors[name] for name in tensors if name.startswith("model.")})
    weight, bias = tensors["v_head.summary.weight"][0], tensors["v_head.summary.bias"][0]
    expected = json.loads((checkpoint / "expected.json").read_text())
    cases = []
    for case in [case for case in expected["cases"] if case["messages"][-1]["role"] == "assistant" and "score" in case][:2]:
        states = model(input_ids=torch.tensor([case["input_ids"]])).last_hidden_state[0]
        cases.append(dict(messages=case["messages"], score=case["score"], rewards=(states @ weight + bias).tolist()))
    (out / "value-head.json").write_text(json.dumps(cases, ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    main(pathlib.Path(sys.argv[1]))
    value_heads(pathlib.Path(sys.argv[1]))
