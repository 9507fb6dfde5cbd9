import type { CliCommand } from "../arguments/command.js";
import { benchCommand } from "./bench.js";
import { cacheCommand } from "./cache.js";
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
import { verifyCommand } from "./verify.js";

/** Every command, in the order of the help text. A new one is a line here. */
export const COMMANDS: readonly CliCommand[] = [
  pullCommand,
  convertCommand,
  quantizeCommand,
  inspectCommand,
  verifyCommand,
  scoreCommand,
  rankCommand,
  compareCommand,
  pairsCommand,
  evalCommand,
  fidelityCommand,
  serveCommand,
  devicesCommand,
  cacheCommand,
  benchCommand,
  demoCommand,
];
