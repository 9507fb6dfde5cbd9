import { BACKBONE_TYPES, type BackboneType } from "../../convert/backbone-type.js";
import { Option } from "commander";
import type { PeerOptions } from "../../bench/peer.js";
import { runBench, SUITE_NAMES, type SuiteName } from "../../bench/run-bench.js";
import { describeBenchLine } from "../bench-line.js";
import type { CliCommand } from "../command.js";
import type { CliIo } from "../cli-io.js";
import { addOutputOptions, positiveInteger, typeOption, type OutputOptions } from "../command-options.js";
import { EXIT } from "../exit.js";
import { ProgressDisplay } from "../progress.js";
import { tell } from "../tell.js";

interface BenchCommandOptions extends OutputOptions {
  suite: SuiteName;
  quick?: true;
  type: BackboneType;
  device: PeerOptions["device"];
  threads?: number;
  runs?: number;
  dir?: string;
  only?: string;
  transformers?: true;
}

/** `bench`: speed and memory, next to peers. */
export const benchCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("bench")
      .summary("speed and memory on this machine, next to peers")
      .description(
        "Measures scoring speed on backbones of random weights, in turns with peers on the same file: bare llama_decode, " +
          "llama.cpp's embeddings mode and, where installed, node-llama-cpp. Figures are medians; ratios are within a round.",
      )
      .addOption(
        new Option(
          "--suite <name>",
          "what to measure: beside peers; weight types; URM's head; long streams; eval; a hosted model; batch sizes",
        )
          .choices(SUITE_NAMES)
          .default("peers"),
      )
      .option("--quick", "a small backbone only: under five minutes on two cores")
      .addOption(typeOption("storage type of the backbone", BACKBONE_TYPES).default("bf16"))
      .addOption(
        new Option("--device <device>", "where to compute")
          .choices(["cpu", "cuda", "metal", "vulkan"])
          .default("cpu"),
      )
      .option("--threads <n>", "CPU threads of every peer (default: physical cores)", positiveInteger)
      .option("--runs <n>", "rounds (default: 5)", positiveInteger)
      .option("--dir <dir>", "where the random backbones are kept between runs")
      .option("--only <text>", "only workloads whose name contains this")
      .option(
        "--transformers",
        "Hugging Face transformers among the peers on a CPU, too (python3 with torch and transformers)",
      );
    addOutputOptions(command, "print one JSON object a line").action(act(bench));
  },
};

async function bench(io: CliIo, options: BenchCommandOptions): Promise<number> {
  const progress = new ProgressDisplay(io, options.quiet === true);
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
