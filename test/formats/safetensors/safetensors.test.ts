import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Checkpoint } from "../../../lib/model/checkpoint/checkpoint.js";
import { openSafetensors } from "../../../lib/formats/safetensors/safetensors.js";
import { encodeSafetensors } from "../../../lib/formats/safetensors/safetensors-writer.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "llama-reward-safetensors-"));
});
afterAll(() => rm(directory, { recursive: true }));

/** A file laid out by hand, so that the reader is not tested against our own writer. */
function fileWith(header: unknown, data: Uint8Array): Buffer {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

const ab = {
  a: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
  b: { dtype: "BF16", shape: [2, 2], data_offsets: [8, 16] },
};
const data = new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer);

async function written(bytes: Uint8Array): Promise<string> {
  const file = path.join(directory, "model.safetensors");
  await writeFile(file, bytes);
  return file;
}

it("tensors are listed by offset and read as stored or as float32", async () => {
  const swapped = { __metadata__: { format: "pt" }, b: ab.b, a: ab.a };
  const reader = await openSafetensors(await written(fileWith(swapped, data)));
  expect([...reader.tensors.keys()]).toEqual(["a", "b"]);
  expect(reader.tensors.get("b")).toMatchObject({ dtype: "BF16", shape: [2, 2], sizeBytes: 8 });
  expect([...(await reader.readFloat32("a"))]).toEqual([1, 2]);
  expect([...(await reader.readBytes("b"))]).toEqual([...data.subarray(8)]);
  expect([...(await reader.readFloat32("b"))]).toEqual([0, 3, 0, 4]);
  await expect(reader.readBytes("c")).rejects.toMatchObject({ code: "HEAD_INVALID" });
  await reader.close();
});

it("what the writer wrote, the reader reads", async () => {
  const tensors = [
    { name: "head.weight", dtype: "F16" as const, shape: [1, 3], bytes: Uint8Array.of(1, 2, 3, 4, 5, 6) },
    { name: "head.bias", dtype: "F32" as const, shape: [1], bytes: Uint8Array.of(7, 8, 9, 10) },
  ];
  const bytes = encodeSafetensors(tensors);
  expect(Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)) % 8).toBe(0);
  expect(encodeSafetensors(tensors)).toEqual(bytes);
  const reader = await openSafetensors(await written(bytes));
  for (const { name, dtype, shape, bytes: expected } of tensors) {
    expect(reader.tensors.get(name)).toMatchObject({ dtype, shape });
    expect(await reader.readBytes(name)).toEqual(expected);
  }
  await reader.close();
});

const whole = fileWith(ab, data);
const invalid: [name: string, bytes: Uint8Array, mentions: RegExp][] = [
  ["an empty file", new Uint8Array(), /only 0 bytes/],
  ["a file shorter than its length field", Uint8Array.of(1, 2, 3), /only 3 bytes/],
  [
    "a header length of petabytes",
    Buffer.concat([Buffer.alloc(6, 255), Buffer.alloc(20)]),
    /claims a header of 281474976710655/,
  ],
  ["a header longer than the file", whole.subarray(0, 40), /claims a header/],
  ["truncated data", whole.subarray(0, -1), /truncated/],
  ["extra data", Buffer.concat([whole, Buffer.alloc(4)]), /extra bytes/],
  ["a header that is not JSON", fileWith("{]", data), /not valid JSON/],
  ["a header that is not UTF-8", fileWith("x", data).fill(0xff, 8, 9), /not valid JSON/],
  ["a header that is a list", fileWith([], data), /not a JSON object/],
  ["an entry that is null", fileWith({ ...ab, a: null }, data), /tensor a is malformed/],
  ["a negative size", fileWith({ ...ab, a: { ...ab.a, shape: [-2] } }, data), /tensor a is malformed/],
  ["a fractional size", fileWith({ ...ab, a: { ...ab.a, shape: [0.5] } }, data), /tensor a is malformed/],
  [
    "sizes whose product overflows",
    fileWith({ ...ab, a: { ...ab.a, shape: [2 ** 50, 2 ** 50] } }, data),
    /lies from 0 to 8/,
  ],
  [
    "a shape of another size",
    fileWith({ ...ab, a: { ...ab.a, shape: [3] } }, data),
    /tensor a is F32 \[3\], which is 12 bytes/,
  ],
  [
    "overlapping tensors",
    fileWith({ ...ab, b: { ...ab.b, data_offsets: [4, 12] } }, data),
    /tensor b begins at byte/,
  ],
  [
    "a hole between tensors",
    fileWith({ ...ab, b: { ...ab.b, data_offsets: [12, 20] } }, data),
    /tensor b begins at byte/,
  ],
  [
    "offsets beyond the file",
    fileWith({ a: ab.a, b: { ...ab.b, shape: [4, 2], data_offsets: [8, 24] } }, data),
    /truncated/,
  ],
];

it.each(invalid)("%s is an error that names the file", async (_, bytes, mentions) => {
  const file = await written(bytes);
  const error: unknown = await openSafetensors(file).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "HEAD_INVALID" });
  expect((error as Error).message).toMatch(mentions);
  expect((error as Error).message).toContain("model.safetensors");
});

it("flipping any bit of the header never gives tensors outside the file", async () => {
  for (let bit = 0; bit < 8 * (whole.length - data.length); bit += 3) {
    const flipped = Buffer.from(whole);
    flipped.writeUInt8((flipped[bit >>> 3] ?? 0) ^ (1 << (bit & 7)), bit >>> 3);
    const reader = await openSafetensors(await written(flipped)).catch((error: unknown) => {
      expect(error).toHaveProperty("code");
      return undefined;
    });
    for (const { offset, sizeBytes } of reader?.tensors.values() ?? []) {
      expect(offset + sizeBytes).toBeLessThanOrEqual(flipped.length);
    }
    await reader?.close();
  }
});

it("an element type we cannot read is unsupported, not damaged", async () => {
  const file = await written(fileWith({ a: { dtype: "F8_E4M3", shape: [16], data_offsets: [0, 16] } }, data));
  await expect(openSafetensors(file)).rejects.toMatchObject({
    code: "CHECKPOINT_UNSUPPORTED",
    details: { tensor: "a", dtype: "F8_E4M3" },
  });
});

const shard = (name: string): Buffer =>
  fileWith({ [name]: { dtype: "F32", shape: [4], data_offsets: [0, 16] } }, data);
const index = (map: unknown): string => JSON.stringify({ weight_map: map });
const sharded: [name: string, files: Record<string, string | Buffer>, mentions: RegExp][] = [
  ["no weights", {}, /has no weights: none of model\.safetensors, /],
  [
    "a missing shard",
    { "model.safetensors.index.json": index({ a: "1.safetensors" }) },
    /names 1.safetensors, which is missing/,
  ],
  [
    "a tensor that no shard has",
    {
      "1.safetensors": shard("a"),
      "model.safetensors.index.json": index({ a: "1.safetensors", b: "1.safetensors" }),
    },
    /tensor b is in 1.safetensors, but it is in no shard/,
  ],
  [
    "a tensor in the wrong shard",
    {
      "1.safetensors": shard("a"),
      "2.safetensors": shard("b"),
      "model.safetensors.index.json": index({ a: "2.safetensors", b: "1.safetensors" }),
    },
    /tensor a is in 2.safetensors, but it lies in 1.safetensors/,
  ],
  [
    "a tensor in two shards",
    {
      "1.safetensors": shard("a"),
      "2.safetensors": shard("a"),
      "model.safetensors.index.json": index({ a: "1.safetensors", b: "2.safetensors" }),
    },
    /Tensor a lies in both 1.safetensors and 2.safetensors/,
  ],
  [
    "a tensor beside the index",
    { "1.safetensors": fileWith(ab, data), "model.safetensors.index.json": index({ a: "1.safetensors" }) },
    /Tensor b of 1.safetensors is not in/,
  ],
  ["an index that is not JSON", { "model.safetensors.index.json": "{" }, /not valid JSON/],
  [
    "an index that leaves the folder",
    { "model.safetensors.index.json": index({ a: "../1.safetensors" }) },
    /has no weight_map/,
  ],
];

it.each(sharded)("a checkpoint with %s is an error", async (name, files, mentions) => {
  const checkpoint = await mkdtemp(path.join(directory, "checkpoint-"));
  for (const [file, content] of Object.entries(files)) await writeFile(path.join(checkpoint, file), content);
  const error: unknown = await Checkpoint.open(checkpoint).catch((caught: unknown) => caught);
  expect(error, name).toMatchObject({ code: "CHECKPOINT_INVALID" });
  expect((error as Error).message).toMatch(mentions);
});

it("of a single file and an index beside it, the single file is read, as transformers does", async () => {
  const checkpoint = await mkdtemp(path.join(directory, "checkpoint-"));
  await writeFile(
    path.join(checkpoint, "model.safetensors.index.json"),
    index({ a: "model-00001-of-00002.safetensors" }),
  );
  await writeFile(
    path.join(checkpoint, "model.safetensors"),
    encodeSafetensors([{ name: "b", dtype: "F32", shape: [1], bytes: new Uint8Array(4) }]),
  );
  const opened = await Checkpoint.open(checkpoint);
  expect([...opened.tensors.keys()]).toEqual(["b"]);
  await opened.close();
});
