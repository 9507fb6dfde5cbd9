// `run.sh` of a bundle starts it: on a CUDA machine, in one go and within eight minutes, builds the backend for its chip, compares rewards
// with the CPU's, and runs the benchmark's GPU suite. `--device cpu` does the same without a GPU, on a small shape: whether all of it works.
// Results are in OUT/results.json and OUT/results.md after every step, so that what is known stays known.

import { mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import { messageOf } from "../../lib/util/caught.js";
import { REPOSITORY } from "../repository.js";
import { buildCudaBackend } from "./cuda-backend.js";
import { describeMachine, MemoryWatch } from "./machine.js";
import { Steps } from "./steps.js";
import { describeResults, type GpuResults } from "./table.js";

const { values } = parseArgs({
  options: {
    device: { type: "string", default: "cuda" },
    out: { type: "string", default: "results" },
    work: { type: "string", default: "work" },
    seconds: { type: "string", default: "480" },
  },
});
const isDry = values.device === "cpu";
const out = path.resolve(values.out);
const work = path.resolve(values.work);
const cli = path.join(REPOSITORY, "dist", "cli", "main.js");

/** What is measured first is worth most: a budget may end before the last. */
const WORKLOADS = isDry
  ? ["single-64"]
  : ["best-of-64", "single-2048", "pairs", "best-of-8", "single-64", "next-answer"];
const SHAPE = isDry ? "1B-4-layers" : "3B";

mkdirSync(out, { recursive: true });
mkdirSync(work, { recursive: true });
const steps = new Steps(Number(values.seconds), (text) => {
  console.error(text);
});
const results: GpuResults = {
  machine: describeMachine(),
  accuracy: [],
  bench: [],
  memory: [],
  steps: steps.records,
};
const environment = { ...process.env };

process.exitCode = (await main()) ? 0 : 1;
save();
console.log(describeResults(results));

/** Whether everything was done. */
async function main(): Promise<boolean> {
  const node = process.execPath;
  const models = path.join(work, "models");
  const makeModel = [node, path.join(import.meta.dirname, "make-model.js"), SHAPE, models];
  // The converter takes one core while the compiler takes the others.
  const [backend, made] = await Promise.all([
    isDry ? "" : buildBackend(),
    steps.run(`a random ${SHAPE} through the converter`, 240, makeModel),
  ]);
  save();
  if (backend === undefined || made.outcome !== "done") return false;
  environment["LD_LIBRARY_PATH"] = `${backend}:${process.env["LD_LIBRARY_PATH"] ?? ""}`;

  const devices = await steps.run("devices", 60, [node, cli, "devices"], { env: environment });
  console.error(devices.stdout);
  if (!isDry && !devices.stdout.includes("CUDA0")) return false;

  const checkpoints = path.join(REPOSITORY, "test", "fixtures", "checkpoints");
  const fixtures = readdirSync(checkpoints).map((name) => path.join(checkpoints, name));
  const accuracy = [node, path.join(import.meta.dirname, "accuracy.js"), values.device];
  let isWhole = await collect(
    "rewards of every fixture",
    120,
    [...accuracy, work, ...fixtures],
    results.accuracy,
  );
  isWhole =
    (await collect(
      `rewards of ${SHAPE}`,
      90,
      [...accuracy, work, path.join(models, `${SHAPE}-bf16`)],
      results.accuracy,
    )) && isWhole;
  for (const workload of WORKLOADS) {
    const options = [
      "--device",
      values.device,
      "--runs",
      isDry ? "1" : "5",
      "--only",
      workload,
      "--dir",
      models,
      "--json",
    ];
    const bench = [node, cli, "bench", ...options, ...(isDry ? ["--quick"] : [])];
    isWhole = (await collect(workload, 100, bench, results.bench)) && isWhole;
  }
  return isWhole;
}

/** What `LD_LIBRARY_PATH` needs for it; undefined where it cannot be built. */
async function buildBackend(): Promise<string | undefined> {
  const packages = path.join(REPOSITORY, "node_modules");
  try {
    return await buildCudaBackend(steps, {
      sources: path.dirname(REPOSITORY),
      work,
      packages,
      limitSeconds: 330,
    });
  } catch (error) {
    results.machine["obstacle"] = messageOf(error);
    return undefined;
  }
}

/** Runs a program whose lines are JSON, keeps them, and how much GPU memory was in use meanwhile. */
async function collect(
  step: string,
  limitSeconds: number,
  command: readonly string[],
  lines: unknown[],
): Promise<boolean> {
  const watch = new MemoryWatch();
  const { outcome } = await steps.run(step, limitSeconds, command, {
    env: environment,
    onLine: (line) => {
      if (line.startsWith("{")) lines.push(JSON.parse(line));
      else console.error(line);
    },
  });
  const mebibytes = watch.stop();
  if (mebibytes > 0) results.memory.push({ step, mebibytes });
  save();
  return outcome === "done";
}

function save(): void {
  const write = (name: string, text: string): void => {
    const file = path.join(out, name);
    writeFileSync(`${file}.incomplete`, text);
    renameSync(`${file}.incomplete`, file);
  };
  write("results.json", `${JSON.stringify(results, null, 2)}\n`);
  write("results.md", `${describeResults(results)}\n`);
}
