import { HttpError } from "./http-error.js";
import type { ServerSettings } from "./server-settings.js";

/** How many items a request may have, and how long each may be. */
export class ItemLimits {
  readonly #maxItems: number;
  readonly #maxItemChars: number;

  constructor({ maxItems, maxItemChars }: Pick<ServerSettings, "maxItems" | "maxItemChars">) {
    this.#maxItems = maxItems;
    this.#maxItemChars = maxItemChars;
  }

  /**
   * @param shared belongs to each of the items
   * @throws HttpError 413 there are too many, or one is too long
   */
  checkAll(items: readonly unknown[], shared: unknown = ""): void {
    if (items.length > this.#maxItems) {
      throw new HttpError(
        413,
        "TOO_MANY_ITEMS",
        `There are ${items.length} items in the request, and at most ${this.#maxItems} are taken at once. Send it in parts.`,
      );
    }
    const sharedChars = charsOf(shared);
    for (const [index, item] of items.entries()) {
      const chars = sharedChars + charsOf(item);
      if (chars <= this.#maxItemChars) continue;
      throw new HttpError(
        413,
        "ITEM_TOO_LARGE",
        `Item ${index} has ${chars} characters; at most ${this.#maxItemChars} are taken.`,
      );
    }
  }
}

/** Length of all texts in a value. Bodies are not deep: see `Bodies`. */
function charsOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce<number>((sum, part) => sum + charsOf(part), 0);
}
