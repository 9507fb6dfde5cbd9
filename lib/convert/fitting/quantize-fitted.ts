import { open, rename, rm } from "node:fs/promises";
import { CheckpointError, RewardError } from "../../errors.js";
import { GgufData, readGgufHeader, type GgufTensorInfo } from "../../formats/gguf/gguf-reader.js";
import { isPlainFloat } from "../../formats/gguf/gguf-types.js";
import { fileError } from "../../util/caught.js";
import type { BackboneType, QuantizedType } from "../../model/architecture/backbone-type.js";
import { loadAddon } from "../../score/native/binding.js";
import type { NativeImportance } from "../../score/native/native-addon.js";
import { physicalCores } from "../../score/backbone/threads.js";
import { largest } from "../../util/collections.js";
import { writeAt } from "../../util/files/write-at.js";
import { quantizeFile } from "../quantize-file.js";
import { chooseKept, worst, type MeasuredGroup } from "./choose-kept.js";
import { fitRounding } from "./fit-rounding.js";
import { observeInputs } from "./observe-inputs.js";
import type { RecordOptions, ReferenceSet } from "./reference-set.js";
import type { TrialFolder } from "./trial-folder.js";

/** A backbone to quantize by what records need. */
export interface FittedJob extends Omit<RecordOptions, "records"> {
  /** Unquantized. */
  input: string;
  sourceType: BackboneType;
  output: string;
  type: QuantizedType;
  set: ReferenceSet;
  /** Largest error of a reward, in standard deviations of the rewards. Without it every matrix is quantized. */
  maxError?: number | undefined;
  trial: TrialFolder;
  /** A file to write mixtures to. */
  scratch: string;
}

/** What came of it. */
export interface Fitted {
  /** Matrices kept in 16 bits. */
  kept: string[];
  /** Largest error of the records' rewards, where it was measured. */
  largestError?: number;
}

/** Choosing again with what was measured, before everything that is chosen is doubted. */
const MOST_ROUNDS = 8;

/**
 * Quantizes a backbone: q8_0 rounded by what the records multiply its matrices with, the others by llama.cpp with an importance matrix of
 * the records. With `maxError` the matrices whose errors matter most for their bytes stay in 16 bits, by trying.
 * @throws CheckpointError `CONVERSION_FAILED` where the bound cannot be held; what scoring and writing throw; `signal.reason`
 */
export async function quantizeFitted(job: FittedJob): Promise<Fitted> {
  const importance = job.type === "q8_0" ? undefined : await importanceOf(job);
  const { input, output, type, signal, maxError, set, trial } = job;
  await quantizeFile({ input, output, type, importance, signal });
  const threads = job.threads ?? physicalCores();
  if (type === "q8_0")
    await fitRounding({ ...job, source: input, target: output, prompts: set.prompts, threads });
  if (maxError === undefined) return { kept: [] };
  const errors = await trial.errors(output, set, job);
  if (worst(errors) <= maxError) return { kept: [], largestError: worst(errors) };
  const groups = await measureGroups(job, importance);
  return keepGroups(job, importance, groups, errors, maxError);
}

/** Keeps more and more groups, and measures what that gives, until the bound holds. */
async function keepGroups(
  job: FittedJob,
  importance: NativeImportance[] | undefined,
  groups: readonly MeasuredGroup[],
  errors: readonly number[],
  maxError: number,
): Promise<Fitted> {
  let kept: Set<number> = new Set();
  let measured = errors;
  for (let round = 0; round < MOST_ROUNDS && kept.size < groups.length; round++) {
    kept = chooseKept(groups, measured, maxError, kept);
    // That would be another file of the source's type.
    if (kept.size === groups.length) break;
    const names = [...kept].flatMap((index) => groups[index]?.names ?? []);
    await mix(job, names, importance);
    measured = await job.trial.errors(job.scratch, job.set, job);
    // What is no number holds no bound.
    if (!(worst(measured) <= maxError)) continue;
    await rename(job.scratch, job.output);
    return { kept: names, largestError: worst(measured) };
  }
  throw new CheckpointError(
    "CONVERSION_FAILED",
    `${job.type} holds ${maxError} standard deviations on these records only with nearly every matrix in 16 bits. ` +
      "Use a larger --max-error, or f16.",
  );
}

/**
 * The errors of parts when they alone are quantized: one kind of matrix in a band of layers, or the token embedding. Kinds differ most: on
 * SmolLM2 half of the errors come from the values' and the attention output's matrices, a tenth of the bytes.
 */
async function measureGroups(
  job: FittedJob,
  importance: NativeImportance[] | undefined,
): Promise<MeasuredGroup[]> {
  const [source, target] = await Promise.all([readGgufHeader(job.input), readGgufHeader(job.output)]);
  const layers = 1 + largest([...target.tensors.keys()].map((name) => layerOf(name) ?? 0));
  const byPart = new Map<string, GgufTensorInfo[]>();
  for (const tensor of target.tensors.values()) {
    if (tensor.type === undefined || isPlainFloat(tensor.type)) continue;
    const part = partOf(tensor.name, layers);
    byPart.set(part, [...(byPart.get(part) ?? []), tensor]);
  }
  const parts = [...byPart.values()];
  const groups: MeasuredGroup[] = [];
  for (const [index, part] of parts.entries()) {
    job.onProgress?.({ phase: "measure", unit: "parts", done: index, total: parts.length });
    const others = parts.filter((other) => other !== part).flat();
    await mix(
      job,
      others.map(({ name }) => name),
      importance,
    );
    groups.push({
      names: part.map(({ name }) => name),
      extraBytes: part.reduce(
        (sum, { name, sizeBytes = 0 }) => sum + keptBytes(source.tensors.get(name)) - sizeBytes,
        0,
      ),
      errors: await job.trial.errors(job.scratch, job.set, { threads: job.threads, signal: job.signal }),
    });
  }
  return groups;
}

/** Bands of layers. */
const BANDS = 3;

function partOf(name: string, layers: number): string {
  const layer = layerOf(name);
  if (layer === undefined) return name;
  return `${Math.floor((layer * BANDS) / layers)}${name.replace(/^blk\.\d+/, "")}`;
}

function layerOf(name: string): number | undefined {
  const layer = /^blk\.(\d+)\./.exec(name)?.[1];
  return layer === undefined ? undefined : Number(layer);
}

function keptBytes(tensor: GgufTensorInfo | undefined): number {
  return 2 * (tensor?.shape.reduce((product, size) => product * size, 1) ?? 0);
}

/** Writes the scratch file: some matrices in 16 bits, the others as the output has them. */
async function mix(
  { input, sourceType, output, scratch, type, signal }: FittedJob,
  kept: readonly string[],
  importance: NativeImportance[] | undefined,
): Promise<void> {
  await rm(scratch, { force: true });
  const keptType = sourceType === "bf16" ? "bf16" : "f16";
  await quantizeFile({ input, output: scratch, type, kept, keptType, importance, signal });
  const [from, to] = await Promise.all([readGgufHeader(output), readGgufHeader(scratch)]);
  const data = await GgufData.open(output);
  const handle = await open(scratch, "r+").catch((cause: unknown) => {
    throw fileError("write", scratch, cause);
  });
  try {
    for (const { name, type: mixed, offset } of to.tensors.values()) {
      const rounded = from.tensors.get(name);
      if (rounded?.sizeBytes === undefined || rounded.type !== mixed || mixed === undefined) continue;
      const blocks = await data.read(rounded.offset, new Uint8Array(rounded.sizeBytes));
      await writeAt(handle, scratch, offset, blocks);
    }
    await handle.sync();
  } catch (cause) {
    throw cause instanceof RewardError ? cause : fileError("write", scratch, cause);
  } finally {
    await Promise.all([data.close(), handle.close()]);
  }
}

/** Means of squares of what the layers' matrices are multiplied with. */
async function importanceOf({
  input,
  set,
  signal,
  onProgress,
  ...job
}: FittedJob): Promise<NativeImportance[]> {
  const threads = job.threads ?? physicalCores();
  const { tensors } = await readGgufHeader(input);
  const weights = [...tensors.values()].filter(
    ({ name, shape }) => name.startsWith("blk.") && shape.length > 1,
  );
  const moments = loadAddon().createMoments({ weights: weights.map(({ name }) => name), threads });
  try {
    await observeInputs({ file: input, prompts: set.prompts, moments, threads, signal, onProgress });
    return moments.meanSquares();
  } finally {
    await moments.dispose();
  }
}
