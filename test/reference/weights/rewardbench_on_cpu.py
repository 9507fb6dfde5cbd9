#!/usr/bin/env python3
"""RewardBench's command, with its own arguments, on a machine without a GPU.

Its pipeline (rewardbench/models/pipeline.py, 0.1.4) moves inputs to "cuda" by name: here they stay where they are. All else is its own.
"""

from transformers import BatchEncoding

BatchEncoding.to = lambda self, *_, **__: self

from rewardbench.rewardbench import main  # noqa: E402

if __name__ == "__main__":
    main()
