import { HeadLoadError } from "../../errors.js";
import type { HeadCandidates } from "./head.js";

/**
 * Names of a head's rows: the profile's, else `id2label` of the config unless those are the placeholders `LABEL_0`, …,
 * else `<what>_<index>`.
 * @throws HeadLoadError `HEAD_INVALID` when the profile names another number of rows, or one twice
 */
export function labelNames(candidates: HeadCandidates, count: number, what: string): string[] {
  const named = candidates.profile?.attributes ?? configLabels(candidates.config, count);
  const names = named ?? Array.from({ length: count }, (_, index) => `${what}_${index}`);
  if (names.length !== count || new Set(names).size !== count) {
    throw new HeadLoadError(
      "HEAD_INVALID",
      `Expected ${count} different names in the profile's "attributes" but received ${names.join(", ")}. ` +
        "The order is that of the tensor's rows.",
    );
  }
  return [...names];
}

function configLabels(config: Readonly<Record<string, unknown>>, count: number): string[] | undefined {
  const labels = config["id2label"];
  if (typeof labels !== "object" || labels === null) return undefined;
  const names = Array.from({ length: count }, (_, index) => (labels as Record<string, unknown>)[index]);
  const isNamed = names.every((name) => typeof name === "string" && !/^LABEL_\d+$/.test(name));
  return isNamed && new Set(names).size === count ? (names as string[]) : undefined;
}
