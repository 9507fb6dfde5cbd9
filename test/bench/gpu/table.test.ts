import { expect, it } from "vitest";
import { describeResults } from "../../../bench/gpu/table.js";

it("tells what was found, and leaves out what was not", () => {
  const text = describeResults({
    machine: { gpu: "NVIDIA X", cores: 16 },
    accuracy: [
      {
        model: "urm-llama3.1-tiny",
        device: "cuda",
        kvType: "f16",
        count: 24,
        spread: 3,
        largest: 0.00123,
        mean: 0.0004,
        keepsOrder: false,
        largestBesideReference: 0.002,
      },
    ],
    bench: [
      { workload: "machine" },
      {
        workload: "best-of-64",
        metric: "candidates/s",
        shape: "3B",
        ours: 480.9,
        peer: "transformers",
        ratio: 2.0574,
      },
    ],
    memory: [],
    steps: [{ step: "build it", outcome: "timed out", seconds: 330 }],
  });
  expect(text.split("\n")).toEqual([
    "gpu NVIDIA X, cores 16",
    "",
    "| model | cache | largest | mean | of a spread of | order | beside the reference |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    "| urm-llama3.1-tiny | f16 | 0.00123 | 0.000400 | 3.00 | changed | 0.00200 |",
    "",
    "| workload | shape | ours | beside | ratio |",
    "| --- | --- | --- | --- | --- |",
    "| best-of-64 | 3B | 481 candidates/s | transformers | 2.06 |",
    "",
    "| step | outcome | seconds |",
    "| --- | --- | --- |",
    "| build it | timed out | 330 |",
  ]);
});
