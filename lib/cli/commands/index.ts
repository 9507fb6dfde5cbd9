import type { CliCommand } from "../arguments/command.js";
import { benchCommand } from "./bench.js";
import { cacheCommand } from "./cache.js";
import { collectCommand } from "./collect.js";
import { completionCommand } from "./completion.js";
import { compareCommand } from "./compare.js";
import { convertCommand } from "./convert.js";
import { demoCommand } from "./demo.js";
import { devicesCommand } from "./devices.js";
import { evalCommand } from "./eval.js";
import { fidelityCommand } from "./fidelity.js";
import { inspectCommand } from "./inspect.js";
import { pairsCommand } from "./pairs.js";
import { pullCommand } from "./pull.js";
import { quantizeCommand } from "./quantize.js";
import { rankCommand } from "./rank.js";
import { scoreCommand } from "./score.js";
import { serveCommand } from "./serve.js";
import { statusCommand } from "./status.js";
import { submitCommand } from "./submit.js";
import { verifyCommand } from "./verify.js";
import { workCommand } from "./work.js";

/** Commands under one title of the help text. */
export interface CommandGroup {
  title: string;
  commands: readonly CliCommand[];
}

/** Every command, in the order of the help text. A new one is a line here. */
export const COMMAND_GROUPS: readonly CommandGroup[] = [
  {
    title: "Common commands:",
    commands: [
      demoCommand,
      pullCommand,
      rankCommand,
      compareCommand,
      scoreCommand,
      pairsCommand,
      evalCommand,
      serveCommand,
    ],
  },
  {
    title: "Advanced commands:",
    commands: [
      convertCommand,
      quantizeCommand,
      fidelityCommand,
      inspectCommand,
      verifyCommand,
      submitCommand,
      workCommand,
      statusCommand,
      collectCommand,
      devicesCommand,
      cacheCommand,
      benchCommand,
      completionCommand,
    ],
  },
];
