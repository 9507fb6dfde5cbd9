import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gguf } from "@huggingface/gguf";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readGgufHeader } from "../../../lib/formats/gguf/gguf-reader.js";
import { GGML_TYPES } from "../../../lib/formats/gguf/gguf-types.js";
import type { GgufValue } from "../../../lib/formats/gguf/gguf-value.js";
import { layOutGguf } from "../../../lib/formats/gguf/gguf-writer.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "llama-reward-gguf-"));
});
afterAll(() => rm(directory, { recursive: true }));

const metadata = new Map<string, GgufValue>([
  ["general.architecture", { type: "string", value: "llama" }],
  ["a.text", { type: "string", value: "Grüße 🦙" }],
  ["a.u32", { type: "u32", value: 4294967295 }],
  ["a.i32", { type: "i32", value: -7 }],
  ["a.u64", { type: "u64", value: 2n ** 40n }],
  ["a.f32", { type: "f32", value: 0.5 }],
  ["a.bool", { type: "bool", value: true }],
  ["a.strings", { type: "array", of: "string", values: ["", "Ġa", "\u0000"] }],
  ["a.floats", { type: "array", of: "f32", values: new Float32Array([-1, 0.25]) }],
  ["a.ints", { type: "array", of: "i32", values: [-1, 2] }],
]);

const tensors = [
  { name: "token_embd.weight", type: GGML_TYPES.BF16, shape: [5, 3] },
  { name: "output_norm.weight", type: GGML_TYPES.F32, shape: [3] },
  { name: "q", type: GGML_TYPES.Q8_0, shape: [2, 64] },
];

it("another reader finds the same metadata and tensors, aligned and inside the file", async () => {
  const layout = layOutGguf(metadata, tensors);
  const file = path.join(directory, "model.gguf");
  await writeFile(
    file,
    Buffer.concat([layout.header, Buffer.alloc(layout.sizeBytes - layout.header.length)]),
  );
  const parsed = await gguf(file, { allowLocalFile: true });
  expect(parsed.metadata).toMatchObject({
    version: 3,
    "a.text": "Grüße 🦙",
    "a.u32": 4294967295,
    "a.i32": -7,
    "a.u64": 2n ** 40n,
    "a.f32": 0.5,
    "a.bool": true,
    "a.strings": ["", "Ġa", "\u0000"],
    "a.floats": [-1, 0.25],
    "a.ints": [-1, 2],
  });
  expect(Object.keys(parsed.metadata).slice(-metadata.size)).toEqual([...metadata.keys()]);
  const sizes = [5 * 3 * 2, 3 * 4, 4 * 34];
  for (const [index, tensor] of tensors.entries()) {
    const found = parsed.tensorInfos[index];
    expect(found).toMatchObject({ name: tensor.name, dtype: tensor.type.id });
    expect(found?.shape.map(Number)).toEqual(tensor.shape.toReversed());
    const placed = layout.tensors[index];
    expect(placed?.sizeBytes).toBe(sizes[index]);
    expect(Number(parsed.tensorDataOffset) + Number(found?.offset)).toBe(placed?.offset);
    expect((placed?.offset ?? 1) % 32).toBe(0);
  }
  expect((layout.tensors.at(-1)?.offset ?? 0) + (sizes.at(-1) ?? 0)).toBeLessThanOrEqual(layout.sizeBytes);
});

it("the reader knows rows, types and places, and refuses truncated and foreign files", async () => {
  const layout = layOutGguf(metadata, tensors);
  const whole = Buffer.concat([layout.header, Buffer.alloc(layout.sizeBytes - layout.header.length)]);
  const file = path.join(directory, "read.gguf");
  await writeFile(file, whole);
  const header = await readGgufHeader(file);
  expect(header.tensors.get("q")).toMatchObject({ shape: [2, 64], type: "Q8_0", sizeBytes: 136 });
  expect(header.metadata.get("a.u32")).toBe(4294967295);

  for (const damaged of [
    whole.subarray(0, -64),
    whole.subarray(0, 100),
    Buffer.from("no GGUF file at all"),
  ]) {
    await writeFile(file, damaged);
    await expect(readGgufHeader(file)).rejects.toMatchObject({ code: "MODEL_INVALID" });
  }
  await expect(readGgufHeader(path.join(directory, "absent.gguf"))).rejects.toMatchObject({
    code: "MODEL_NOT_FOUND",
  });
});

it("texts keep a leading U+FEFF: in values, lists and keys", async () => {
  const marked = new Map<string, GgufValue>([
    ["general.architecture", { type: "string", value: "llama" }],
    ["a.text", { type: "string", value: "\ufeff" }],
    ["a.u64", { type: "u64", value: 7n }],
    ["a.floats", { type: "array", of: "f32", values: new Float32Array([0.5]) }],
    ["a.bool", { type: "bool", value: true }],
    // As in Llama 2 and Gemma.
    [
      "a.strings",
      { type: "array", of: "string", values: ["a", "\ufeff", "\ufeffusing", "\ufeff\ufeff", "b\ufeff"] },
    ],
    ["\ufeffa.key", { type: "i32", value: -3 }],
  ]);
  const layout = layOutGguf(marked, tensors);
  const file = path.join(directory, "marked.gguf");
  await writeFile(
    file,
    Buffer.concat([layout.header, Buffer.alloc(layout.sizeBytes - layout.header.length)]),
  );
  const { metadata: read } = await readGgufHeader(file);
  expect(Object.fromEntries(read)).toEqual({
    "general.architecture": "llama",
    "a.text": "\ufeff",
    "a.u64": 7n,
    "a.floats": [0.5],
    "a.bool": true,
    "a.strings": ["a", "\ufeff", "\ufeffusing", "\ufeff\ufeff", "b\ufeff"],
    "\ufeffa.key": -3,
  });
});
