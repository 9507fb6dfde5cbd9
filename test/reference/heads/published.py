"""The published classes of reward heads, taken out of packages whose other parts need a GPU."""

import importlib.machinery
import importlib.metadata
import importlib.util
import sys
import types
from unittest.mock import MagicMock

import torch
import transformers
import transformers.models.llama.modeling_llama as modeling_llama
import transformers.utils.doc as doc


def version(package: str) -> str:
    return importlib.metadata.version(package)


METHOD = (
    f"transformers {transformers.__version__}, torch {torch.__version__}, float64, eager attention; openrlhf {version('openrlhf')}, "
    f"rewardbench {version('rewardbench')}; internlm2: ../backbones/internlm2_forward.py"
)


def load(package: str, module: str, absent: tuple[str, ...]) -> types.ModuleType:
    """One file of an installed package, with stand-ins for what it imports and its classes do not use, unless it is there."""
    root = str(importlib.metadata.distribution(package).locate_file(package))
    parts = {name: name.split(".")[0] for name in (package, *absent)}
    present = {part for part in {*parts.values()} - {package} if importlib.util.find_spec(part) and not isinstance(sys.modules.get(part), MagicMock)}
    for name in [name for name, part in parts.items() if part not in present]:
        sys.modules[name] = MagicMock(__path__=[root], __spec__=importlib.machinery.ModuleSpec(name, None))
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


def rewardbench(module: str) -> types.ModuleType:
    """A file of rewardbench/models. Its decorators for documentation are gone from transformers 5, its pipelines move inputs to a GPU."""
    modeling_llama._CONFIG_FOR_DOC = modeling_llama.LLAMA_INPUTS_DOCSTRING = ""
    for name in ("add_start_docstrings_to_model_forward", "replace_return_docstrings"):
        if not hasattr(doc, name):
            setattr(doc, name, lambda *_, **__: lambda function: function)
    transformers.BatchEncoding.to = lambda self, _: self
    return load("rewardbench", f"models.{module}", ("accelerate", "accelerate.utils"))


class Seen(torch.nn.Module):
    """A model, and how many tokens it was shown. Answers with an object, whatever transformers' default is."""

    def __init__(self, model: torch.nn.Module, **options):
        super().__init__()
        self.model, self.options, self.tokens, self.outputs = model, options, 0, None

    def forward(self, **inputs):
        self.tokens = int(inputs["attention_mask"].sum())
        self.outputs = self.model(**inputs, **self.options)
        return self.outputs
