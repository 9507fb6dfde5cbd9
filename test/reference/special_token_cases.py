"""Random statements about special tokens, and what transformers makes of them.

  make <seed> <count> <cases.json>           writes cases: changes of the fixtures' tokenizer files, nothing expected yet
  answer <cases.json> <v4|v5>                adds what the transformers of this Python gives for each
  pick <cases.json> <few.json> <count>       the first of them, with no more than the test needs

A case: the fixture, what replaces parts of its tokenizer.json (`vocab` is added to model.vocab), whole other files (null: absent), and
the rows of the embedding. The test applies the same changes: test/model/tokenizer/special-token-cases.test.ts.
"""
import json
import os
import random
import shutil
import sys
import tempfile

FIXTURES = os.path.join(os.path.dirname(__file__), "..", "fixtures", "checkpoints")
NAMES = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]
MODEL_NAMES = ["image_token", "boi_token"]
# Every variable in brackets, then a conversation that uses literal and named tokens.
TEMPLATE = (
    "".join("[{{ %s if %s is defined and %s else '-' }}]" % (n, n, n) for n in NAMES + MODEL_NAMES)
    + "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' }}"
    + "{% if eos_token %}{{ eos_token }}{% endif %}{% endfor %}"
)
MESSAGES = [{"role": "user", "content": "What is 7 times 8?"}, {"role": "assistant", "content": " 56 "}]
FRESH = ["<|tool|>", "<extra_1>", "[PAD]", "<image>", "<sep>"]


def read(fixture, file):
    with open(os.path.join(FIXTURES, fixture, file), encoding="utf-8") as f:
        return json.load(f)


def flags(r, special, plain=0.7):
    if r.random() < plain:
        return {"lstrip": False, "rstrip": False, "single_word": False, "normalized": False, "special": special}
    return {
        "lstrip": r.random() < 0.3,
        "rstrip": r.random() < 0.3,
        "single_word": False,
        "normalized": r.random() < 0.3,
        "special": special if r.random() < 0.8 else not special,
    }


def make_case(r):
    fixture = r.choice(["skywork-qwen2-tiny"] * 4 + ["skywork-llama3.1-tiny"] * 2 + ["starling-tiny"] * 2 + ["grm-gemma2-tiny"])
    tokenizer, config = read(fixture, "tokenizer.json"), read(fixture, "tokenizer_config.json")
    own = [t["content"] for t in tokenizer["added_tokens"]][:12]
    in_vocab = {t: i for t, i in tokenizer["model"]["vocab"].items()}
    size = len(in_vocab)
    pool = own + r.sample(FRESH, r.randint(0, 3))
    words = [w for w in ("the", "Human", "and", "##", "of") if w in in_vocab]
    vocab = {}
    # Some of the tokens are ordinary words of the vocabulary, from its end on.
    for token in pool:
        if token not in in_vocab and token not in vocab and r.random() < 0.4:
            vocab[token] = size + len(vocab)
    added, next_id = [], size + len(vocab)
    idOf = lambda t: in_vocab.get(t, vocab.get(t))
    for token in pool:
        if token in FRESH and r.random() < 0.5 or r.random() < 0.25:
            continue
        given = idOf(token)
        if given is None:
            given, next_id = next_id, next_id + 1
        added.append({"id": given, "content": token, **flags(r, token not in FRESH or r.random() < 0.5)})
    ids = {**{t["content"]: t["id"] for t in added}}
    all_id = lambda t: ids.get(t, idOf(t))

    def token(r, name):
        return r.choice(own + own + [t for t in pool] + words[:1])

    def stated(r, text, typed=True):
        if r.random() < 0.7:
            return text
        f = flags(r, True)
        if typed:
            return {"__type": "AddedToken", "content": text, **f}
        f.pop("special")
        return {"content": text, **f}

    for name in NAMES + ["additional_special_tokens", "extra_special_tokens", "added_tokens_decoder"]:
        original = config.pop(name, None)
        chance = r.random()
        if name == "added_tokens_decoder" or name.endswith("tokens"):
            continue
        if chance < 0.15:
            config[name] = None
        elif chance < 0.5 and original is not None:
            config[name] = original
        elif chance < (0.8 if name in ("bos_token", "eos_token", "pad_token") else 0.6):
            config[name] = stated(r, token(r, name))
    if r.random() < 0.5:
        config["additional_special_tokens"] = r.choice([None, []]) if r.random() < 0.2 else [
            stated(r, t) for t in r.sample(pool, min(len(pool), r.randint(1, 3)))
        ]
    if r.random() < 0.2:
        config["extra_special_tokens"] = r.choice(
            [{}, [], [stated(r, t) for t in r.sample(pool, min(len(pool), 2))], {"image_token": r.choice(pool)}]
        )
    if r.random() < 0.1:
        config[r.choice(MODEL_NAMES)] = r.choice([stated(r, r.choice(pool)), None])
    if r.random() < 0.5:
        decoder = {}
        fresh_id = max([next_id] + [i + 1 for i in ids.values()])
        for t in pool:
            if r.random() < 0.2:
                continue
            given = all_id(t)
            if given is None:
                given, fresh_id = fresh_id, fresh_id + 1
            same = next((a for a in added if a["content"] == t), None)
            body = dict(same) if same and r.random() < 0.8 else {"content": t, **flags(r, True)}
            body.pop("id", None)
            decoder[str(given)] = body
        config["added_tokens_decoder"] = dict(sorted(decoder.items(), key=lambda x: int(x[0])))
    special_map = None
    if r.random() < 0.7:
        special_map = {}
        for name in NAMES:
            if r.random() < 0.5:
                special_map[name] = None if r.random() < 0.1 else stated(r, token(r, name), typed=False)
        if r.random() < 0.3:
            special_map["additional_special_tokens"] = [stated(r, t, typed=False) for t in r.sample(pool, min(len(pool), 2))]
    added_file = None
    if r.random() < 0.35:
        added_file, fresh_id = {}, max([next_id] + [i + 1 for i in ids.values()])
        for t in pool:
            if r.random() < 0.5:
                given = all_id(t)
                if given is None:
                    given, fresh_id = fresh_id, fresh_id + 1
                added_file[t] = given
    if r.random() < 0.3:
        config["tokenizer_class"] = "LlamaTokenizerFast" if "llama" in fixture else "PreTrainedTokenizerFast"
    for flag in ("add_bos_token", "add_eos_token"):
        if r.random() < 0.3:
            config[flag] = r.random() < 0.5
    config["chat_template"] = TEMPLATE
    return {
        "fixture": fixture,
        "vocab": vocab,
        "addedTokens": added,
        "rows": size + 24,
        "files": {"tokenizer_config.json": config, "special_tokens_map.json": special_map, "added_tokens.json": added_file},
        "texts": texts_of(r, pool + words),
    }


def texts_of(r, pool):
    spaced = lambda t: r.choice(["", " ", "  \n", "a", ". "]) + t
    return ["x".join(spaced(t) for t in pool), "".join(spaced(r.choice(pool)) for _ in range(8)) + " end"]


def write_folder(case, folder):
    source = os.path.join(FIXTURES, case["fixture"])
    for file in os.listdir(source):
        if not file.endswith(".safetensors") and "expected" not in file:
            shutil.copy(os.path.join(source, file), folder)
    tokenizer = read(case["fixture"], "tokenizer.json")
    tokenizer["added_tokens"] = case["addedTokens"]
    tokenizer["model"]["vocab"].update(case["vocab"])
    dump(tokenizer, folder, "tokenizer.json")
    for file, content in case["files"].items():
        if content is not None:
            dump(content, folder, file)
        elif os.path.exists(os.path.join(folder, file)):
            os.remove(os.path.join(folder, file))


def dump(value, folder, file):
    with open(os.path.join(folder, file), "w", encoding="utf-8") as f:
        json.dump(value, f, ensure_ascii=False)


def as_release_4(case):
    """The same statements in the form that release 4 reads: a list of extra tokens as additional ones, model's names in a mapping."""
    config = dict(case["files"]["tokenizer_config.json"])
    extra = config.get("extra_special_tokens")
    files = dict(case["files"])
    if isinstance(extra, list):
        # 5 takes no additional tokens from special_tokens_map.json then.
        if files["special_tokens_map.json"] is not None:
            files["special_tokens_map.json"] = {
                k: v for k, v in files["special_tokens_map.json"].items() if k != "additional_special_tokens"
            }
        del config["extra_special_tokens"]
        if extra:
            config["additional_special_tokens"] = extra
    named = {name: config.pop(name) for name in MODEL_NAMES if config.get(name) is not None}
    if named:
        config["extra_special_tokens"] = {**named, **(config.get("extra_special_tokens") or {})}
    return {**case, "files": {**files, "tokenizer_config.json": config}}


def answer(case, loader):
    with tempfile.TemporaryDirectory() as folder:
        write_folder(case, folder)
        try:
            tokenizer = loader.from_pretrained(folder)
            rendered = tokenizer.apply_chat_template(MESSAGES, tokenize=False)
            return {
                "rendered": rendered,
                "ids": [tokenizer(t, add_special_tokens=False)["input_ids"] for t in [rendered, *case["texts"]]],
                "wrapped": tokenizer("a", add_special_tokens=True)["input_ids"],
                "class": type(tokenizer).__name__,
            }
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"[:200]}


def main(command, *args):
    if command == "make":
        seed, count, target = int(args[0]), int(args[1]), args[2]
        cases = [make_case(random.Random(seed * 100_000 + n)) for n in range(count)]
        for case in cases:
            case["answers"] = {}
    elif command == "pick":
        with open(args[0], encoding="utf-8") as f:
            cases = json.load(f)[: int(args[2])]
        target = args[1]
        for case in cases:
            del case["answers"]["v4"]
    else:
        target = args[0]
        with open(target, encoding="utf-8") as f:
            cases = json.load(f)
        import transformers

        for case in cases:
            case["answers"][args[1]] = answer(case, transformers.AutoTokenizer)
            if args[1] == "v4":
                case["answers"]["v4translated"] = answer(as_release_4(case), transformers.AutoTokenizer)
            # Version 5 without the classes that build a tokenizer of their own.
            if hasattr(transformers, "TokenizersBackend"):
                case["answers"][args[1] + "plain"] = answer(case, transformers.TokenizersBackend)
    with open(target, "w", encoding="utf-8") as f:
        json.dump(cases, f, ensure_ascii=False)


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"
    main(*sys.argv[1:])
