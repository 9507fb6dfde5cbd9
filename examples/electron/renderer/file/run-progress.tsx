import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { formatCount, formatDuration, formatPercent, formatRecords, formatReward } from "../ui/format.js";
import type { FileRun } from "./file-run.js";
import { Histogram } from "./histogram.js";
import { summarize } from "./summary.js";

interface RunProgressProps {
  run: FileRun;
  /** Changes whenever the run is to be shown anew. */
  version: number;
  isRunning: boolean;
}

/** How far a run is, how fast, and what it found. */
export function RunProgress({ run, version, isRunning }: RunProgressProps): JSX.Element {
  const summary = useMemo(() => summarize(run), [run, version]);
  const hasPairs = summary.pairAccuracy !== undefined;
  const figures: [label: string, value: string][] = [
    ["Scored", formatCount(summary.scored)],
    ["Failed", formatCount(summary.failed)],
    [
      hasPairs ? "Mean margin" : "Mean reward",
      summary.mean === undefined ? "\u2013" : formatReward(summary.mean),
    ],
  ];
  if (summary.pairAccuracy !== undefined)
    figures.push(["Pair accuracy", formatPercent(summary.pairAccuracy)]);
  return (
    <>
      <div class="progress-line">
        <span role="status">{state(run, isRunning)}</span>
        <progress
          max={run.rows.length}
          value={run.doneRows}
          aria-label={`${run.doneConversations} of ${run.totalConversations} conversations scored`}
        />
      </div>
      <div class="summary">
        <dl class="figures">
          {figures.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {summary.bins.length > 0 && (
          <Histogram bins={summary.bins} label={hasPairs ? "Margins" : "Rewards"} />
        )}
      </div>
    </>
  );
}

function state(run: FileRun, isRunning: boolean): string {
  const elapsedMs = run.elapsedMs + (run.resumedAt === undefined ? 0 : performance.now() - run.resumedAt);
  if (!isRunning) {
    const ended =
      run.doneRows === run.rows.length ? "Done" : `Cancelled after ${formatRecords(run.doneRows)}`;
    return `${ended} in ${formatDuration(elapsedMs)}`;
  }
  const rate = run.doneConversations / (elapsedMs / 1000);
  if (run.doneConversations === 0) return "Scoring…";
  const leftMs = ((run.totalConversations - run.doneConversations) / rate) * 1000;
  return `${rate.toFixed(1)} conversations/s, ${formatDuration(leftMs)} left`;
}
