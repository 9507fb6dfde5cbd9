import { join } from "node:path";
import { DatasetError, DownloadError } from "../../errors.js";
import { messageOf } from "../../util/caught.js";
import { hubHost } from "../hub/hub-access.js";
import { networkFault } from "../hub/network-fault.js";
import { downloadSnapshot, type HubOptions } from "../hub/download-snapshot.js";
import { isDataFileName } from "./data-file.js";
import { chooseFiles, type DatasetPart } from "./folder/choose-files.js";
import { CARD_FILES, readCard } from "./folder/dataset-card.js";
import { isPassedOver } from "./folder/passed-over.js";

/** How a dataset of the Hub is named where a path is expected: `hub:owner/name`. Nothing else reaches the network. */
const HUB_PREFIX = "hub:";

/** The address of a dataset's page, or of a folder in it, as a browser shows it. */
const PAGE =
  /^https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/datasets\/(?<name>[\w.-]+\/[\w.-]+)(?:\/viewer(?:\/[^?#]*)?|\/tree(?:\/[^/?#]+(?<folder>(?:\/[^/?#]+)*))?)?\/?(?:[?#].*)?$/;

/**
 * What follows `hub:` in `hub:owner/name` or `hub:owner/name/folder`, and what the address of a dataset's page on the Hub means;
 * undefined for a path.
 */
export function hubDatasetId(path: string): string | undefined {
  if (path.startsWith(HUB_PREFIX)) return path.slice(HUB_PREFIX.length);
  const { name, folder = "" } = PAGE.exec(path)?.groups ?? {};
  return name === undefined ? undefined : name + folder;
}

/** What `downloadDataset` may be told. Datasets are read at the head of their main branch unless told otherwise. */
export interface DownloadDatasetOptions extends DatasetPart, HubOptions {}

/**
 * Fetches the files to read of a Hub dataset into the shared cache; files already there are not fetched again. Offline, by
 * `HF_HUB_OFFLINE`, it takes those of the last time.
 * @param hubId `owner/name`, or `owner/name/folder` for what lies in a folder of it
 * @returns the folder with the files, for `openDataset` with the same options
 * @throws DownloadError `DOWNLOAD_FAILED`; DatasetError `DATASET_INVALID` the repository has no data file, or several splits or
 * configurations and none is chosen; `signal.reason`
 * @example
 * ```ts
 * // Needs the network.
 * import { downloadDataset, openDataset } from "llama-reward/data";
 *
 * const part = { split: "filtered" };
 * const dataset = await openDataset(await downloadDataset("allenai/reward-bench", part), part);
 * console.log(await dataset.count());
 * ```
 */
export async function downloadDataset(hubId: string, options: DownloadDatasetOptions = {}): Promise<string> {
  const { split, config, ...download } = options;
  const parts = hubId.split("/");
  const name = parts.slice(0, 2).join("/");
  const subfolder = parts
    .slice(2)
    .filter((part) => part !== "")
    .join("/");
  const prefix = subfolder === "" ? "" : `${subfolder}/`;
  const { directory } = await downloadSnapshot(
    { type: "dataset", name },
    {
      ...download,
      wanted: (path) => path.startsWith(prefix) && isWanted(path.slice(prefix.length)),
      choose: async (files, fetch) => {
        const paths = [...files.keys()].map((path) => path.slice(prefix.length));
        const cards = CARD_FILES.filter((card) => paths.includes(card)).map((card) => prefix + card);
        const folder = join(await fetch(cards), subfolder);
        const data = paths.filter(isDataFileName).sort();
        const chosen = chooseFiles(data, await readCard(folder), { split, config }, `hub:${hubId}`);
        return [...cards, ...chosen.map((path) => prefix + path)];
      },
      explain: (error) => (error instanceof DatasetError ? error : notFetched(hubId, error)),
    },
  );
  return join(directory, subfolder);
}

function notFetched(hubId: string, cause: unknown): DownloadError {
  const fault = networkFault(cause, hubHost());
  return new DownloadError(
    "DOWNLOAD_FAILED",
    fault === undefined
      ? `The dataset ${hubId} could not be fetched: ${messageOf(cause)}. Check the name, accept its terms on its page if it ` +
          "has any and set HF_TOKEN, or download it by hand and pass the folder."
      : `The dataset ${hubId} could not be fetched: ${fault}. Or download it by hand and pass the folder.`,
    { cause },
  );
}

function isWanted(path: string): boolean {
  const isCard = CARD_FILES.some((card) => card === path);
  return isCard || (isDataFileName(path) && !isPassedOver(path));
}
