"""Asks the Python library `datasets` which files of a folder belong to which split, and writes the answers as JSON.

    pip install datasets==5.2.0
    python test/reference/dataset-folders.py > test/data/dataset/folder/folders.json

Each layout is a list of paths, and for some the text of a card. The answer has the files of each split, by configuration; or
says that `datasets` refuses the layout. Files hold nothing: only their names are looked at.
"""

import json
import os
import random
import sys
import tempfile
from pathlib import Path

import datasets
from datasets.data_files import DataFilesPatternsDict
from datasets.load import LocalDatasetModuleFactory

EXTENSIONS = [".jsonl", ".json", ".ndjson", ".parquet"]

WRITTEN = [
    ["train.jsonl", "test.jsonl"],
    ["train/0.jsonl", "test/0.jsonl"],
    ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "data/test-00000-of-00001.parquet"],
    ["data/filtered-00000-of-00001.parquet", "data/raw-00000-of-00001.parquet"],
    ["data/train-00000-of-00001-0123456789abcdef.parquet", "other.parquet"],
    ["data.jsonl"],
    ["a.jsonl", "b.jsonl", "deep/er/c.jsonl"],
    ["train.jsonl.gz", "validation.jsonl.gz", "preference/preference.jsonl.gz", "disagreements/disagreements.jsonl.gz"],
    [f"{d}/{s}.jsonl.gz" for d in ["harmless-base", "helpful-base", "helpful-online"] for s in ["train", "test"]],
    ["training.jsonl", "dev.jsonl", "eval.jsonl"],
    ["my-train-file.jsonl", "my_test_file.jsonl", "valid.1.jsonl"],
    ["trainer.jsonl", "testament.jsonl", "evals.jsonl"],
    ["pretrain.jsonl", "contest.jsonl"],
    ["train0.jsonl", "train1.jsonl", "test0.jsonl"],
    ["0train.jsonl", "9test9.jsonl"],
    ["Train.jsonl", "TEST.jsonl"],
    ["train-test.jsonl"],
    ["train-test.jsonl", "validation.jsonl"],
    ["test/train.jsonl", "train/test.jsonl"],
    ["train/a.jsonl", "b.jsonl"],
    ["train.jsonl", "extra.jsonl"],
    ["en-train/a.jsonl", "en-test/a.jsonl", "trainset/a.jsonl"],
    ["train.v1/a.jsonl", "test 1/a.jsonl"],
    ["x/train/y/a.jsonl", "x/validation/y/z/a.jsonl"],
    ["train.jsonl", ".ipynb_checkpoints/train-checkpoint.jsonl", "._train.jsonl", ".cache/huggingface/part.jsonl"],
    ["train.jsonl", "__pycache__/test.jsonl", "__MACOSX/test.jsonl", ".git/test.jsonl"],
    ["train.jsonl", "dataset_infos.json", "dataset_info.json", "config.json", "dataset_dict.json"],
    ["a/dataset_info.json", "a/data.json", "a/config.json"],
    ["__hidden.jsonl", "x__y/a.jsonl"],
    ["__hidden__/a.jsonl", "b.jsonl"],
    ["data/train-0-of-1.jsonl", "data/test-0-of-1.jsonl"],
    ["sub/data/train-00000-of-00001.jsonl", "sub/data/other-00000-of-00001.jsonl"],
    ["data/train/a.jsonl", "data/test/a.jsonl", "data/b.jsonl"],
    ["data/a.b-00000-of-00001.jsonl", "data/test-00000-of-00001.jsonl"],
    ["data/val-00000-of-00001.parquet", "data/train-00000-of-00001.parquet"],
    ["test_a.jsonl", "test_b.jsonl"],
    ["evaluation/a.jsonl", "testing/b.jsonl", "val/c.jsonl"],
    ["train,1.jsonl", "train+1.jsonl", "test~.jsonl"],
    ["état-train.jsonl", "日本-test.jsonl", "日本test.jsonl"],
]

CARDS = [
    (["data.jsonl", "notes/other.jsonl"], "configs:\n- config_name: default\n  data_files: data.jsonl"),
    (["a/1.jsonl", "a/2.jsonl", "b/1.jsonl"], "configs:\n- config_name: x\n  data_files:\n  - a/*\n  - b/*"),
    (["a.jsonl", "b.jsonl"], "configs:\n- config_name: x\n  data_files:\n  - split: train\n    path: a.jsonl\n  - split: held.out\n    path: b.jsonl"),
    (["p/train.jsonl", "q/train.jsonl", "q/test.jsonl"], "configs:\n- config_name: p\n  data_dir: p\n- config_name: q\n  data_dir: q"),
    (["p/a.jsonl", "q/a.jsonl"], "configs:\n- config_name: p\n  data_files: p/*\n- config_name: default\n  data_files: q/*"),
    (["p/a.jsonl", "q/a.jsonl"], "configs:\n- config_name: p\n  data_files: p/*\n- config_name: q\n  data_files: q/*\n  default: true"),
    (["p/a.jsonl", "q/a.jsonl", "p/q/b.jsonl"], "configs:\n- config_name: all\n  data_files: '**/*.jsonl'\n- config_name: one\n  data_files: '*/a.jsonl'"),
    (["a1.jsonl", "a2.jsonl", "b1.jsonl"], "configs:\n- config_name: x\n  data_files:\n  - split: train\n    path: '[a]?.jsonl'\n  - split: test\n    path: '[!a]?.jsonl'"),
    (["data/train-1.jsonl", "data/test-1.jsonl", "x.jsonl"], "configs:\n- config_name: x\n  data_files:\n  - split: train\n    path: ./data/train-*\n  - split: test\n    path: [data/test-*, x.jsonl]"),
    (["a.jsonl", "c/d/a.jsonl"], "configs:\n- config_name: x\n  data_dir: c/d\n  data_files: '*.jsonl'"),
    (["train.jsonl", "test.jsonl"], "license: mit\ntags: [a, b]"),
    (["train.jsonl", "test.jsonl"], "configs:\n- config_name: x"),
    (["config.json", "a.json"], "configs:\n- config_name: x\n  data_files: config.json"),
    (["config.json", "a.json"], "configs:\n- config_name: x\n  data_files: '*.json'"),
    (["a{b}.jsonl", "ab.jsonl"], "configs:\n- config_name: x\n  data_files: 'a{b}*.jsonl'"),
    (["x/a.jsonl", "x/y/b.jsonl"], "configs:\n- config_name: x\n  data_files: x/**"),
    (["x/a.jsonl", "x/y/b.jsonl", "x/y/z/b.jsonl"], "configs:\n- config_name: x\n  data_files: 'x/**/b.jsonl'"),
]


def generated(seed: int) -> list[str]:
    """A layout of parts that the rules look at, and of some that look alike."""
    pick = random.Random(seed)
    words = ["train", "training", "test", "testing", "eval", "evaluation", "dev", "val", "valid", "validation"]
    alike = ["data", "trainer", "tests", "part", "en", "v2", "set", "evals", "raw", "filtered", "Train", "x"]
    joint = ["-", "_", ".", " ", "", "0", "+", "é"]
    ending = pick.choice([".jsonl", ".json", ".parquet", ".jsonl.gz"])
    shard = pick.random() < 0.3

    def name() -> str:
        parts = [pick.choice(words if pick.random() < 0.5 else alike) for _ in range(pick.choice([1, 1, 2, 3]))]
        return pick.choice(joint).join(parts)

    folders = ["", "", *(name() for _ in range(pick.randrange(3))), *(["data"] if shard else [])]
    paths = set()
    for _ in range(pick.randrange(1, 6)):
        folder = "/".join(part for part in [pick.choice(folders), pick.choice(folders)] if part != "")
        file = name() + (f"-{pick.randrange(3):05}-of-00003" if shard else "") + ending
        paths.add(f"{folder}/{file}" if folder else file)
    if pick.random() < 0.3:
        paths.add(pick.choice([f".cache/{name()}{ending}", f"__x/{name()}{ending}", f".{name()}{ending}", "dataset_info.json"]))
    return sorted(paths)


def relative(files, base: str) -> list[str]:
    return sorted({os.path.relpath(str(file), base) for file in files})


def answer(paths: list[str], card: str | None) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        base = os.path.realpath(folder)
        for path in paths:
            Path(base, path).parent.mkdir(parents=True, exist_ok=True)
            Path(base, path).write_text("{}" if path.endswith("_infos.json") else "")
        if card is not None:
            Path(base, "README.md").write_text(f"---\n{card}\n---\n# A dataset\n")
        try:
            module = LocalDatasetModuleFactory(base).get_module()
            parameters = module.builder_configs_parameters
            configs = {}
            for config in parameters.builder_configs:
                files = config.data_files
                if isinstance(files, DataFilesPatternsDict):
                    files = files.resolve(os.path.join(base, config.data_dir or ""))
                configs[config.name] = {str(split): relative(list_, base) for split, list_ in files.items()}
            return {"configs": configs, "default": parameters.default_config_name}
        except Exception as error:  # noqa: BLE001: whatever it says, it is a refusal
            return {"refused": type(error).__name__}


def main() -> None:
    layouts = [(paths, None) for paths in WRITTEN] + CARDS
    seen = {json.dumps(layout) for layout in layouts}
    for seed in range(160):
        layout = (generated(seed), None)
        if json.dumps(layout) not in seen:
            seen.add(json.dumps(layout))
            layouts.append(layout)
    rows = [{"paths": paths, **({} if card is None else {"card": card}), **answer(paths, card)} for paths, card in layouts]
    lines = ",\n    ".join(json.dumps(row, ensure_ascii=False) for row in rows)
    sys.stdout.write(f'{{\n  "datasets": "{datasets.__version__}",\n  "folders": [\n    {lines}\n  ]\n}}\n')


if __name__ == "__main__":
    main()
