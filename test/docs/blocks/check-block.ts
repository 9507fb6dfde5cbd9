import { spawnSync } from "node:child_process";
import { parse as parseYaml } from "yaml";
import { readRecord } from "../../../lib/data/index.js";
import { checkOutput, checkUnrun, runShell } from "./check-shell.js";
import { runScript } from "./check-script.js";
import type { Block } from "./read-blocks.js";
import { runWell } from "./run.js";
import type { Workplace } from "./workplace.js";

/** Why a block is not run: its surroundings are not those of a test. What is checked of it then, `checkUnrun` says. */
const NOT_RUN =
  /^not run: (?:in a clone|takes packed files|takes long|needs (?:the network|a GPU|Docker|Electron|Redis|another machine|another server|Wine|Python packages))$/;

export function isUnrun({ marker }: Block): boolean {
  return marker.startsWith("not run");
}

export const python = spawnSync("python3", ["--version"]).status === 0 ? "python3" : undefined;

/** @throws Error what is wrong with the block */
export async function checkBlock(block: Block, place: Workplace): Promise<void> {
  const { language, code, marker } = block;
  if (isUnrun(block) && !NOT_RUN.test(marker))
    throw new Error(`<!-- ${marker} --> is no reason that test/docs/blocks/check-block.ts knows`);
  switch (language) {
    case "sh":
      return isUnrun(block) ? checkUnrun(block) : runShell(block, place);
    case "js":
    case "ts":
      if (!isUnrun(block)) await runScript(block, place);
      return;
    case "json":
      JSON.parse(/^\s*"/.test(code) ? `{${code}}` : code);
      return;
    case "jsonl":
      checkRecords(code);
      return;
    case "yaml":
      parseYaml(code);
      return;
    case "python":
      return checkPython(code, place);
    case "text":
      if (marker === "diagram") return;
      if (marker === "output") return checkOutput(block, place);
      throw new Error("say by <!-- output --> or <!-- diagram --> above it what this text is");
    default:
      throw new Error(
        `nothing checks a block of "${language}": use sh, js, ts, json, jsonl, yaml, python or text`,
      );
  }
}

/** Each line is a record of `score`. */
function checkRecords(code: string): void {
  for (const [line, text] of code.trimEnd().split("\n").entries()) {
    const { error } = readRecord({ line, value: JSON.parse(text) as unknown });
    if (error !== undefined) throw error;
  }
}

/** Compiled, where Python is there: what it imports is not. */
async function checkPython(code: string, { folder, environment }: Workplace): Promise<void> {
  if (python === undefined) return;
  const program = "import sys; compile(sys.argv[1], 'block', 'exec')";
  await runWell(python, ["-c", program, code], { cwd: folder, env: environment });
}
