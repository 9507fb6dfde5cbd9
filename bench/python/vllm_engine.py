#!/usr/bin/env python3
"""vLLM's CPU build as an engine of the benchmark: its own scheduler and prefix cache, emptied before every call.

    vllm_engine.py CHECKPOINT DTYPE THREADS avx2|native
"""

import ctypes.util
import os
import sys
from pathlib import Path

os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "2")
os.environ.setdefault("VLLM_LOGGING_LEVEL", "WARNING")
os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
# The engine in this process: nothing is gained from a second one, and the clock is here.
os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")

from serve_lines import serve  # noqa: E402

LONGEST = 4096


def load() -> tuple:
    checkpoint, dtype, threads, instructions = sys.argv[1:]
    # One thread a core: `auto`, the default, takes all cores.
    cores = sorted(os.sched_getaffinity(0))[: int(threads)]
    os.environ["VLLM_CPU_OMP_THREADS_BIND"] = ",".join(map(str, cores))
    import torch

    if instructions == "avx2":
        # vLLM has a library for AVX2 and one for AVX-512 and asks these which to take (vllm/platforms/cpu.py, 0.32.0).
        torch.cpu._is_avx512_supported = torch.cpu._is_avx512_bf16_supported = lambda: False
    from vllm import LLM
    from vllm.config import PoolerConfig

    engine = LLM(
        model=checkpoint, runner="pooling", convert="classify", dtype=dtype, max_model_len=LONGEST,
        enable_prefix_caching=True, disable_log_stats=True, pooler_config=PoolerConfig(use_activation=False),
    )  # fmt: skip

    def score(conversations: list) -> list:
        outputs = engine.classify([{"prompt_token_ids": ids} for ids in conversations], use_tqdm=False)
        return [output.outputs.probs[0] for output in outputs]

    score([[1] * 30] * 4)
    return engine.get_tokenizer(), score, engine.reset_prefix_cache


def preloaded() -> str:
    """The two libraries that vLLM's documentation asks to be loaded first, for speed: this process starts anew with them.

    Returns what is missing.
    """
    allocator = ctypes.util.find_library("tcmalloc_minimal") or ctypes.util.find_library("tcmalloc")
    openmp = Path(sys.prefix) / "lib" / "libiomp5.so"
    libraries = [allocator] if allocator else []
    if openmp.exists():
        libraries.append(str(openmp))
    if libraries and "LD_PRELOAD" not in os.environ:
        os.environ["LD_PRELOAD"] = ":".join(libraries)
        os.execv(sys.executable, [sys.executable, *sys.argv])
    return "" if allocator else "tcmalloc (Debian's libtcmalloc-minimal4)"


if __name__ == "__main__":
    serve(load, preloaded())
