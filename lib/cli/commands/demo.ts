import type { CliCommand } from "../arguments/command.js";

/** `demo`: ranks example answers with the two small models that come with the package. */
export const demoCommand: CliCommand = {
  add(program, act) {
    program
      .command("demo")
      .summary("rank example answers with the small models that come with the package")
      .description("Ranks answers to five prompts, offline, with two small trained models.")
      .action(act(async () => (await import("../actions/demo.js")).demo));
  },
};
