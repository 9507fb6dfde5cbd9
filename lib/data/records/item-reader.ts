import type { Dataset } from "../dataset/dataset.js";
import { atLine, isRewardError, unreadable, type DatasetRow } from "../../formats/rows.js";
import { detectLayout, parseItem } from "../dataset/parse-item.js";
import type { Layout, PreferenceItem } from "../dataset/layouts/layout.js";
import { withUnreadableColumns } from "../../formats/parquet/unreadable.js";
import { ConversationError, type DatasetError, type RewardError } from "../../errors.js";

/** One record of a benchmark as its dataset gives it: the item, or why there is none. */
export type ItemEntry = { line: number; id: string | number } & (
  { item: PreferenceItem; error?: undefined } | { error: RewardError; item?: undefined }
);

/** How a benchmark's dataset is read. */
export interface ItemReaderOptions {
  /** Names of the layouts the benchmark can use. */
  layouts: readonly string[];
  /** Subsets the benchmark has sections of: a record must name a subset, and some record one of these. */
  subsets?: readonly string[] | undefined;
  /** Throws the first bad record instead of passing it on. */
  strict?: boolean | undefined;
}

/** Unknown subsets named in an error. */
const NAMED_SUBSETS = 10;

/** Reads a dataset as labelled items. The layout is recognised by the first row that has one, and kept. */
export class ItemReader {
  #layout: Layout | undefined;

  constructor(
    readonly dataset: Dataset,
    readonly options: ItemReaderOptions,
  ) {}

  /** Known once a row was read. */
  get layout(): Layout | undefined {
    return this.#layout;
  }

  /**
   * All records in order, without rows that state no preference; may be called again.
   * @throws DatasetError no row has a layout and a subset this benchmark can use; with `strict` also the first bad row
   */
  async *entries(): AsyncIterable<ItemEntry> {
    let firstError: RewardError | undefined;
    let items = 0;
    let isOfBenchmark = false;
    const unknown = new Set<string>();
    const { subsets } = this.options;
    for await (const row of this.dataset.rows()) {
      const entry = this.#read(row);
      if (entry?.error !== undefined) {
        if (this.options.strict === true) throw entry.error;
        firstError ??= entry.error;
      } else if (entry !== undefined) {
        items++;
        if (subsets?.includes(entry.item.subset) === false) unknown.add(entry.item.subset);
        else isOfBenchmark = true;
      }
      if (entry !== undefined) yield entry;
    }
    if (items === 0) throw firstError ?? unreadable(`${this.dataset.path} has no records.`);
    if (!isOfBenchmark) throw this.#foreign(unknown);
  }

  #read(row: DatasetRow): ItemEntry | undefined {
    const { line, value } = row;
    if (row.error !== undefined) return { line, id: line, error: row.error };
    try {
      this.#layout ??= this.#usable(detectLayout(value, line));
      const item = parseItem(this.#layout, value, line);
      if (item === undefined) return undefined;
      if (item.subset === "" && this.options.subsets !== undefined) throw withoutSubset(line);
      return { line, id: item.id, item };
    } catch (error) {
      if (!isRewardError(error)) throw error;
      const located = error instanceof ConversationError ? atLine(error, line) : error;
      return { line, id: idOf(value) ?? line, error: withUnreadableColumns(located, value) };
    }
  }

  #foreign(found: ReadonlySet<string>): DatasetError {
    const names = [...found].slice(0, NAMED_SUBSETS).join(", ");
    return unreadable(
      `None of the subsets of ${this.dataset.path} (${names}${found.size > NAMED_SUBSETS ? ", …" : ""}) is one of this ` +
        "benchmark, so there is no section and no average. Use the benchmark pairs for data of your own.",
    );
  }

  #usable(layout: Layout): Layout {
    if (this.options.layouts.includes(layout.name)) return layout;
    throw unreadable(
      `The records have the ${layout.title} layout, which this benchmark cannot use (it reads ` +
        `${this.options.layouts.join(", ")}). Choose the benchmark that belongs to the data.`,
    );
  }
}

/** RewardBench's own loader takes the subset of prior sets from the split, since their files have no such column. */
function withoutSubset(line: number): DatasetError {
  return unreadable(
    `Line ${line + 1} has no subset, and without it the record belongs to no section. Add a column subset (for the prior sets ` +
      "their names: anthropic_helpful, anthropic_hhh, shp, summarize), or use the benchmark pairs, which needs none.",
  );
}

function idOf(value: unknown): string | number | undefined {
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
  return typeof id === "string" || (typeof id === "number" && !Number.isNaN(id)) ? id : undefined;
}
