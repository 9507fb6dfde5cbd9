"""The published classes of reward heads, taken out of packages whose other parts need a GPU."""

import importlib.metadata
import importlib.util
import sys
import types
from unittest.mock import MagicMock

import torch
import transformers


def version(package: str) -> str:
    return importlib.metadata.version(package)


METHOD = (
    f"transformers {transformers.__version__}, torch {torch.__version__}, float64, eager attention; openrlhf {version('openrlhf')}, "
    f"rewardbench {version('rewardbench')}; internlm2: ../backbones/internlm2_forward.py"
)


def load(package: str, module: str, absent: tuple[str, ...]) -> types.ModuleType:
    """One file of an installed package, with stand-ins for what it imports and its classes do not use."""
    root = str(importlib.metadata.distribution(package).locate_file(package))
    for name in (package, *absent):
        sys.modules[name] = MagicMock(__path__=[root], __spec__=None)
    path = f"{root}/{module.replace('.', '/')}.py"
    spec = importlib.util.spec_from_file_location(f"{package}.{module}", path)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def openrlhf_reward_model(config, prefix: str) -> torch.nn.Module:
    names = ("models", "models.ring_attn_utils", "models.utils", "utils", "utils.logging_utils")
    model = load("openrlhf", "models.model", ("deepspeed", "peft", "peft.tuners.lora", *(f"openrlhf.{name}" for name in names)))
    base = transformers.AutoModel._model_mapping[type(config)]
    return model._get_reward_model(base.__base__, base, prefix)(config)


def openrlhf_input(tokenizer, text: str) -> tuple[torch.Tensor, torch.Tensor]:
    names = ("datasets", "datasets.utils", "utils", "utils.utils")
    loader = load("openrlhf", "datasets.reward_dataset", tuple(f"openrlhf.{name}" for name in names))
    dataset = loader.RewardDataset.__new__(loader.RewardDataset)
    dataset.tokenizer, dataset.max_length = tokenizer, 4096
    dataset.prompts, dataset.chosens, dataset.rejects, dataset.extras = [""], [text], [text], [0]
    ids, mask, *_ = dataset[0]
    return ids, mask
