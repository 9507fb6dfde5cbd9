"""Files that torch.save writes, good ones with the values they must give, and ones that must be refused.

Run with PyTorch 2.13.0 (CPU) and NumPy: python write-files.py. Writes files/ and files/expected.json. Nothing of what the refused
files name is run here either: the objects in them only say what a reader that trusts them would call.
"""

import collections
import io
import json
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).parent / "files"
HERE.mkdir(exist_ok=True)
DTYPES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.uint16: "U16",
    torch.bool: "BOOL",
}
generator = torch.Generator().manual_seed(7)


def values(*shape):
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def all_kinds():
    """Every type, and every way in which a tensor can lie in its storage."""
    matrix = values(6, 5).float()
    cube = values(3, 4, 5).half()
    shared = values(40).to(torch.bfloat16)
    tensors = {f"plain.{name}": (values(3, 4) * 50).to(dtype) for dtype, name in DTYPES.items() if dtype != torch.uint16}
    tensors |= {
        "new.U16": torch.arange(7, dtype=torch.int32).to(torch.uint16),
        "tied.first": matrix,
        "tied.second": matrix,
        "sliced.rows": matrix[2:4],
        "sliced.columns": matrix[:, 1:3],
        "sliced.steps": matrix[::2, ::3],
        "transposed": matrix.t(),
        "permuted": cube.permute(2, 0, 1),
        "permuted.part": cube.permute(2, 0, 1)[1:4, :2, 1:],
        "shared.first": shared[:10],
        "shared.last": shared[30:],
        "shared.matrix": shared[10:30].view(4, 5),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "one.axis": values(1, 6).float().t(),
        "repeated.inside": shared[:4].as_strided((3, 2), (1, 1)),
    }
    parameter = torch.nn.Parameter(values(2, 2).float())
    hung = values(2).float()
    hung.note = "an attribute"
    with_state = torch.nn.Parameter(values(2).float())
    with_state.is_ready = True
    return tensors | {"parameter": parameter, "attributes": hung, "parameter.attributes": with_state}


def expected(tensors):
    def one(tensor):
        dense = tensor.detach().contiguous()
        return {
            "dtype": DTYPES[dense.dtype],
            "shape": list(dense.shape),
            "hex": bytes(dense.reshape(-1).view(torch.uint8).tolist()).hex() if dense.numel() else "",
        }

    return {name: one(tensor) for name, tensor in tensors.items()}


def save(name, saved, **options):
    torch.save(saved, HERE / name, **options)


def repack(name, source, change):
    """The same records, stored, but for what `change` does to them: what other versions and computers write."""
    with zipfile.ZipFile(HERE / source) as old, zipfile.ZipFile(HERE / name, "w", zipfile.ZIP_STORED) as new:
        for record in change({info.filename: old.read(info) for info in old.infolist()}).items():
            new.writestr(zipfile.ZipInfo(record[0]), record[1])


class Calls:
    """Pickled as a call."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


good = {}
tensors = all_kinds()
save("zip.bin", tensors)
save("legacy.bin", tensors, _use_new_zipfile_serialization=False)
good["zip.bin"] = good["legacy.bin"] = expected(tensors)

module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
state = module.state_dict()
save("state.pt", state)
save("trainer.pt", {"state_dict": state, "epoch": 3, "rate": 0.5, "seen": [1, (2, None)], "done": True})
save("trainer-legacy.pt", {"model": state, "step": 2**40}, _use_new_zipfile_serialization=False)
for name in ["state.pt", "trainer.pt", "trainer-legacy.pt"]:
    good[name] = expected(state)
def before_2_1(records):
    kept = {name: content for name, content in records.items() if not name.split("/", 1)[1].startswith((".", "byteorder"))}
    data = sorted((name for name in kept if "/data/" in name))
    return {name: kept[name] for name in [*(name for name in kept if name not in data), *data]}


repack("before-2.1.bin", "zip.bin", before_2_1)
good["before-2.1.bin"] = expected(tensors)

refused = {}
weight = {"weight": values(2, 2).float()}
flag = "pickle-was-run"
for name, function, arguments in [
    ("system", os.system, (f"touch {flag}",)),
    ("eval", eval, (f"open('{flag}', 'w')",)),
    ("getattr", getattr, (os, "system")),
]:
    for kind, options in [("zip", {}), ("legacy", {"_use_new_zipfile_serialization": False})]:
        # A name of its own module is written as a name of the module that Python has it from: posix.system.
        buffer = io.BytesIO()
        torch.save({**weight, "b": Calls(function, *(str(argument) for argument in arguments))}, buffer, **options)
        file = f"calls-{name}-{kind}.bin"
        (HERE / file).write_bytes(buffer.getvalue())
        named = {"system": "posix.system", "eval": "__builtin__.eval", "getattr": "__builtin__.getattr"}[name]
        refused[file] = ["CHECKPOINT_UNSUPPORTED", named]
(HERE / "bare-call.bin").write_bytes(pickle.dumps(Calls(os.system, f"touch {flag}"), protocol=2))
refused["bare-call.bin"] = ["CHECKPOINT_UNSUPPORTED", "posix.system"]
(HERE / "bare-pickle.bin").write_bytes(pickle.dumps({"weight": [1.0, 2.0]}, protocol=2))
refused["bare-pickle.bin"] = ["CHECKPOINT_UNSUPPORTED", "a dictionary that torch.save did not write"]

complex_values = torch.complex(values(4).float(), values(4).float())
others = {
    "sparse.bin": ({"weight": torch.eye(3).to_sparse()}, "_rebuild_sparse_tensor"),
    "quantized.bin": ({"weight": torch.quantize_per_tensor(values(4).float(), 0.1, 0, torch.qint8)}, "quantized"),
    "complex.bin": ({"weight": complex_values}, "complex"),
    "negated.bin": ({"weight": complex_values.conj().imag}, "mark neg"),
    "float8.bin": ({"weight": values(4).to(torch.float8_e4m3fn)}, "float8_e4m3fn"),
    "expanded.bin": ({"weight": torch.ones(1, 4).expand(9, 4)}, "repeats the 4 values"),
    "meta.bin": ({"weight": torch.empty(3, device="meta")}, "meta"),
    "module.bin": (module, "a whole module"),
    "numpy.bin": ({"weight": np.ones(3)}, "numpy"),
    "tensor.bin": (torch.ones(3), "expected a dictionary of tensors"),
    "mixed.bin": ({**weight, "step": 3}, "step is a number"),
    "two-models.bin": ({"model": weight, "module": weight}, "model and module"),
    "no-names.bin": ({0: torch.ones(2)}, "a number is a tensor"),
    "nothing.bin": ({}, "empty"),
    "counter.bin": (collections.Counter("a"), "collections.Counter"),
}
for file, (saved, mentions) in others.items():
    save(file, saved)
    refused[file] = ["CHECKPOINT_UNSUPPORTED", mentions]
save("protocol-4.bin", weight, pickle_protocol=4)
refused["protocol-4.bin"] = ["CHECKPOINT_UNSUPPORTED", "protocol 4"]
torch.jit.save(torch.jit.script(torch.nn.Linear(2, 1)), HERE / "torchscript.pt")
refused["torchscript.pt"] = ["CHECKPOINT_UNSUPPORTED", "TorchScript"]
repack("big-endian.bin", "state.pt", lambda records: {name: b"big" if name.endswith("byteorder") else content for name, content in records.items()})
refused["big-endian.bin"] = ["CHECKPOINT_UNSUPPORTED", "byte order"]
with zipfile.ZipFile(HERE / "state.pt") as old, zipfile.ZipFile(HERE / "deflated.bin", "w", zipfile.ZIP_DEFLATED) as new:
    for info in old.infolist():
        new.writestr(zipfile.ZipInfo(info.filename), old.read(info), zipfile.ZIP_DEFLATED)
refused["deflated.bin"] = ["CHECKPOINT_UNSUPPORTED", "compressed"]

with open(HERE / "expected.json", "w", encoding="utf-8") as file:
    json.dump({"torch": torch.__version__.split("+")[0], "good": good, "refused": refused}, file, indent=1)
    file.write("\n")
