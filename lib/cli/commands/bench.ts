import { BACKBONE_TYPES } from "../../model/architecture/backbone-type.js";
import { Option } from "commander";
import { DEVICES, INSTRUCTION_SETS, SUITE_NAMES } from "../arguments/bench-options.js";
import type { CliCommand } from "../arguments/command.js";
import { addOutputOptions, typeOption } from "../arguments/command-options.js";
import { positiveInteger } from "../arguments/numbers.js";

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
          "what to measure: beside peers; weight types; URM's head; long streams; eval; a hosted model; batch sizes; beside vLLM and " +
            "transformers on trained weights; rewards of trained weights beside exact ones; load time and memory by our kernels; the start of the command line",
        )
          .choices(SUITE_NAMES)
          .default("peers"),
      )
      .option("--quick", "a small backbone only: under five minutes on two cores")
      .addOption(typeOption("storage type of the backbone", BACKBONE_TYPES).default("bf16"))
      .addOption(new Option("--device <device>", "where to compute").choices(DEVICES).default("cpu"))
      .option("--threads <n>", "CPU threads of every peer (default: physical cores)", positiveInteger)
      .option("--runs <n>", "rounds (default: 5)", positiveInteger)
      .option("--dir <dir>", "where the random backbones are kept between runs")
      .option("--only <text>", "only workloads whose name contains this")
      .option(
        "--transformers",
        "Hugging Face transformers among the peers on a CPU, too (python3 with torch and transformers)",
      )
      .option("--python <path>", "of what the suites engines and accuracy make their environments", "python3")
      .addOption(
        new Option(
          "--isa <sets...>",
          "instruction sets that the suite engines is held to, one after the other",
        )
          .choices(INSTRUCTION_SETS)
          .default(["native"]),
      );
    addOutputOptions(command, "print one JSON object a line").action(
      act(async () => (await import("../actions/bench.js")).bench),
    );
  },
};
