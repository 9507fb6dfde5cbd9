import type { BackboneType } from "../architecture/backbone-type.js";
import { ARCHITECTURES } from "../architecture/registry.js";
import { RewardError } from "../../errors.js";
import { checkFacts, type BackboneFacts } from "./check-facts.js";
import { checkMetadata } from "./check-metadata.js";
import { checkTensors } from "./check-tensors.js";
import { checkTokenizer } from "./check-tokenizer.js";
import { Metadata } from "../../formats/gguf/metadata.js";
import { invalidGguf, readRawGguf, type RawGguf } from "../../formats/gguf/raw-gguf.js";
import { readHyperparameters } from "./read-hyperparameters.js";

/** What a backbone's file must be. */
export interface ExpectedBackbone {
  type: BackboneType;
  facts: BackboneFacts;
  /** SHA-256 of the header, where one was recorded. */
  headerSha256?: string | undefined;
}

/** Faults named in a message. */
const NAMED_FAULTS = 3;

/**
 * What every backbone must pass before llama.cpp sees it. llama.cpp trusts files: it checks by assertions, which end the
 * process, and obeys keys that change the computation. So a file is let in only when everything in its header is what a conversion
 * writes for a model of these facts. Reads the header, not the weights.
 * @returns SHA-256 of the header, to be recorded
 * @throws ModelLoadError `MODEL_NOT_FOUND`; `MODEL_INVALID` with all faults in `details.faults`; HeadLoadError `HEAD_MISMATCH` when it
 * is another model's
 */
export async function admitBackbone(file: string, expected: ExpectedBackbone): Promise<string> {
  const gguf = await readRawGguf(file);
  const faults = await findFaults(gguf, expected);
  if (faults.length > 0) throw invalid(file, faults);
  return gguf.headerSha256;
}

async function findFaults(gguf: RawGguf, { type, facts, headerSha256 }: ExpectedBackbone): Promise<string[]> {
  const metadata = new Metadata(gguf);
  const name = metadata.text("general.architecture");
  const names = new Set(gguf.tensors.map((tensor) => tensor.name));
  const possible = ARCHITECTURES.filter((each) => each.name === name);
  const architecture =
    possible.find(({ marker }) => marker !== undefined && names.has(marker)) ??
    possible.find(({ marker }) => marker === undefined);
  if (architecture === undefined) return [`its architecture is ${JSON.stringify(name)}`];
  const hyperparameters = readHyperparameters(metadata, architecture, names);
  if (metadata.faults.length > 0) return metadata.faults;
  const { kind } = hyperparameters.config.rope.scaling;
  if (!architecture.ropeScalings.includes(kind)) return [`its rope scaling is ${kind}`];
  checkFacts(
    gguf.file,
    { architecture: architecture.name, ...hyperparameters, ...hyperparameters.config },
    facts,
  );
  try {
    const faults = [
      ...checkMetadata(metadata, architecture, hyperparameters, type),
      ...checkTensors(gguf, architecture, hyperparameters, type),
      ...(await checkTokenizer(metadata, hyperparameters.vocabSize)),
      ...metadata.faults,
      ...(hyperparameters.contextLength < facts.contextLength
        ? [`its context length is ${hyperparameters.contextLength}, the model's is ${facts.contextLength}`]
        : []),
    ];
    if (faults.length > 0 || headerSha256 === undefined || headerSha256 === gguf.headerSha256) return faults;
    return [
      `its header has the SHA-256 ${gguf.headerSha256}, recorded is ${headerSha256}: it is another file, or was changed`,
    ];
  } catch (error) {
    // An architecture refuses what its graph does not compute.
    if (error instanceof RewardError)
      return [error.message.replace(/^config\.json: /, "").replace(/\.$/, "")];
    throw error;
  }
}

function invalid(file: string, faults: readonly string[]): Error {
  const named = faults.slice(0, NAMED_FAULTS).join("; ");
  const more = faults.length > NAMED_FAULTS ? `; and ${faults.length - NAMED_FAULTS} more faults` : "";
  return invalidGguf(file, `${named}${more}`, { faults });
}
