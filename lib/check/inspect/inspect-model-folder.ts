import type { BackboneType } from "../../model/architecture/backbone-type.js";
import path from "node:path";
import { RewardError } from "../../errors.js";
import { summarise } from "../../score/head/head.js";
import { headDefinition } from "../../score/head/registry.js";
import { admitRecorded } from "../../model/folder/open-model-folder.js";
import { REFERENCE_FOLDER, REWARD_JSON } from "../../model/folder/file-names.js";
import { readReference } from "../../model/folder/read-reference.js";
import { findScoringFault, readRewardJson } from "../../model/folder/read-reward-json.js";
import type { WeightsRecord, RewardJson } from "../../model/folder/reward-json.js";
import { describePrompt, promptAssumptions } from "./describe-prompt.js";
import type { BackboneFile, HeadFound, Inspection, SourceFound } from "./inspection.js";
import { fileSize } from "../../util/files/optional-file.js";

/** @throws ModelLoadError, HeadLoadError `HEAD_INVALID`, TemplateError */
export async function inspectModelFolder(modelDir: string): Promise<Inspection> {
  const reward = await readRewardJson(modelDir, { check: false });
  const { backbone, source, prompt } = reward;
  const backbones = await backboneFiles(modelDir, backbone);
  const head = headFound(reward.head);
  const refused = [
    ...(await refusals(modelDir, reward, backbones)),
    ...(await referenceRefusals(modelDir, reward)),
  ];
  const missing = backbones.filter(({ isPresent }) => !isPresent).map(({ file }) => file);
  return {
    kind: "model-folder",
    path: modelDir,
    name: reward.name,
    architecture: backbone.architecture,
    hiddenSize: backbone.hiddenSize,
    layerCount: backbone.layerCount,
    vocabSize: backbone.vocabSize,
    contextLength: backbone.contextLength,
    backbones,
    f16Losses: backbone.f16Losses ?? null,
    head,
    profile: source.profile,
    sources: sourcesOf(reward),
    prompt: describePrompt(prompt),
    assumptions: [
      ...headAssumptions(reward.head, source.profile),
      ...promptAssumptions(prompt, source.profile !== null),
    ],
    notes: reward.notes,
    verdict:
      missing.length > 0
        ? `Missing or of another size: ${missing.join(", ")}. Convert the checkpoint again, or copy the folder again.`
        : refused.length > 0
          ? `Cannot be loaded: ${refused.join(" ")}`
          : head.task === "compare"
            ? "This model compares two answers (compare, or score with chosen and rejected); it gives no reward to one answer alone."
            : head.task === "steps"
              ? "This is a process reward model: it can score answers in steps (records with prompt and steps; scoreSteps)."
              : "This model can score.",
  };
}

function sourcesOf({ name, source, reference }: RewardJson): SourceFound[] {
  const own = { name: source.hubId ?? name, revision: source.revision, files: source.files };
  const found = [
    { role: "checkpoint" as const, from: own },
    { role: "base" as const, from: source.base },
    { role: "reference" as const, from: reference },
  ];
  return found.flatMap(({ role, from }) =>
    from === undefined
      ? []
      : { role, ...from, files: from.files.map(({ file, sha256 }) => ({ file, sha256 })) },
  );
}

/** Why loading would refuse a DPO model's reference. */
async function referenceRefusals(modelDir: string, reward: RewardJson): Promise<string[]> {
  try {
    const reference = await readReference(modelDir, reward);
    if (reference === undefined) return [];
    const directory = path.join(modelDir, REFERENCE_FOLDER);
    const backbones = await backboneFiles(directory, reference.backbone);
    const missing = backbones
      .filter(({ isPresent }) => !isPresent)
      .map(({ file }) => `${directory}/${file} is missing.`);
    return [...missing, ...(await refusals(directory, reference, backbones))];
  } catch (error) {
    if (error instanceof RewardError) return [error.message];
    throw error;
  }
}

/** What a head section of `reward.json` is, in words. @throws HeadLoadError `HEAD_INVALID` */
export function headFound(section: { kind: string }): HeadFound {
  const definition = headDefinition(section.kind);
  const spec = definition.schema.safeParse(section).data;
  return {
    kind: definition.kind,
    description: definition.description,
    task: definition.task,
    attributes: spec === undefined ? [] : summarise(definition, spec).attributeNames,
  };
}

/** What is assumed of the head of a model without a profile. */
export function headAssumptions(section: { kind: string }, profile: string | null): string[] {
  if (profile !== null) return [];
  const definition = headDefinition(section.kind);
  const spec = definition.schema.safeParse(section).data;
  return [
    "No profile applies: the scoring position and the use of special tokens are those published for this kind of head.",
    ...(spec === undefined ? [] : summarise(definition, spec).assumptions),
  ];
}

/** Why loading would refuse the folder, by `reward.json` and the headers of the backbones that are there. */
async function refusals(
  modelDir: string,
  reward: RewardJson,
  backbones: readonly BackboneFile[],
): Promise<string[]> {
  const records = Object.entries(reward.backbone.files) as [BackboneType, WeightsRecord][];
  const changed = await findScoringFault(modelDir);
  const messages = changed === undefined ? [] : [`${REWARD_JSON}: ${changed}.`];
  for (const [type, record] of records) {
    if (!backbones.some(({ file, isPresent }) => isPresent && file === record.file)) continue;
    await admitRecorded(modelDir, reward, type, record).catch((error: unknown) => {
      if (!(error instanceof RewardError)) throw error;
      messages.push(error.message);
    });
  }
  return messages;
}

async function backboneFiles(
  modelDir: string,
  { files, defaultType }: RewardJson["backbone"],
): Promise<BackboneFile[]> {
  return Promise.all(
    Object.entries(files).map(async ([type, { file, sizeBytes, fitted = null }]) => ({
      type,
      file,
      sizeBytes,
      isDefault: type === defaultType,
      isPresent: (await fileSize(path.join(modelDir, file))) === sizeBytes,
      fitted,
    })),
  );
}
