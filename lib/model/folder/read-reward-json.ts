import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { ModelLoadError } from "../../errors.js";
import { REWARD_JSON } from "./file-names.js";
import { placeAt } from "./place.js";
import { REWARD_JSON_VERSION, rewardJsonSchema, type FileRecord, type RewardJson } from "./reward-json.js";
import { notModelFolder } from "./wrong-place.js";
import { scoringChecksum } from "./scoring-checksum.js";
import { messageOf } from "../../util/caught.js";
import { zodProblems } from "../../util/zod-problems.js";

/**
 * Reads and checks `reward.json`. The head's section is checked by its own definition.
 * @param options.check `false` takes it as it is, even when its scoring part has another checksum than recorded
 * @throws ModelLoadError `MODEL_NOT_FOUND` no such folder, or no model folder; `MODEL_UNSUPPORTED` written by a newer version;
 * `MODEL_INVALID` damaged
 */
export async function readRewardJson(
  modelDir: string,
  { check = true }: { check?: boolean | undefined } = {},
): Promise<RewardJson> {
  const file = path.join(modelDir, REWARD_JSON);
  const text = await readFile(file, "utf8").catch(async (cause: unknown) => {
    throw await noModelFolder(modelDir, cause);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(file, `it is not JSON (${messageOf(cause)})`, cause);
  }
  const version = versionOf(value);
  if (typeof version === "number" && version > REWARD_JSON_VERSION) {
    throw new ModelLoadError(
      "MODEL_UNSUPPORTED",
      `${file} has schema version ${version}; this version of llama-reward reads ${REWARD_JSON_VERSION}. Update llama-reward, ` +
        "or convert the checkpoint again.",
      { details: { file, version, supported: REWARD_JSON_VERSION } },
    );
  }
  const parsed = rewardJsonSchema.safeParse(value);
  if (!parsed.success) throw invalid(file, zodProblems(parsed.error, "the whole").join("; "), parsed.error);
  const fault = check ? scoringFault(value as RewardJson) : undefined;
  if (fault !== undefined) throw invalid(file, fault);
  return parsed.data;
}

/**
 * Path of a file that `reward.json` records, after checking that it is there and has its size.
 * @throws ModelLoadError `MODEL_INVALID`
 */
export async function recordedFile(modelDir: string, record: FileRecord): Promise<string> {
  const file = path.join(modelDir, record.file);
  const { size } = await stat(file).catch((cause: unknown) => {
    throw invalid(file, "it is missing", cause);
  });
  if (size !== record.sizeBytes) {
    throw invalid(file, `it has ${size} bytes, ${REWARD_JSON} says ${record.sizeBytes}`);
  }
  return file;
}

/** What a path is instead, and what to do. */
async function noModelFolder(modelDir: string, cause: unknown): Promise<ModelLoadError> {
  const place = await placeAt(modelDir);
  const { message, instead } =
    place.kind === "model-folder"
      ? {
          message: `${modelDir} is no model folder: ${REWARD_JSON} cannot be read (${messageOf(cause)}).`,
          instead: undefined,
        }
      : notModelFolder(modelDir, place);
  return new ModelLoadError("MODEL_NOT_FOUND", message, {
    cause,
    details: { modelDir, ...(instead === undefined ? {} : { given: modelDir, instead }) },
  });
}

/**
 * Whether `reward.json` was changed where it decides about scores: a template, position or label changed by hand or by a damaged
 * disk would give other rewards without a word.
 * @param modelDir one that {@link readRewardJson} reads
 */
export async function findScoringFault(modelDir: string): Promise<string | undefined> {
  return scoringFault(JSON.parse(await readFile(path.join(modelDir, REWARD_JSON), "utf8")) as RewardJson);
}

/** @param reward as the file has it: fields that a later version assumes were no part of the checksum */
function scoringFault(reward: RewardJson): string | undefined {
  const { scoringSha256: recorded } = reward;
  const actual = scoringChecksum(reward);
  if (recorded === undefined || actual === recorded) return undefined;
  return `what it says about scoring has the SHA-256 checksum ${actual}, recorded is ${recorded}: it was changed after the conversion`;
}

function versionOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "schemaVersion" in value
    ? value.schemaVersion
    : undefined;
}

function invalid(file: string, fault: string, cause?: unknown): ModelLoadError {
  return new ModelLoadError(
    "MODEL_INVALID",
    `${file} cannot be used: ${fault}. Convert the checkpoint again, or copy the model folder again.`,
    { cause, details: { file } },
  );
}
