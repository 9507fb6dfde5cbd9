#!/usr/bin/env python3
"""The classifier as transformers 4.57 saves it, which writes other fields of config.json and of the tokenizer than 5.x.

    saved_by_4.57.py WORK        Writes WORK/saved-by-4.57 and the rewards of the first conversations beside it.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from transformers import AutoModelForSequenceClassification, GPT2TokenizerFast, LlamaConfig

SCORED = 24


@torch.inference_mode()
def main() -> None:
    assert transformers.__version__.startswith("4.57."), transformers.__version__
    work = Path(sys.argv[1])
    out = work / "saved-by-4.57"
    source = str(work / "linear-score")
    # 4.57 cannot read a tokenizer folder that 5.x saved, whose class it does not know: this is the class of SmolLM2's own.
    tokenizer = GPT2TokenizerFast(
        tokenizer_file=str(work / "tokenizer" / "tokenizer.json"), bos_token="<|im_start|>", eos_token="<|im_end|>",
        unk_token="<|endoftext|>", pad_token="<|endoftext|>", chat_template=(work / "tokenizer" / "chat_template.jinja").read_text(),
    )  # fmt: skip
    # Nor does it know `rope_parameters` of 5.x: left as they are, it would compute with another base than 5.x did.
    fields = json.loads((work / "linear-score" / "config.json").read_text())
    config = LlamaConfig(rope_theta=fields.pop("rope_parameters")["rope_theta"], **fields)
    model = AutoModelForSequenceClassification.from_pretrained(source, config=config, dtype=torch.bfloat16)
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    model = AutoModelForSequenceClassification.from_pretrained(out, dtype=torch.float32).eval()
    conversations = json.loads((work / "conversations.json").read_text())[:SCORED]
    rewards = []
    for one in conversations:
        text = tokenizer.apply_chat_template(one["messages"], tokenize=False)
        assert tokenizer(text, add_special_tokens=False)["input_ids"] == one["ids"], "4.57 gives other tokens than 5.x"
        rewards.append(model(input_ids=torch.tensor([one["ids"]])).logits[0, 0].item())
    (work / "saved-by-4.57.json").write_text(json.dumps({"rewards": rewards}))


if __name__ == "__main__":
    main()
