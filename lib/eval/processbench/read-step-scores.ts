import { z } from "zod";
import { openDataset } from "../../data/dataset/dataset.js";
import { unreadable } from "../../formats/rows.js";

const scored = z.object({
  id: z.union([z.string(), z.number()]),
  steps: z.array(z.object({ reward: z.number() })).min(1),
});
const failed = z.object({ id: z.union([z.string(), z.number()]), error: z.object({ message: z.string() }) });

/**
 * Rewards of steps by the records' ids, as `score` writes them; null where there is an error in their place.
 * @throws DatasetError `DATASET_INVALID` a line that is neither, or an id that comes twice
 */
export async function readStepScores(path: string): Promise<Map<string, readonly number[] | null>> {
  const scores = new Map<string, readonly number[] | null>();
  const dataset = await openDataset(path);
  for await (const { line, value, error } of dataset.rows()) {
    if (error !== undefined) throw error;
    const good = scored.safeParse(value).data;
    const id = good?.id ?? failed.safeParse(value).data?.id;
    if (id === undefined) {
      throw unreadable(
        `Line ${line + 1} of ${path} holds no rewards of steps. Expected {"id", "steps": [{"reward"}, …]} or {"id", "error"}.`,
      );
    }
    if (scores.has(String(id)))
      throw unreadable(`Line ${line + 1} of ${path} has the id ${String(id)}, as an earlier one.`);
    scores.set(String(id), good?.steps.map(({ reward }) => reward) ?? null);
  }
  return scores;
}
