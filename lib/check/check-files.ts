import type { BackboneType } from "../model/architecture/backbone-type.js";
import { join } from "node:path";
import { hashFile } from "../util/files/hash-file.js";
import { RewardError } from "../errors.js";
import { checkHeadHeader } from "../model/folder/head-header.js";
import { admitRecorded } from "../model/folder/open-model-folder.js";
import { REWARD_JSON } from "../model/folder/file-names.js";
import { findScoringFault } from "../model/folder/read-reward-json.js";
import type { FileRecord, RewardJson, WeightsRecord } from "../model/folder/reward-json.js";
import { checkOf, type Check } from "./check.js";

/** Whether the folder's own files are the ones the conversion wrote: size and SHA-256 of each. */
export async function checkFiles(
  modelDir: string,
  reward: RewardJson,
  signal: AbortSignal | undefined,
): Promise<Check> {
  const backbones = Object.entries(reward.backbone.files) as [BackboneType, WeightsRecord][];
  const records = [...backbones.map(([, record]) => record), reward.headFile];
  const findings: string[] = [];
  for (const record of records) {
    signal?.throwIfAborted();
    const fault = await faultOf(modelDir, record);
    if (fault !== undefined) findings.push(`${record.file}: ${fault}`);
  }
  const changed = await findScoringFault(modelDir);
  if (changed !== undefined) findings.push(`${REWARD_JSON}: ${changed}`);
  const { headFile } = reward;
  const headers = [
    ...backbones.map(
      ([type, record]) =>
        () =>
          admitRecorded(modelDir, reward, type, record),
    ),
    () => checkHeadHeader(join(modelDir, headFile.file), headFile.headerSha256),
  ];
  for (const check of headers) {
    const fault = await refusalOf(check);
    if (fault !== undefined) findings.push(fault);
  }
  return checkOf("files", findings, {
    pass: `${records.length} files have their recorded checksums`,
    fail: `${findings.length} faults in ${records.length} files: they are not the ones the conversion wrote`,
  });
}

/** Why loading would refuse a file, by its header alone. */
async function refusalOf(check: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await check();
    return undefined;
  } catch (error) {
    if (error instanceof RewardError) return error.message;
    throw error;
  }
}

async function faultOf(modelDir: string, record: FileRecord): Promise<string | undefined> {
  try {
    const { sizeBytes, sha256 } = await hashFile(join(modelDir, record.file));
    if (sizeBytes !== record.sizeBytes) return `has ${sizeBytes} bytes, recorded are ${record.sizeBytes}`;
    return sha256 === record.sha256 ? undefined : `has SHA-256 ${sha256}, recorded is ${record.sha256}`;
  } catch (error) {
    if (error instanceof RewardError) return error.message;
    throw error;
  }
}
