import type {
  Conversation,
  ModelDescription,
  Score,
  Scorer,
  SettledScore,
} from "llama-reward/electron/renderer";
import type { FileRecord } from "../records/records.js";
import { messageOf } from "../ui/message-of.js";

/** A record with what came of it so far. */
export interface ResultRow {
  record: FileRecord;
  outcomes: SettledScore[];
}

/** A run over a file: rows fill up in order while it goes. */
export interface FileRun {
  /** Who scores: rewards of another model, or of another way to load it, do not stand beside these. */
  model: ModelDescription;
  rows: ResultRow[];
  /** Rows that are complete; those after it are not. */
  doneRows: number;
  doneConversations: number;
  totalConversations: number;
  /** Time the run has taken, without the time it stood still. */
  elapsedMs: number;
  /** When it went on last; undefined while it stands still. */
  resumedAt: number | undefined;
}

export function newRun(records: readonly FileRecord[], model: ModelDescription): FileRun {
  const run: FileRun = {
    model,
    rows: records.map((record) => ({ record, outcomes: [] })),
    doneRows: 0,
    doneConversations: 0,
    totalConversations: records.reduce((sum, record) => sum + conversationsOf(record).length, 0),
    elapsedMs: 0,
    resumedAt: undefined,
  };
  skipFinished(run);
  return run;
}

/** Scores what the run has not scored yet, in order, and puts each outcome into its row. */
export async function runFile(scorer: Scorer, run: FileRun, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  run.resumedAt = startedAt;
  try {
    for await (const outcome of scorer.scoreManySettled(conversationsLeft(run), { signal })) {
      run.rows[run.doneRows]?.outcomes.push(outcome);
      run.doneConversations += 1;
      skipFinished(run);
    }
  } finally {
    run.elapsedMs += performance.now() - startedAt;
    run.resumedAt = undefined;
  }
}

export const isDone = ({ doneRows, rows }: FileRun): boolean => doneRows === rows.length;

/** Whether a model would score the rest as it scored the beginning. */
export function canResume({ model }: FileRun, { fingerprint, settings }: ModelDescription): boolean {
  return model.fingerprint === fingerprint && JSON.stringify(model.settings) === JSON.stringify(settings);
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

/** Place of the next complete row after `from` that failed, from the beginning again behind the last; -1 when none did. */
export function nextFailed(rows: readonly ResultRow[], from: number): number {
  const failed = (row: ResultRow): boolean => problemOf(row) !== undefined;
  const after = rows.findIndex((row, place) => place > from && failed(row));
  return after >= 0 ? after : rows.findIndex(failed);
}

export function conversationsOf(record: FileRecord): readonly Conversation[] {
  return record.kind === "unreadable" ? [] : record.conversations;
}

function* conversationsLeft({ rows, doneConversations }: FileRun): Generator<Conversation> {
  let place = 0;
  for (const { record } of rows) {
    for (const conversation of conversationsOf(record)) {
      if (place >= doneConversations) yield conversation;
      place += 1;
    }
  }
}

function skipFinished(run: FileRun): void {
  for (;;) {
    const row = run.rows[run.doneRows];
    if (row === undefined || row.outcomes.length < conversationsOf(row.record).length) return;
    run.doneRows += 1;
  }
}
