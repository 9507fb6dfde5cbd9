import { HeadLoadError } from "../../../errors.js";
import { requiredTensors } from "../../../score/head/head.js";
import type { DetectedHead } from "../../../score/head/registry.js";
import type { CheckpointParts } from "../checkpoint-parts.js";
import { unsupported } from "./adapter-config.js";

/** Matrices that turn hidden states into logits. */
const OUTPUT = /(^|\.)(lm_head|embed_tokens)\.weight$/;

/**
 * Finds the head of a checkpoint that may be an adapter over its base, and says what to do where neither has one.
 * @throws HeadLoadError as `find` does; CheckpointError `CHECKPOINT_UNSUPPORTED` for a head of logits that the adapter changes and that
 * its base does not have apart
 */
export function findAdaptedHead(
  find: () => DetectedHead,
  { folders, unused }: Pick<CheckpointParts, "folders" | "unused">,
): DetectedHead {
  let head: DetectedHead;
  try {
    head = find();
  } catch (error) {
    const isAbsent =
      error instanceof HeadLoadError &&
      Array.isArray(error.details["kinds"]) &&
      error.details["kinds"].length === 0;
    throw isAbsent && folders.base !== undefined ? headNotSaved(folders.named, folders.base, error) : error;
  }
  if (unused.length > 0 && requiredTensors(head.definition, head.spec).some((name) => OUTPUT.test(name))) {
    throw unsupported(
      `it changes ${unused.join(", ")}, which the base shares with its embedding and the ${head.definition.kind} head reads`,
      { unused },
    );
  }
  return head;
}

function headNotSaved(adapter: string, base: string, cause: HeadLoadError): HeadLoadError {
  return new HeadLoadError(
    "HEAD_INVALID",
    `Neither the adapter ${adapter} nor its base ${base} has a reward head: the trained head was not saved, and it cannot be had from ` +
      'these files. PEFT saves it with task_type="SEQ_CLS" or modules_to_save=["score"]; LLaMA-Factory writes value_head.safetensors, ' +
      "which belongs beside the adapter. Save the adapter again from the run that trained it, or train it again so.",
    { details: cause.details, cause },
  );
}
