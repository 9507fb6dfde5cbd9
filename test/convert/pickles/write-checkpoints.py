"""Weight files of checkpoints as torch.save writes them, beside the same weights in safetensors.

Run with PyTorch 2.13.0 (CPU) and safetensors 0.8: python write-checkpoints.py. Writes, in this folder:
- starling/: a backbone of one layer with the vocabulary of the fixture starling-tiny, whose other files the test takes. The module
  is built as the published class of Starling builds it: its `transformer` is its `model.model`, so every tensor has two names.
- value_head.bin: the value head of the fixture grm-linear-tiny, as LLaMA-Factory saves it.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn

HERE = Path(__file__).parent
FIXTURES = HERE.parent.parent / "fixtures" / "checkpoints"
HIDDEN, MIDDLE, VOCABULARY = 8, 16, 4558

torch.manual_seed(11)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        for name in ["q_proj", "k_proj", "v_proj", "o_proj"]:
            setattr(self, name, nn.Linear(HIDDEN, HIDDEN, bias=False))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate_proj = nn.Linear(HIDDEN, MIDDLE, bias=False)
        self.up_proj = nn.Linear(HIDDEN, MIDDLE, bias=False)
        self.down_proj = nn.Linear(MIDDLE, HIDDEN, bias=False)


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(HIDDEN) + 0.5)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.self_attn = Attention()
        self.mlp = Mlp()
        self.input_layernorm = Norm()
        self.post_attention_layernorm = Norm()


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed_tokens = nn.Embedding(VOCABULARY, HIDDEN)
        self.layers = nn.ModuleList([Layer()])
        self.norm = Norm()


class Causal(nn.Module):
    def __init__(self):
        super().__init__()
        self.model = Backbone()


class Reward(nn.Module):
    """Source: model card of berkeley-nest/Starling-RM-7B-alpha, GPTRewardModel."""

    def __init__(self):
        super().__init__()
        self.model = Causal()
        self.transformer = self.model.model
        self.v_head = nn.Linear(HIDDEN, 1, bias=False)


folder = HERE / "starling"
folder.mkdir(exist_ok=True)
model = Reward().half()
# In the order of the names, as safetensors has them: a GGUF has its tensors in the order of its source.
state = dict(sorted(model.state_dict().items()))
torch.save(state, folder / "pytorch_model.bin")
plain = {name: tensor for name, tensor in state.items() if not name.startswith("transformer.")}
save_file({name: tensor.contiguous() for name, tensor in plain.items()}, folder / "model.safetensors", {"format": "pt"})
config = json.loads((FIXTURES / "starling-tiny" / "config.json").read_text())
config |= {"hidden_size": HIDDEN, "intermediate_size": MIDDLE, "num_hidden_layers": 1}
config |= {"num_attention_heads": 1, "num_key_value_heads": 1, "head_dim": HIDDEN}
(folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")

head = {name: tensor for name, tensor in load_file(FIXTURES / "grm-linear-tiny" / "model.safetensors").items() if name.startswith("v_head.")}
torch.save(head, HERE / "value_head.bin")
