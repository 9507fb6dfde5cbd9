import { fileURLToPath } from "node:url";
import { InvalidArgumentError } from "../../errors.js";
import { exists } from "../../util/files/optional-file.js";
import type { OutputOptions } from "../arguments/command-options.js";
import type { BenchOptions } from "../arguments/bench-options.js";
import type { CliIo } from "../terminal/cli-io.js";
import { EXIT } from "../terminal/exit.js";
import { tell } from "../terminal/printable.js";
import { ProgressDisplay } from "../terminal/progress.js";

interface BenchCommandOptions extends OutputOptions {
  suite: BenchOptions["suite"];
  quick?: true;
  type: BenchOptions["type"];
  device: BenchOptions["device"];
  threads?: number;
  runs?: number;
  dir?: string;
  only?: string;
  transformers?: true;
  python: string;
  isa: BenchOptions["instructions"];
}

/** The benchmark itself, compiled from `bench/` by `npm run build`. */
interface BenchModules {
  runBench: (
    options: BenchOptions,
    emit: (line: object) => void,
    note: (text: string) => void,
  ) => Promise<void>;
  /** A line of results for people. */
  describeBenchLine: (line: object) => string;
}

/** @throws InvalidArgumentError this is the installed package, not a clone that was built */
async function loadBench(): Promise<BenchModules> {
  const [runner, lines] = ["run-bench.js", "describe-line.js"].map(
    (name) => new URL(`../../../build/bench/${name}`, import.meta.url),
  );
  if (runner === undefined || lines === undefined || !(await exists(fileURLToPath(runner)))) {
    throw new InvalidArgumentError(
      "The benchmark is part of llama-reward's repository, not of the package. Run npm install and npm run bench in a clone.",
    );
  }
  return { ...(await import(runner.href)), ...(await import(lines.href)) } as BenchModules;
}

export async function bench(io: CliIo, options: BenchCommandOptions): Promise<number> {
  const progress = new ProgressDisplay(io, options.quiet === true);
  const { runBench, describeBenchLine } = await loadBench();
  const started = performance.now();
  await runBench(
    {
      suite: options.suite,
      isQuick: options.quick === true,
      type: options.type,
      device: options.device,
      threads: options.threads,
      runs: options.runs,
      directory: options.dir,
      only: options.only,
      withTransformers: options.transformers === true,
      python: options.python,
      instructions: options.isa,
      signal: io.signal,
    },
    (line) => {
      tell(io.stdout, options.json === true ? JSON.stringify(line) : describeBenchLine(line));
    },
    (text) => {
      progress.note(text);
    },
  ).catch((error: unknown) => {
    // Ctrl-C reaches the peers too, and a peer that ends looks like one that failed.
    io.signal.throwIfAborted();
    throw error;
  });
  progress.note(`measured in ${((performance.now() - started) / 60_000).toFixed(1)} minutes`);
  return EXIT.ok;
}
