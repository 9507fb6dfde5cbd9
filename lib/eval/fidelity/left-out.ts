import type { RewardErrorCode } from "../../errors.js";
import type { RecordId } from "../../data/records/record.js";

/** A record that could not be read or scored, and why. */
export interface LeftOutRecord {
  id: RecordId;
  code: RewardErrorCode;
  message: string;
}

/** Records that at least one type could not read or score. Of a record with several candidates the others still count. */
export interface LeftOutSummary {
  records: number;
  /** How many by error code. */
  reasons: Partial<Record<RewardErrorCode, number>>;
  /** The first of them. */
  examples: LeftOutRecord[];
}

const EXAMPLES = 20;

/** Counts each record once. @param byType what each type left out, by place in the dataset */
export function summariseLeftOut(byType: Iterable<ReadonlyMap<number, LeftOutRecord>>): LeftOutSummary {
  const all = new Map<number, LeftOutRecord>();
  for (const leftOut of byType) {
    for (const [position, record] of leftOut) if (!all.has(position)) all.set(position, record);
  }
  const reasons: LeftOutSummary["reasons"] = {};
  for (const { code } of all.values()) reasons[code] = (reasons[code] ?? 0) + 1;
  const inOrder = [...all].sort(([a], [b]) => a - b).map(([, record]) => record);
  return { records: all.size, reasons, examples: inOrder.slice(0, EXAMPLES) };
}
