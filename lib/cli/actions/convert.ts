import type { BackboneType } from "../../model/architecture/backbone-type.js";
import { convertCheckpoint, explainAutoType, type ConvertResult } from "../../convert/index.js";
import { droppedNotes } from "../../model/checkpoint/dropped-notes.js";
import { loadAddonDetails } from "../../score/native/binding.js";
import { headOptions, type HeadCommandOptions } from "../arguments/head-options.js";
import type { CliIo } from "../terminal/cli-io.js";
import type { OutputOptions } from "../arguments/command-options.js";
import { EXIT } from "../terminal/exit.js";
import { hubIdOfCache } from "../../data/hub/cache-layout.js";
import { printLine } from "../terminal/line-writer.js";
import { ProgressDisplay } from "../terminal/progress.js";
import { bytes } from "../terminal/table.js";

interface ConvertCommandOptions extends OutputOptions, HeadCommandOptions {
  type: BackboneType | "auto";
  hubId?: string;
  backbone?: string;
  base?: string;
}

export async function convert(
  io: CliIo,
  checkpointDir: string,
  modelDir: string,
  options: ConvertCommandOptions,
): Promise<number> {
  const progress = new ProgressDisplay(io, options.quiet === true);
  try {
    const result = await convertCheckpoint(checkpointDir, modelDir, {
      type: options.type,
      backbone: options.backbone,
      base: options.base,
      ...headOptions(options),
      hubId: options.hubId ?? hubIdOfCache(checkpointDir),
      signal: io.signal,
      onProgress: progress.report,
    });
    progress.stop();
    await printLine(
      io.stdout,
      options.json === true
        ? JSON.stringify(conversionJson(result))
        : // A GGUF that was given has its type: there was nothing to choose.
          describeConversion(result, options.backbone === undefined ? options.type : result.type),
    );
    return EXIT.ok;
  } finally {
    progress.stop();
  }
}

/** What a conversion made, as one JSON object. */
export function conversionJson({
  modelDir,
  reward,
  type,
  dropped,
}: ConvertResult): Readonly<Record<string, unknown>> {
  const { name, backbone, head, source, notes } = reward;
  return {
    modelDir,
    name,
    type,
    architecture: backbone.architecture,
    head: head.kind,
    profile: source.profile,
    dropped,
    notes,
  };
}

/** What a conversion made, for people. */
export function describeConversion(
  { modelDir, reward, type, ownType, dropped }: ConvertResult,
  requested: BackboneType | "auto",
): string {
  const { name, backbone, head, source, notes } = reward;
  const size = backbone.files[type]?.sizeBytes ?? 0;
  const { backend } = loadAddonDetails();
  return [
    `Made ${modelDir} from ${name}: ${backbone.architecture} backbone as ${type} (${bytes(size)}), ${head.kind} head.`,
    ...(requested !== "auto"
      ? []
      : [
          source.base === undefined
            ? explainAutoType(type, backend.features, backend.prefill, ownType)
            : `auto chose ${type} for the merged weights; ${type === "f32" ? "none is rounded" : "--type f32 keeps them unrounded"}.`,
        ]),
    source.profile === null
      ? "No profile applies: prompt and position follow the checkpoint's own files (see inspect)."
      : `Profile: ${source.profile}.`,
    ...(dropped.length === 0
      ? []
      : [
          `Left out: ${droppedNotes(dropped)
            .map(({ what, rule }) => `${what} (${rule})`)
            .join(", ")}.`,
        ]),
    ...notes.map((note) => `Note: ${note}`),
    `Next: llama-reward score ${modelDir} input.jsonl`,
  ].join("\n");
}
