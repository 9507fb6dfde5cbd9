import path from "node:path";
import { planCheckpoint } from "../../model/checkpoint/checkpoint-plan.js";
import { ownType } from "../../model/architecture/backbone-type.js";
import { makePromptSpec } from "../../model/checkpoint/make-prompt-spec.js";
import { describePrompt, promptAssumptions } from "./describe-prompt.js";
import { droppedNotes } from "../../model/checkpoint/dropped-notes.js";
import { isPickle } from "../../model/checkpoint/weight-files.js";
import type { Inspection } from "./inspection.js";
import { headAssumptions, headFound } from "./inspect-model-folder.js";

/**
 * What converting a Hugging Face checkpoint folder would make.
 * @throws CheckpointError, HeadLoadError, TemplateError
 */
export async function inspectCheckpoint(
  checkpointDir: string,
  hubId: string | undefined,
  base?: string,
): Promise<Inspection> {
  const plan = await planCheckpoint(checkpointDir, hubId, { base });
  try {
    const { backbone, head, tokenizer, profile, config, dropped } = plan;
    const prompt = makePromptSpec({ tokenizer, usage: head.definition.usage, profile, config });
    const profileName = profile?.name ?? null;
    return {
      kind: "checkpoint",
      path: checkpointDir,
      name: hubId ?? path.basename(path.resolve(checkpointDir)),
      architecture: backbone.architecture.name,
      hiddenSize: backbone.config.hiddenSize,
      layerCount: backbone.config.layerCount,
      vocabSize: backbone.vocabSize,
      contextLength: Math.min(backbone.contextLength, profile?.contextLength ?? Infinity),
      backbones: [],
      f16Losses: null,
      head: headFound(head.spec),
      profile: profileName,
      sources: [],
      prompt: describePrompt(prompt),
      assumptions: [
        ...headAssumptions(head.spec, profileName),
        ...promptAssumptions(prompt, profileName !== null),
      ],
      notes: [
        ...plan.notes,
        ...pickleNotes(plan.checkpoint.files.map((file) => path.basename(file.path))),
        ...backbone.notes,
        ...tokenizer.notes,
        ...(profile?.warnings ?? []),
        ...droppedNotes(dropped).map(({ what, rule }) => `${what} is left out: ${rule}.`),
      ],
      verdict:
        `A checkpoint, to be converted first: llama-reward convert ${checkpointDir} <model-dir>${base === undefined ? "" : ` --base ${base}`} ` +
        `(auto ${autoType(ownType(backbone.copied), base !== undefined)}).`,
    };
  } finally {
    await plan.checkpoint.close();
  }
}

function pickleNotes(files: readonly string[]): string[] {
  const pickles = files.filter(isPickle);
  return pickles.length === 0
    ? []
    : [`${pickles.join(", ")}: Python pickles, read as data; nothing that they name is run.`];
}

/** What `--type auto` will do. */
function autoType(own: string, isMerged: boolean): string {
  if (own === "f32") return "keeps f32";
  if (isMerged) return "rounds the merged weights to f16";
  return own === "bf16" ? "keeps bf16, or f16 where it holds every weight" : `keeps ${own}`;
}
