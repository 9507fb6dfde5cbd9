import type { AccuracyLine } from "./accuracy.js";
import type { StepRecord } from "./steps.js";

/** What a run has found. */
export interface GpuResults {
  machine: Record<string, string | number>;
  accuracy: AccuracyLine[];
  /** Lines of `llama-reward bench --json` that have a peer, and others. */
  bench: BenchFigures[];
  /** The largest GPU memory in use by all programs, in MiB. */
  memory: { step: string; mebibytes: number }[];
  steps: readonly StepRecord[];
}

/** Of a line of `bench`, what stands in the table. */
export interface BenchFigures {
  workload: string;
  metric?: string;
  shape?: string;
  ours?: number;
  peer?: string;
  ratio?: number;
}

/** Results for people, in Markdown. */
export function describeResults({ machine, accuracy, bench, memory, steps }: GpuResults): string {
  const parts = [
    Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
    table(
      ["model", "cache", "largest", "mean", "of a spread of", "order", "beside the reference"],
      accuracy.map((line) => [
        line.model,
        line.kvType,
        figure(line.largest),
        figure(line.mean),
        figure(line.spread),
        line.keepsOrder ? "same" : "changed",
        figure(line.largestBesideReference),
      ]),
    ),
    table(
      ["workload", "shape", "ours", "beside", "ratio"],
      bench
        .filter(({ peer }) => peer !== undefined)
        .map(({ workload, shape = "", ours, metric = "", peer = "", ratio }) => [
          workload,
          shape,
          `${figure(ours)} ${metric}`,
          peer,
          figure(ratio),
        ]),
    ),
    table(
      ["GPU memory in use", "MiB"],
      memory.map(({ step, mebibytes }) => [step, String(mebibytes)]),
    ),
    table(
      ["step", "outcome", "seconds"],
      steps.map(({ step, outcome, seconds }) => [step, outcome, String(seconds)]),
    ),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function figure(value: number | undefined): string {
  return value === undefined ? "" : value.toPrecision(3);
}
