import { cp, open, readFile, truncate, unlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { convertCheckpoint, verifyTensors, type FaultKind } from "../../lib/convert/index.js";
import { readGgufHeader, type GgufTensorInfo } from "../../lib/formats/gguf/gguf-reader.js";
import { editTensors, fixture, scratchFolder } from "../convert/checkpoints.js";

const scratch = await scratchFolder();
const BACKBONE = "backbone-f32.gguf";
const QUANTIZED = "backbone-q8_0.gguf";
const NAMES = ["grm-llama3.2-tiny", "grm-gemma2-tiny"] as const;

beforeAll(async () => {
  for (const name of NAMES) {
    await convertCheckpoint(fixture(name), path.join(scratch, name), { type: "f32" });
    await convertCheckpoint(fixture(name), path.join(scratch, name), { type: "q8_0" });
  }
});

/** Changes a tensor's bytes in place. */
const editTensor =
  (name: string, edit: (bytes: Buffer, info: GgufTensorInfo) => void, file = BACKBONE) =>
  async (model: string): Promise<void> => {
    const header = await readGgufHeader(path.join(model, file));
    const info = header.tensors.get(name);
    if (info?.sizeBytes === undefined) throw new Error(`no tensor ${name}`);
    const handle = await open(path.join(model, file), "r+");
    const bytes = Buffer.alloc(info.sizeBytes);
    await handle.read(bytes, 0, bytes.length, info.offset);
    edit(bytes, info);
    await handle.write(bytes, 0, bytes.length, info.offset);
    await handle.close();
  };

/** Replaces bytes of a GGUF's header by others of the same length. */
const editHeader =
  (from: Buffer | string, to: Buffer | string) =>
  async (model: string): Promise<void> => {
    const file = path.join(model, BACKBONE);
    const bytes = await readFile(file);
    const at = bytes.indexOf(from);
    if (at < 0) throw new Error(`no ${String(from)}`);
    Buffer.from(to).copy(bytes, at);
    await writeFile(file, bytes);
  };

const floats = (bytes: Buffer): Float32Array =>
  new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const swapRows = (bytes: Buffer, { shape }: GgufTensorInfo): void => {
  const rowBytes = bytes.length / (shape[0] ?? 1);
  const first = Buffer.from(bytes.subarray(0, rowBytes));
  bytes.copy(bytes, 0, rowBytes, 2 * rowBytes);
  first.copy(bytes, rowBytes);
};
/** Undoes the interleaving of the first head's rows: what a converter that forgot it would write. */
const uninterleave = (bytes: Buffer, { shape }: GgufTensorInfo): void => {
  const [rows = 0, columns = 0] = shape;
  const original = Float32Array.from(floats(bytes));
  const headDim = 16;
  for (let row = 0; row < rows; row++) {
    const inHead = row % headDim;
    const from = row - inHead + (inHead < headDim / 2 ? 2 * inHead : 2 * (inHead - headDim / 2) + 1);
    floats(bytes).set(original.subarray(from * columns, (from + 1) * columns), row * columns);
  }
};
const string = (text: string): Buffer => {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
  return Buffer.concat([length, Buffer.from(text)]);
};
const float = (value: number): Buffer => Buffer.from(Float32Array.of(value).buffer);
const eps = Buffer.concat([string("llama.attention.layer_norm_rms_epsilon"), Buffer.of(6, 0, 0, 0)]);

type Sabotage = (model: string) => Promise<void>;
const sabotages: [
  what: string,
  model: (typeof NAMES)[number],
  kind: FaultKind,
  name: string | RegExp,
  Sabotage,
][] = [
  [
    "rows swapped",
    "grm-llama3.2-tiny",
    "permuted",
    "blk.1.ffn_up.weight",
    editTensor("blk.1.ffn_up.weight", swapRows),
  ],
  [
    "a tensor zeroed",
    "grm-llama3.2-tiny",
    "zeroed",
    "blk.0.attn_v.weight",
    editTensor("blk.0.attn_v.weight", (bytes) => bytes.fill(0)),
  ],
  [
    "one value changed",
    "grm-llama3.2-tiny",
    "differs",
    "token_embd.weight",
    editTensor("token_embd.weight", (bytes) => bytes.writeFloatLE(0.5, 4000)),
  ],
  [
    "a NaN",
    "grm-llama3.2-tiny",
    "differs",
    "token_embd.weight",
    editTensor("token_embd.weight", (bytes) => bytes.writeFloatLE(NaN, 4000)),
  ],
  [
    "heads not interleaved",
    "grm-llama3.2-tiny",
    "untransformed",
    "blk.2.attn_q.weight",
    editTensor("blk.2.attn_q.weight", uninterleave),
  ],
  [
    "a norm without its one",
    "grm-gemma2-tiny",
    "untransformed",
    "blk.0.ffn_norm.weight",
    editTensor("blk.0.ffn_norm.weight", (bytes) => {
      floats(bytes).forEach((value, index, all) => (all[index] = value - 1));
    }),
  ],
  [
    "rope factors of one",
    "grm-llama3.2-tiny",
    "differs",
    "rope_freqs.weight",
    editTensor("rope_freqs.weight", (bytes) => floats(bytes).fill(1)),
  ],
  [
    "rope factors renamed",
    "grm-llama3.2-tiny",
    "missing",
    "rope_freqs.weight",
    editHeader(string("rope_freqs.weight"), string("rope_gone_.weight")),
  ],
  [
    "a tensor of another name",
    "grm-llama3.2-tiny",
    "extra",
    "rope_gone_.weight",
    editHeader(string("rope_freqs.weight"), string("rope_gone_.weight")),
  ],
  [
    "two tokens swapped",
    "grm-llama3.2-tiny",
    "metadata",
    "tokenizer.ggml.tokens",
    editHeader(Buffer.concat([string("!"), string('"')]), Buffer.concat([string('"'), string("!")])),
  ],
  [
    "another epsilon",
    "grm-llama3.2-tiny",
    "metadata",
    "llama.attention.layer_norm_rms_epsilon",
    editHeader(Buffer.concat([eps, float(1e-5)]), Buffer.concat([eps, float(1e-6)])),
  ],
  [
    "a BOS flag flipped",
    "grm-llama3.2-tiny",
    "metadata",
    "tokenizer.ggml.add_bos_token",
    editHeader(
      Buffer.concat([string("tokenizer.ggml.add_bos_token"), Buffer.of(7, 0, 0, 0, 0)]),
      Buffer.concat([string("tokenizer.ggml.add_bos_token"), Buffer.of(7, 0, 0, 0, 1)]),
    ),
  ],
  [
    "a truncated backbone",
    "grm-llama3.2-tiny",
    "file",
    /backbone-f32.gguf/,
    (model) => truncate(path.join(model, BACKBONE), 500_000),
  ],
  [
    "a missing backbone",
    "grm-llama3.2-tiny",
    "file",
    /missing/,
    (model) => unlink(path.join(model, BACKBONE)),
  ],
  [
    "the other model's head",
    "grm-llama3.2-tiny",
    "file",
    /head.safetensors/,
    (model) =>
      cp(path.join(scratch, "grm-gemma2-tiny", "head.safetensors"), path.join(model, "head.safetensors")),
  ],
  [
    "a head value changed",
    "grm-llama3.2-tiny",
    "differs",
    "v_head.summary.2.bias",
    (model) =>
      editTensors(
        model,
        (tensors) => tensors.get("v_head.summary.2.bias")?.bytes.fill(1),
        "head.safetensors",
      ),
  ],
  [
    "a quantized tensor zeroed",
    "grm-llama3.2-tiny",
    "zeroed",
    "blk.1.ffn_down.weight",
    editTensor("blk.1.ffn_down.weight", (bytes) => bytes.fill(0), QUANTIZED),
  ],
  [
    "rows of a quantized tensor swapped",
    "grm-llama3.2-tiny",
    "differs",
    "blk.1.ffn_down.weight",
    editTensor("blk.1.ffn_down.weight", swapRows, QUANTIZED),
  ],
  [
    "heads of a quantized tensor not interleaved",
    "grm-llama3.2-tiny",
    "untransformed",
    "blk.1.attn_k.weight",
    (model) => cp(path.join(scratch, "not-interleaved.gguf"), path.join(model, QUANTIZED)),
  ],
];

beforeAll(async () => {
  // The q8_0 backbone with two adjacent rows' blocks put where transformers has them: rows are whole blocks.
  const model = path.join(scratch, "grm-llama3.2-tiny");
  const copy = path.join(scratch, "not-interleaved");
  await cp(model, copy, { recursive: true });
  await editTensor(
    "blk.1.attn_k.weight",
    (bytes, info) => {
      const [rows = 0] = info.shape;
      const rowBytes = bytes.length / rows;
      const original = Buffer.from(bytes);
      for (let row = 0; row < rows; row++) {
        const inHead = row % 16;
        const from = row - inHead + (inHead < 8 ? 2 * inHead : 2 * (inHead - 8) + 1);
        original.copy(bytes, row * rowBytes, from * rowBytes, (from + 1) * rowBytes);
      }
    },
    QUANTIZED,
  )(copy);
  await cp(path.join(copy, QUANTIZED), path.join(scratch, "not-interleaved.gguf"));
});

it.each(sabotages)("%s (%s) is found and called %s", async (what, name, kind, subject, sabotage) => {
  const model = path.join(scratch, "sabotaged", what);
  await cp(path.join(scratch, name), model, { recursive: true });
  await sabotage(model);
  const report = await verifyTensors(model, fixture(name));
  expect(report.passed).toBe(false);
  const fault = report.faults.find((each) => each.kind === kind);
  expect(fault, JSON.stringify(report.faults)).toBeDefined();
  if (typeof subject === "string") expect(fault?.name).toBe(subject);
  else expect(fault?.message).toMatch(subject);
});

it("a sound folder passes, with every tensor of the checkpoint in one place", async () => {
  for (const name of NAMES) {
    const report = await verifyTensors(path.join(scratch, name), fixture(name));
    expect(report).toMatchObject({ passed: true, faults: [], backbones: ["f32", "q8_0"] });
    expect(report.headTensors).toHaveLength(4);
    expect(new Set([...report.backboneTensors, ...report.headTensors]).size).toBe(
      report.backboneTensors.length + report.headTensors.length,
    );
  }
});

it("a bit changed where nobody looks is found by the checksum", async () => {
  const model = path.join(scratch, "padding");
  await cp(path.join(scratch, "grm-llama3.2-tiny"), model, { recursive: true });
  const file = path.join(model, BACKBONE);
  const { tensors } = await readGgufHeader(file);
  const [norm] = [...tensors.values()].sort((a, b) => a.offset - b.offset);
  const bytes = await readFile(file);
  bytes.writeUInt8(1, (norm?.offset ?? 0) - 1);
  const isPadding = (await readFile(file))[(norm?.offset ?? 0) - 1] === 0;
  expect(isPadding).toBe(true);
  await writeFile(file, bytes);
  const report = await verifyTensors(model, fixture("grm-llama3.2-tiny"));
  expect(report.faults).toHaveLength(1);
  expect(report.faults[0]).toMatchObject({ file: BACKBONE, kind: "file" });
});
