import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { asError } from "../../lib/util/caught.js";
import { REPOSITORY } from "../repository.js";
import { pairedResult, secondsOf, takeTurns, type Side } from "../rounds.js";
import type { BenchContext } from "../run-bench.js";

const MAIN = path.join(REPOSITORY, "dist/cli/main.js");
const ACTIONS = path.join(REPOSITORY, "dist/cli/actions");
/** A start takes so little that a round of one would be noise. */
const STARTS = 5;

/** What is asked of the command line before it does any work. */
const QUESTIONS: Readonly<Record<string, readonly string[]>> = {
  "--version": ["--version"],
  "--help": ["--help"],
  "score --help": ["score", "--help"],
  "a mistake": ["score", "--thread", "4"],
};

/**
 * Seconds until the command line has answered, in a new process each time: beside Node's own start, and beside one that loads what
 * every command does first, as a program without lazy parts would. `LLAMA_REWARD_BEFORE` names the `main.js` of another build that takes
 * turns, too.
 */
export async function measureStartup(context: BenchContext): Promise<void> {
  const before = process.env["LLAMA_REWARD_BEFORE"];
  const eager = await everythingFirst();
  for (const [workload, args] of Object.entries(QUESTIONS)) {
    if (context.only !== undefined && !workload.includes(context.only)) continue;
    const peers: Readonly<Record<string, readonly string[]>> = {
      "node -e 0": ["-e", "0"],
      "everything loaded first": ["--input-type=module", "-e", eager, "--", ...args],
      ...(before === undefined ? {} : { before: [before, ...args] }),
    };
    const sides = [[MAIN, ...args], ...Object.values(peers)].map((words) => starts(words, context.signal));
    const [own, ...theirs] = await takeTurns(sides, context, 1);
    for (const [index, peer] of Object.keys(peers).entries())
      context.emit(pairedResult({ workload, metric: "seconds", peer }, own, theirs[index]));
  }
}

function starts(words: readonly string[], signal: AbortSignal): Side {
  return {
    run: async () => {
      const seconds = await secondsOf(async () => {
        for (let start = 0; start < STARTS; start++) await ended(words, signal);
      });
      return seconds / STARTS;
    },
  };
}

/** A mistake ends with a status of its own: only what was no start at all fails. */
function ended(words: readonly string[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...words], { signal }, (error, stdout, stderr) => {
      if (error !== null && stdout === "" && !stderr.startsWith("llama-reward: ")) reject(asError(error));
      else resolve();
    });
  });
}

/** A program that loads what all commands do, and then answers. */
async function everythingFirst(): Promise<string> {
  const files = (await readdir(ACTIONS)).filter((name) => name.endsWith(".js"));
  const urls = files.map((name) => pathToFileURL(path.join(ACTIONS, name)).href);
  return [
    `for (const url of ${JSON.stringify(urls)}) await import(url);`,
    `process.argv.splice(1, 0, ${JSON.stringify(MAIN)});`,
    `await import(${JSON.stringify(pathToFileURL(MAIN).href)});`,
  ].join("\n");
}
