"""A reward function for TRL's GRPOTrainer that asks `llama-reward serve`. It needs Python's own library only."""

import json
import os
import urllib.request

URL = os.environ.get("LLAMA_REWARD_URL", "http://127.0.0.1:8080")


def llama_reward(prompts, completions, **kwargs):
    """Rewards of all completions of a step, in one request, so that those of one prompt share its computation.

    Plain and conversational datasets will do. A completion that cannot be scored (too long, say) gets None, which TRL leaves out of
    the advantage; anything else that fails raises.
    """
    records = [
        {"messages": prompt + completion} if isinstance(prompt, list) else {"prompt": prompt, "response": completion}
        for prompt, completion in zip(prompts, completions)
    ]
    headers = {"Content-Type": "application/json"}
    token = os.environ.get("LLAMA_REWARD_TOKEN")
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(f"{URL}/v1/score", json.dumps(records).encode(), headers)
    with urllib.request.urlopen(request, timeout=600) as answer:
        return [result.get("reward") for result in json.load(answer)]
