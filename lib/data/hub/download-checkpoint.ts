import { DownloadError } from "../../errors.js";
import { EXPECTED_WEIGHTS, loneCandidates, mayBeWeights } from "../../model/checkpoint/weight-files.js";
import { ADAPTER_CONFIG } from "../../model/checkpoint/adapter/adapter-config.js";
import { ADAPTER_WEIGHTS } from "../../model/checkpoint/adapter/open-adapter.js";
import type { HubFile } from "./download-file.js";
import { downloadSnapshot, type HubOptions, type Snapshot } from "./download-snapshot.js";
import { hasWeights, indexFile, weightFiles } from "./weight-files.js";

/**
 * What a conversion reads beside weights, or refuses by name (adapters): without them the rest would be
 * taken for the whole. Everything else of a repository (optimizer states, other formats) stays on the Hub.
 */
const NEEDED_FILE =
  /^(?:config\.json|tokenizer\.json|tokenizer\.model|tokenizer_config\.json|special_tokens_map\.json|added_tokens\.json|vocab\.json|merges\.txt|chat_template\.(?:jinja|json)|profile\.json|adapter_model\.(?:safetensors|bin))$/;

/** What is looked at in a listing: those, weights of any name, and what tells an adapter. */
function mayBeRead(path: string): boolean {
  return NEEDED_FILE.test(path) || mayBeWeights(path) || path === ADAPTER_CONFIG;
}

/**
 * Downloads what conversion needs of a Hub repository into the shared cache, as `downloadSnapshot` does.
 * @param hubId `owner/name`
 * @throws DownloadError `DOWNLOAD_FAILED`; FileError `FILE_FAILED` when the disk refuses; CheckpointError `CHECKPOINT_INVALID` a
 * damaged index of its weights; `signal.reason`
 * @example
 * ```ts
 * // Needs the network.
 * import { downloadCheckpoint } from "llama-reward/hub";
 *
 * const { directory, commit } = await downloadCheckpoint("Ray2333/GRM-llama3.2-3B-sftreg");
 * console.log(directory, commit);
 * ```
 */
export function downloadCheckpoint(hubId: string, options: HubOptions = {}): Promise<Snapshot> {
  return downloadSnapshot(
    { type: "model", name: hubId },
    {
      ...options,
      recursive: false,
      wanted: mayBeRead,
      choose: async (files, fetch) => {
        checkComplete(hubId, files);
        const names = [...files.keys()];
        const index = indexFile(names);
        const directory = await fetch(index);
        const isNeeded = (path: string): boolean =>
          NEEDED_FILE.test(path) || (path === ADAPTER_CONFIG && !hasWeights(names));
        const small = names.filter(isNeeded);
        return [...small, ...index, ...(await weightFiles(names, directory))];
      },
      essential: ["config.json", ADAPTER_CONFIG],
    },
  );
}

const VOCABULARIES = ["tokenizer.json", "tokenizer.model", "vocab.json"];

function checkComplete(hubId: string, files: ReadonlyMap<string, HubFile>): void {
  // An adapter alone: its base, which has the rest, is downloaded in its turn.
  const isAdapter = files.has(ADAPTER_CONFIG) && !hasWeights(files.keys());
  if (isAdapter && ADAPTER_WEIGHTS.some((name) => files.has(name))) return;
  const missing = [
    ...(files.has("config.json") ? [] : ["config.json"]),
    ...(hasWeights(files.keys()) ? [] : [`weights (${EXPECTED_WEIGHTS})`]),
    ...(VOCABULARIES.some((name) => files.has(name)) ? [] : [VOCABULARIES.join(" or ")]),
  ];
  if (missing.length === 0) return;
  throw new DownloadError(
    "DOWNLOAD_FAILED",
    `${hubId} has no ${missing.join(", no ")}, so it cannot be converted. ${adviceFor([...files.keys()])}`,
    { details: { missing } },
  );
}

function adviceFor(names: readonly string[]): string {
  if (names.includes(ADAPTER_CONFIG)) {
    return `It holds an adapter for another model, without its weights (${ADAPTER_WEIGHTS.join(" or ")}).`;
  }
  const others = [...names.filter((name) => /^[^/]*\.safetensors$/.test(name)), ...loneCandidates(names)];
  if (others.length > 0) {
    return `Its weights (${others.slice(0, 3).join(", ")}) have names that say nothing about what belongs together: save it again with transformers.`;
  }
  return "Look for another revision of it (refs/pr/N for a pull request), or save it again with transformers.";
}
