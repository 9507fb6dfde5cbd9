import type { BenchLine } from "./lines.js";
import { bytes } from "../lib/cli/terminal/table.js";

/** One line of `bench` for people, in columns. */
export function describeBenchLine(line: BenchLine): string {
  if ("cpu" in line) {
    return `${line.cpu}, ${line.cores} cores, ${line.threads} threads, ${line.device}, ${line.type}, llama.cpp ${line.llamaCpp}`;
  }
  if ("peak" in line) {
    return (
      `${line.shape.padEnd(12)} ${"memory".padEnd(18)} ${line.during}: peak ${bytes(line.peak)} = file ` +
      `${bytes(line.backboneFile)} + KV cache ${bytes(line.kvCache)} + other ${bytes(Math.max(0, line.other))}`
    );
  }
  const peer =
    "peer" in line ? ` ${line.peer.padEnd(18)} ${rate(line.theirs)}   ${line.ratio.toFixed(2)} ×` : "";
  const details = Object.entries(line.details ?? {}).map(([name, value]) => `\n    ${detail(name, value)}`);
  return (
    `${(line.shape ?? "").padEnd(12)} ${line.workload.padEnd(18)} ${rate(line.ours)} ${line.metric.padEnd(13)}${peer}`.trimEnd() +
    details.join("")
  );
}

function rate(value: number): string {
  return value.toPrecision(3).padStart(7);
}

/** `peakBytes 12` as `peak 12 B`, `idleShare 0.01` as `idle 1.0 %`; other names say their unit themselves. */
function detail(name: string, value: number): string {
  if (name.endsWith("Bytes")) return `${name.slice(0, -"Bytes".length)} ${bytes(value)}`;
  if (name.endsWith("Share")) return `${name.slice(0, -"Share".length)} ${(100 * value).toFixed(1)} %`;
  return `${name} ${Number.isInteger(value) ? String(value) : value.toPrecision(3)}`;
}
