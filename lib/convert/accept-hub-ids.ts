import { setModelFinder } from "../model/model-finder.js";
import { exists } from "../util/files/optional-file.js";
import { isHubPage, parseHubName, type HubName } from "./hub-name.js";

/**
 * Lets `RewardModel.load` take a model of the Hub by its id, `owner/name` or `owner/name@revision`, where no path of that name is
 * there: the first time it is downloaded and converted into the user's cache, from then on it is loaded from there, without the
 * network. A type that is asked for and not there yet is converted beside the others.
 */
export function acceptHubIds(): void {
  setModelFinder(async (name, options) => {
    const named = await findHubName(name);
    if (named === undefined) return name;
    // Who only loads folders does not wait for what downloads and converts.
    const { cachedModel } = await import("./hub-model.js");
    return cachedModel(named, options);
  });
}

/**
 * The id in a name; undefined for what is a path: one that is there, or would lie in a folder that is there. `models/grm` is a path
 * beside a folder `models`, since a slip of the pen is no reason to go to the network.
 */
export async function findHubName(name: string): Promise<HubName | undefined> {
  const named = parseHubName(name);
  if (named === undefined || isHubPage(name)) return named;
  const [owner = ""] = named.hubId.split("/");
  return (await exists(name)) || (await exists(owner)) ? undefined : named;
}
