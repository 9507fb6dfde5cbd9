import { rename } from "node:fs/promises";
import { readGgufHeader } from "../../formats/gguf/gguf-reader.js";
import type { NativeImportance } from "../../score/native/native-addon.js";
import { physicalCores } from "../../score/backbone/threads.js";
import { quantizeFile } from "../quantize-file.js";
import { chooseKept, worst } from "./choose-kept.js";
import type { Fitted, FittedJob } from "./fitted-job.js";
import { fitRounding } from "./fit-rounding.js";
import { measureGroups } from "./measure-groups.js";
import { mixTypes } from "./mix-types.js";
import { observeInputs } from "./observe-inputs.js";
import { sampleOf } from "./reference-set.js";
import { roomFor } from "./size-limit.js";
import { tooLargeAnError } from "./unheld-bound.js";

/** Choosing again with what was measured, before everything that is chosen is doubted. */
const MOST_ROUNDS = 8;

/** What single groups do is measured on so many conversations; a bound on all. */
const SAMPLE = 64;

/**
 * Quantizes a backbone: q8_0 rounded by what the records multiply its matrices with, the others by llama.cpp with an importance matrix of
 * the records. With `maxError` the matrices whose errors matter most for their bytes stay in 16 bits until it holds, by trying; with
 * `maxSize` alone as many of them as have room.
 * @throws InvalidArgumentError the type itself is larger than `maxSize`; CheckpointError `CONVERSION_FAILED` where the bound cannot be
 * held; what scoring and writing throw; `signal.reason`
 */
export async function quantizeFitted(job: FittedJob): Promise<Fitted> {
  const { input, output, type, signal, maxError, maxSize, set, trial } = job;
  const importance = type === "q8_0" ? undefined : await importanceOf(job);
  await quantizeFile({ input, output, type, importance, signal });
  const room = await roomFor(output, job);
  const threads = job.threads ?? physicalCores();
  if (type === "q8_0")
    await fitRounding({ ...job, source: input, target: output, prompts: set.prompts, threads });
  if (maxError === undefined && maxSize === undefined) return { kept: [] };
  const errors = await trial.errors(output, set, job);
  if (worst(errors) <= (maxError ?? 0)) return { kept: [], largestError: worst(errors) };
  return keepGroups(job, importance, errors, room);
}

/** Keeps more and more groups, and measures what that gives, until the bound holds or there is no more room. */
async function keepGroups(
  job: FittedJob,
  importance: readonly NativeImportance[] | undefined,
  errors: readonly number[],
  room: number,
): Promise<Fitted> {
  const { set, maxError } = job;
  const sample = sampleOf(set, SAMPLE);
  const groups = await measureGroups(job, sample.set, importance);
  let kept: Set<number> = new Set();
  let names: string[] = [];
  let measured = errors;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const own = sample.places.map((place) => measured[place] ?? Number.NaN);
    // What the sample does not show must be made up for.
    const bound = ((maxError ?? 0) * worst(own)) / worst(measured);
    const used = [...kept].reduce((sum, index) => sum + (groups[index]?.extraBytes ?? 0), 0);
    const chosen = chooseKept(groups, own, { bound, room: room - used, kept });
    // Everything kept would be another file of the source's type.
    if (chosen.size === kept.size || chosen.size === groups.length) break;
    kept = chosen;
    names = [...kept].flatMap((index) => groups[index]?.names ?? []);
    await mixTypes(job, names, importance);
    measured = await job.trial.errors(job.scratch, set, job);
    // What is no number holds no bound.
    if (maxError !== undefined && !(worst(measured) <= maxError)) continue;
    await rename(job.scratch, job.output);
    return { kept: names, largestError: worst(measured) };
  }
  if (maxError === undefined) return { kept: [], largestError: worst(errors) };
  throw tooLargeAnError(job, maxError, worst(measured));
}

/** Means of squares of what the layers' matrices are multiplied with. */
async function importanceOf({ set, ...job }: FittedJob): Promise<NativeImportance[]> {
  const { tensors } = await readGgufHeader(job.input);
  const moments = await observeInputs({
    ...job,
    file: job.input,
    prompts: set.prompts,
    weights: [...tensors.values()].flatMap(({ name, shape }) =>
      name.startsWith("blk.") && shape.length > 1 ? [name] : [],
    ),
    threads: job.threads ?? physicalCores(),
  });
  try {
    return moments.meanSquares();
  } finally {
    await moments.dispose();
  }
}
