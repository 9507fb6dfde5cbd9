import type { Conversation, Score, Scorer, SettledScore } from "llama-reward/electron/renderer";
import type { FileRecord } from "../records/records.js";
import { messageOf } from "../ui/message-of.js";

/** A record with what came of it so far. */
export interface ResultRow {
  record: FileRecord;
  outcomes: SettledScore[];
}

/** A run over a file: rows fill up in order while it goes. */
export interface FileRun {
  rows: ResultRow[];
  /** Rows that are complete; those after it are not. */
  doneRows: number;
  doneConversations: number;
  totalConversations: number;
  startedAt: number;
  endedAt: number | undefined;
}

export function newRun(records: readonly FileRecord[]): FileRun {
  return {
    rows: records.map((record) => ({ record, outcomes: [] })),
    doneRows: 0,
    doneConversations: 0,
    totalConversations: records.reduce((sum, record) => sum + conversationsOf(record).length, 0),
    startedAt: performance.now(),
    endedAt: undefined,
  };
}

/** Scores every conversation of the run in order, and puts each outcome into its row. */
export async function runFile(scorer: Scorer, run: FileRun, signal: AbortSignal): Promise<void> {
  try {
    const stream = scorer.scoreManySettled(allConversations(run), { signal });
    skipFinished(run);
    for await (const outcome of stream) {
      run.rows[run.doneRows]?.outcomes.push(outcome);
      run.doneConversations += 1;
      skipFinished(run);
    }
  } finally {
    run.endedAt = performance.now();
  }
}

/** What stands for a row in the table, the histogram and the export. */
export function rewardOf({ record, outcomes }: ResultRow): number | undefined {
  const rewards = outcomes.map(({ score }) => score?.reward);
  const known = rewards.filter((reward) => reward !== undefined);
  if (known.length === 0 || known.length < rewards.length) return undefined;
  const [first, second] = known;
  if (record.kind === "pair") return first === undefined || second === undefined ? undefined : first - second;
  return Math.max(...known);
}

/** Why a row has no reward, for people. */
export function problemOf(row: ResultRow): string | undefined {
  if (row.record.kind === "unreadable") return row.record.problem;
  const failed = errorOf(row);
  return failed === undefined ? undefined : messageOf(failed);
}

/** The first error of a row whose answers were not all scored. */
export function errorOf({ outcomes }: ResultRow): SettledScore["error"] {
  return outcomes.find(({ error }) => error !== undefined)?.error;
}

/** The scores of a row whose answers were all scored. */
export function scoresOf({ outcomes }: ResultRow): Score[] {
  return outcomes.map(({ score }) => score).filter((score) => score !== undefined);
}

function* allConversations(run: FileRun): Generator<Conversation> {
  for (const { record } of run.rows) yield* conversationsOf(record);
}

function skipFinished(run: FileRun): void {
  for (;;) {
    const row = run.rows[run.doneRows];
    if (row === undefined || row.outcomes.length < conversationsOf(row.record).length) return;
    run.doneRows += 1;
  }
}

function conversationsOf(record: FileRecord): readonly Conversation[] {
  return record.kind === "unreadable" ? [] : record.conversations;
}
