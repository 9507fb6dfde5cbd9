#!/usr/bin/env python3
"""Hugging Face transformers as a peer of the benchmark, as its users run reward models.

A backbone of random weights in bfloat16 with a value head. Candidates of a request go through it in one batch, padded to the
longest, with the best attention that is installed. Started by bench/peers/transformers.ts: reads one JSON
list of token lists per line, answers each with the seconds it took, from token lists to rewards.
"""

import argparse
import json
import sys
import time


def answer(line: dict) -> None:
    print(json.dumps(line), flush=True)


def llama_config(shape: dict) -> dict:
    """Settings of LlamaConfig for a shape of bench/shape.ts."""
    return dict(
        vocab_size=shape["vocabSize"],
        hidden_size=shape["hiddenSize"],
        intermediate_size=shape["feedForwardSize"],
        num_hidden_layers=shape["layerCount"],
        num_attention_heads=shape["headCount"],
        num_key_value_heads=shape["kvHeadCount"],
        max_position_embeddings=131072,
        rope_theta=500000.0,
    )


def padded(candidates: list) -> tuple:
    """Token lists made equally long with zeros behind, and their lengths."""
    lengths = [len(tokens) for tokens in candidates]
    longest = max(lengths)
    return [tokens + [0] * (longest - len(tokens)) for tokens in candidates], lengths


def best_attention(device: str) -> str:
    if device == "cuda":
        try:
            import flash_attn  # noqa: F401

            return "flash_attention_2"
        except ImportError:
            pass
    return "sdpa"


class Scorer:
    def __init__(self, shape: dict, device: str, threads: int) -> None:
        import torch
        from transformers import AutoModel, LlamaConfig

        if device == "cuda" and not torch.cuda.is_available():
            raise RuntimeError("PyTorch finds no CUDA device")
        torch.set_num_threads(threads)
        torch.set_default_dtype(torch.bfloat16)
        torch.manual_seed(0)
        self.torch = torch
        self.device = device
        config = LlamaConfig(**llama_config(shape))
        hidden, head_hidden = shape["hiddenSize"], shape["headHiddenSize"]
        # Made where they stay: random numbers for billions of weights take minutes on a CPU.
        with torch.device(device):
            self.backbone = AutoModel.from_config(config, attn_implementation=best_attention(device)).eval()
            self.head = torch.nn.Sequential(
                torch.nn.Linear(hidden, head_hidden), torch.nn.ReLU(), torch.nn.Linear(head_hidden, 1)
            )

    def score(self, candidates: list) -> list:
        torch = self.torch
        rows, lengths = padded(candidates)
        with torch.inference_mode():
            tokens = torch.tensor(rows, device=self.device)
            ends = torch.tensor(lengths, device=self.device) - 1
            # Without a mask attention is faster, and equally long candidates need none.
            mask = None
            if min(lengths) < max(lengths):
                mask = (torch.arange(tokens.shape[1], device=self.device) <= ends[:, None]).long()
            states = self.backbone(input_ids=tokens, attention_mask=mask, use_cache=False).last_hidden_state
            last = states[torch.arange(len(rows), device=self.device), ends]
            # To the CPU: waits until the GPU is done.
            return self.head(last).float().flatten().tolist()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", type=json.loads, required=True, help="a shape of bench/shape.ts, as JSON")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    try:
        scorer = Scorer(options.shape, options.device, options.threads)
    except (ImportError, RuntimeError) as error:
        answer({"unavailable": str(error)})
        return
    answer({"ready": True})
    for line in sys.stdin:
        candidates = json.loads(line)
        started = time.perf_counter()
        rewards = scorer.score(candidates)
        seconds = time.perf_counter() - started
        if len(rewards) != len(candidates) or any(reward != reward for reward in rewards):
            answer({"unavailable": "a candidate has no reward"})
            return
        answer({"seconds": seconds})


if __name__ == "__main__":
    main()
