"""What both engines share: a checkpoint's tokenizer, and a process that scores what it reads.

Every line of standard input is a JSON list of conversations (lists of messages); the answer is one line of JSON with the seconds from
messages to rewards, the rewards and the numbers of tokens. Whatever the libraries print goes to standard error.
"""

import json
import os
import sys
import time


def serve(load, missing=None) -> None:
    """Answers until there is no more input.

    `load()` gives the tokenizer, a function from token ids to rewards, and one that forgets what earlier calls left behind; `missing`
    names what would make the engine faster and is not here.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(line: dict) -> None:
        answers.write(json.dumps(line) + "\n")
        answers.flush()

    try:
        tokenizer, score, forget = load()
    except Exception as error:  # Whatever keeps a peer from starting is the reason it is not compared.
        answer({"unavailable": f"{type(error).__name__}: {error}".splitlines()[0]})
        return
    answer({"ready": True, **({"missing": missing} if missing else {})})
    for line in sys.stdin:
        conversations = json.loads(line)
        forget()
        started = time.perf_counter()
        texts = tokenizer.apply_chat_template(conversations, tokenize=False)
        ids = tokenizer(texts, add_special_tokens=False)["input_ids"]
        rewards = score(ids)
        seconds = time.perf_counter() - started
        answer({"seconds": seconds, "rewards": rewards, "tokens": [len(one) for one in ids]})
