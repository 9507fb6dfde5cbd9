"""Groups of sequences as batches: one good answer and several that are worse, with the labels of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch


@dataclass
class Batch:
    """`parts`: token rows of like length with the place of each last token; `order` brings the rows of all parts into that of the groups.
    `good`: row of the good answer of every row's group. `bad`: the rows that are no good answer."""

    parts: list[tuple[torch.Tensor, torch.Tensor]]
    order: torch.Tensor
    good: torch.Tensor
    bad: torch.Tensor
    kinds: torch.Tensor
    labels: torch.Tensor


class Groups:
    def __init__(self, file: Path, device: str, every: int = 1) -> None:
        arrays = np.load(file)
        self.device = device
        self.tokens = arrays["tokens"].astype(np.int64)
        self.lengths = arrays["lengths"].astype(np.int64)
        self.starts = np.cumsum(self.lengths) - self.lengths
        self.kinds, self.labels = arrays["kinds"], arrays["labels"].astype(np.float32)
        _, self.first = np.unique(arrays["groups"], return_index=True)
        self.end = np.append(self.first[1:], len(self.lengths))[::every]
        self.first = self.first[::every]

    def __len__(self) -> int:
        return len(self.first)

    def epochs(self, size: int, seed: int) -> Iterator[Batch]:
        rng = np.random.default_rng(seed)
        while True:
            order = rng.permutation(len(self))
            for at in range(0, len(order) - size + 1, size):
                yield self.batch(order[at : at + size])

    def all(self, size: int) -> Iterator[Batch]:
        for at in range(0, len(self), size):
            yield self.batch(np.arange(at, min(at + size, len(self))))

    def batch(self, groups: np.ndarray, parts: int = 3) -> Batch:
        rows = np.concatenate([np.arange(self.first[g], self.end[g]) for g in groups])
        sizes = self.end[groups] - self.first[groups]
        order = np.argsort(self.lengths[rows], kind="stable")
        chunks = [self.pad(rows[chunk]) for chunk in np.array_split(order, parts) if len(chunk)]
        return Batch(
            parts=[(self.put(ids), self.put(last)) for ids, last in chunks],
            order=self.put(np.argsort(order)),
            good=self.put(np.repeat(np.cumsum(sizes) - sizes, sizes)),
            bad=self.put(np.flatnonzero(self.kinds[rows])),
            kinds=self.put(self.kinds[rows].astype(np.int64)),
            labels=self.put(self.labels[rows]),
        )

    def put(self, array: np.ndarray) -> torch.Tensor:
        """Without waiting for the device."""
        tensor = torch.from_numpy(array)
        return tensor.pin_memory().to(self.device, non_blocking=True) if self.device == "cuda" else tensor

    def pad(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        lengths = self.lengths[rows]
        # A multiple of 16 keeps the number of shapes small.
        width = -(-int(lengths.max()) // 16) * 16
        place = np.arange(width)
        inside = place < lengths[:, None]
        ids = np.where(inside, self.tokens[np.minimum(self.starts[rows][:, None] + place, len(self.tokens) - 1)], 0)
        return ids, lengths - 1
