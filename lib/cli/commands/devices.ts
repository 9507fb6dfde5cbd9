import type { CliCommand } from "../arguments/command.js";
import { addOutputOptions } from "../arguments/command-options.js";

/** `devices`: backends found, devices, memory, what to install for more. */
export const devicesCommand: CliCommand = {
  add(program, act) {
    const command = program
      .command("devices")
      .summary("what can compute here, and what to install for more")
      .description("Lists the backends and devices that scoring can use, their memory, and how to add more.");
    addOutputOptions(command, "print one JSON object").action(
      act(async () => (await import("../actions/devices.js")).devices),
    );
  },
};
