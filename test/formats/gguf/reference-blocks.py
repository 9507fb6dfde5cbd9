"""Values of random quantized blocks, computed by gguf-py (ggml-org's Python package): what dequantize.ts must give.

Run with numpy and gguf in this folder; writes reference-blocks.json.
"""

import json

import numpy as np
from gguf import GGMLQuantizationType, quants

SCALE_OFFSETS = {"Q8_0": [0], "Q5_0": [0], "Q5_1": [0, 2], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}
BLOCK_BYTES = {"Q8_0": 34, "Q5_0": 22, "Q5_1": 24, "Q4_K": 144, "Q5_K": 176, "Q6_K": 210}
BLOCKS = 2

generator = np.random.default_rng(7)
reference = {}
for name, size in BLOCK_BYTES.items():
    blocks = generator.integers(0, 256, (BLOCKS, size), dtype=np.uint8)
    for offset in SCALE_OFFSETS[name]:
        scales = generator.normal(0, 0.01, BLOCKS).astype(np.float16)
        blocks[:, offset : offset + 2] = scales.view(np.uint8).reshape(BLOCKS, 2)
    values = quants.dequantize(blocks.reshape(-1), GGMLQuantizationType[name])
    reference[name] = {
        "bytes": blocks.tobytes().hex(),
        "values": [float(f"{value:.9g}") for value in values.reshape(-1)],
    }

with open("reference-blocks.json", "w", encoding="utf-8") as file:
    json.dump(reference, file)
    file.write("\n")
