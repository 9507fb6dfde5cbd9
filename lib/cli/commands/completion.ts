import { Argument } from "commander";
import { addExamples, type CliCommand } from "../arguments/command.js";

/** Shells that completion can be printed for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** `completion bash|zsh|fish`: what a shell needs to complete the command line. */
export const completionCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("completion")
      .summary("print what a shell needs to complete commands and options")
      .description("Prints a script that completes commands, options and their values in your shell.")
      .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
      .action(
        act(async () => {
          const { completion } = await import("../actions/completion.js");
          return (io, shell: string) => completion(io, shell, program);
        }),
      );
    addExamples(command, [
      "completion bash > ~/.local/share/bash-completion/completions/llama-reward",
      "completion zsh >> ~/.zshrc",
      "completion fish > ~/.config/fish/completions/llama-reward.fish",
    ]);
  },
};
