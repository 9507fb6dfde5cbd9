/** What the native tests share: a scratch folder with tiny models, and short ways to load and decode. */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { afterAll } from "vitest";

import { loadBenchAddon, type BenchContextOptions } from "../../bench/bench-addon.js";
import { loadAddon } from "../../lib/score/native/binding.js";
import type {
  NativeAddon,
  NativeBatch,
  NativeContext,
  NativeContextOptions,
  NativeModel,
  NativeModelOptions,
} from "../../lib/score/native/native-addon.js";
import { writeTinyModel, type TinyModelOptions } from "./tiny-gguf.js";

/** A folder that is removed when the test file ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "llama-reward-native-"));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Writes and loads a tiny model. */
export async function loadTinyModel(folder: string, options: TinyModelOptions = {}): Promise<NativeModel> {
  return loadAddon().loadModel(tinyModel(folder, options)).result;
}

/** Windows neither writes nor removes a file that is mapped, and most tests leave their models to the garbage collector. */
export const CPU_OPTIONS = { gpuLayers: 0, devices: [], useMmap: process.platform !== "win32" };

function tinyModel(folder: string, options: TinyModelOptions): NativeModelOptions {
  const file = path.join(folder, `${JSON.stringify(options).replace(/\W+/g, "-")}.gguf`);
  writeTinyModel(file, options);
  return { path: file, ...CPU_OPTIONS };
}

const SMALL_EXACT: NativeContextOptions = {
  contextLength: 512,
  batchSize: 256,
  ubatchSize: 256,
  maxOutputs: 64,
  threads: 1,
  kvType: "f32",
  flashAttention: "auto",
};

/** A small exact context in the addon that has the model: f32 cache, one thread (ggml threads wait by spinning, which crawls on a busy machine). */
export async function makeContext(
  model: NativeModel,
  options: Partial<BenchContextOptions> = {},
  addon: NativeAddon = loadAddon(),
): Promise<NativeContext> {
  return addon.createContext(model, { ...SMALL_EXACT, ...options });
}

/** A tiny model in the benchmark's addon. */
export async function loadBenchModel(
  folder: string,
  options: TinyModelOptions = {},
  prefill = false,
): Promise<NativeModel> {
  return loadBenchAddon().loadModel({ ...tinyModel(folder, options), prefill }).result;
}

/** A small exact context in the benchmark's addon, with a tiny model of its own. */
export async function makeBenchContext(
  folder: string,
  options: Partial<BenchContextOptions>,
): Promise<NativeContext> {
  return makeContext(await loadBenchModel(folder), options, loadBenchAddon());
}

/** One token of a batch as a test writes it. */
export interface TokenEntry {
  token: number;
  position: number;
  sequences: readonly number[];
  isOutput?: boolean;
}

/** Lays tokens out as the arrays of a batch. */
export function batchOf(entries: readonly TokenEntry[]): NativeBatch {
  const offsets = [0];
  for (const entry of entries) offsets.push((offsets.at(-1) ?? 0) + entry.sequences.length);
  return {
    tokens: Int32Array.from(entries, (entry) => entry.token),
    positions: Int32Array.from(entries, (entry) => entry.position),
    sequenceOffsets: Int32Array.from(offsets),
    sequenceIds: Int32Array.from(entries.flatMap((entry) => entry.sequences)),
    outputs: Int32Array.from(entries.flatMap((entry, index) => (entry.isOutput === true ? [index] : []))),
  };
}

/** `count` different tokens of one sequence; `outputs` are positions. */
export function sequenceEntries(
  sequence: number,
  count: number,
  { start = 0, salt = 0, outputs = [count - 1] }: { start?: number; salt?: number; outputs?: number[] } = {},
): TokenEntry[] {
  return Array.from({ length: count }, (_, i) => ({
    token: tokenAt(start + i, salt),
    position: start + i,
    sequences: [sequence],
    isOutput: outputs.includes(start + i),
  }));
}

/** Some byte token, different for each position and salt. */
export function tokenAt(position: number, salt = 0): number {
  return 5 + ((position * 37 + salt * 101 + 11) % 256);
}

/** Row `index` of a `[n, width]` array. */
export function row(values: Float32Array, index: number, width: number): Float32Array {
  return values.subarray(index * width, (index + 1) * width);
}

/** The largest difference between two arrays of the same length. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new Error(`${String(a.length)} numbers against ${String(b.length)}`);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}
