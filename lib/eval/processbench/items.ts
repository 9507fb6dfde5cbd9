import { z } from "zod";
import { openDataset, type Dataset, type DatasetOptions } from "../../data/dataset/dataset.js";
import { withExactFields } from "../../data/dataset/exact-fields.js";
import type { RecordEntry } from "../../data/records/record.js";
import type { ItemRecord } from "../../data/records/item-record.js";
import { DatasetError, type RewardError } from "../../errors.js";
import { unreadable, type DatasetRow } from "../../formats/rows.js";
import { zodProblems } from "../../util/zod-problems.js";

/** A solution in steps, and which of them is the first wrong one. */
export interface ProcessItem {
  id: string | number;
  /** Where its problem is from: `gsm8k`, `math`, `olympiadbench`, `omnimath`. */
  subset: string;
  problem: string;
  steps: readonly string[];
  /** Index of the first wrong step; −1 where all are right. */
  label: number;
}

/** An item, or why there is none. */
export type ProcessEntry = { line: number; id: string | number } & (
  { item: ProcessItem; error?: undefined } | { error: RewardError; item?: undefined }
);

/** Splits of Qwen/ProcessBench, in its order. */
export const SUBSETS = ["gsm8k", "math", "olympiadbench", "omnimath"] as const;

/** Columns of Qwen/ProcessBench; `final_answer_correct` and `generator` play no part in its figures. */
const schema = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  problem: z.string(),
  steps: z.array(z.string()).min(1),
  label: z.int().min(-1),
  subset: z.string().optional(),
});

/** Reads ProcessBench: one file, or a folder or Hub dataset with its four splits, all of them unless one is named. */
export class ProcessItems {
  readonly #datasets: readonly { dataset: Dataset; subset: string }[];

  private constructor(datasets: readonly { dataset: Dataset; subset: string }[]) {
    this.#datasets = datasets;
  }

  /** @throws DatasetError `DATASET_INVALID` nothing to read there; DownloadError */
  static async open(path: string, options: DatasetOptions): Promise<ProcessItems> {
    if (options.split !== undefined)
      return new ProcessItems([{ dataset: await openDataset(path, options), subset: options.split }]);
    const found: { dataset: Dataset; subset: string }[] = [];
    for (const subset of SUBSETS) {
      const dataset = await openDataset(path, { ...options, split: subset }).catch((error: unknown) => {
        if (error instanceof DatasetError) return undefined;
        throw error;
      });
      if (dataset !== undefined) found.push({ dataset, subset });
    }
    return new ProcessItems(
      found.length > 0 ? found : [{ dataset: await openDataset(path, options), subset: "" }],
    );
  }

  get datasets(): Dataset[] {
    return this.#datasets.map(({ dataset }) => dataset);
  }

  /**
   * All items in order; may be called again.
   * @param isStrict throws the first bad row instead of passing it on
   * @throws DatasetError not one row is an item
   */
  async *entries(isStrict = false): AsyncIterable<ProcessEntry> {
    let offset = 0;
    let items = 0;
    let firstError: RewardError | undefined;
    for (const { dataset, subset } of this.#datasets) {
      let next = offset;
      for await (const row of dataset.rows()) {
        const entry = readRow({ ...row, line: offset + row.line }, subset);
        next = entry.line + 1;
        if (entry.error === undefined) items++;
        else if (isStrict) throw entry.error;
        else firstError ??= entry.error;
        yield entry;
      }
      offset = next;
    }
    if (items === 0) throw firstError ?? unreadable("The data has no records.");
  }
}

function readRow({ line, value, error }: DatasetRow, subset: string): ProcessEntry {
  if (error !== undefined) return { line, id: line, error };
  const fields = typeof value === "object" && value !== null ? withExactFields(value) : value;
  const parsed = schema.safeParse(fields);
  if (!parsed.success) {
    const problems = zodProblems(parsed.error, "record").join("; ");
    return { line, id: line, error: unreadable(`Line ${line + 1} is no ProcessBench record: ${problems}.`) };
  }
  const { id = line, problem, steps, label } = parsed.data;
  if (label >= steps.length) {
    const fault = `its label is ${label}, but it has ${steps.length} steps`;
    return { line, id, error: unreadable(`Line ${line + 1} is no ProcessBench record: ${fault}.`) };
  }
  return {
    line,
    id,
    item: {
      id,
      subset: parsed.data.subset ?? (subset === "" ? subsetOf(id) : subset),
      problem,
      steps,
      label,
    },
  };
}

/** Ids are like `gsm8k-0`. */
function subsetOf(id: string | number): string {
  return typeof id === "string" ? (/^(.+)-\d+$/.exec(id)?.[1] ?? "") : "";
}

/** An item as `score` takes it. */
export function processRecord({ id, item, error }: ProcessEntry): RecordEntry {
  if (error !== undefined) return { id, error };
  const { problem, steps, subset } = item;
  const record: ItemRecord = {
    id,
    subset,
    kind: "conversation",
    conversations: [{ messages: [{ role: "user", content: problem }], steps }],
  };
  return { id, record };
}
