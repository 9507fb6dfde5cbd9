import { HeadLoadError } from "../../errors.js";
import { openSafetensors } from "../../formats/safetensors/safetensors.js";
import { checkHeadTensors } from "./check-head-tensors.js";
import type { DenseRuntime } from "./dense.js";
import { summarise, type Head, type HeadDefinition, type HeadSummary } from "./head.js";
import { headDefinition } from "./registry.js";
import { loadAddon } from "../native/binding.js";
import { nativeDense } from "./native-dense.js";
import { zodProblems } from "../../util/zod-problems.js";

/** A head ready to run, and what its section of `reward.json` says about it. */
export interface LoadedHead {
  definition: HeadDefinition;
  head: Head;
  summary: HeadSummary;
}

/**
 * Loads the head that a `reward.json` section describes from a `head.safetensors` file.
 * @throws HeadLoadError `HEAD_INVALID` unknown kind, damaged section or file; `HEAD_MISMATCH`
 */
export async function loadHead(
  section: { kind: string },
  file: string,
  hiddenSize: number,
  runtime: DenseRuntime,
): Promise<LoadedHead> {
  const definition = headDefinition(section.kind);
  const parsed = definition.schema.safeParse(section);
  if (!parsed.success) {
    const faults = zodProblems(parsed.error, "head").join("; ");
    throw new HeadLoadError(
      "HEAD_INVALID",
      `The head section of reward.json is damaged (${faults}). Convert the checkpoint again.`,
    );
  }
  const spec = parsed.data;
  const tensors = await openSafetensors(file);
  try {
    await checkHeadTensors(tensors, definition.tensorNames(spec));
    return {
      definition,
      head: await definition.load(spec, tensors, hiddenSize, runtime),
      summary: summarise(definition, spec),
    };
  } finally {
    await tensors.close();
  }
}

/**
 * Loads a head as scoring does, and lets it go: what converts or verifies a head has no rules of its own for what can be used.
 * @param section the head's section of `reward.json`
 * @param file `head.safetensors`
 * @throws HeadLoadError `HEAD_INVALID`, also for NaN or infinite weights; `HEAD_MISMATCH`
 */
export async function proveHead(section: { kind: string }, file: string, hiddenSize: number): Promise<void> {
  const { head } = await loadHead(section, file, hiddenSize, nativeDense(loadAddon(), 1));
  await head.dispose();
}
