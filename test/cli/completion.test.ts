import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { cli } from "./cli.js";

/** What bash offers behind these words; the last is being typed. */
async function offers(...words: string[]): Promise<string[]> {
  const { stdout: script } = await cli(["completion", "bash"]);
  const program = [
    script,
    `COMP_WORDS=(llama-reward ${words.map((word) => `"${word}"`).join(" ")})`,
    `COMP_CWORD=${words.length}`,
    "_llama_reward",
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ].join("\n");
  const { stdout } = await promisify(execFile)("bash", ["--norc", "-c", program]);
  return stdout.split("\n").filter((line) => line !== "");
}

it.skipIf(process.platform === "win32")("bash completes commands, options and their values", async () => {
  expect(await offers("co")).toEqual(["compare", "convert", "collect", "completion"]);
  expect(await offers("score", "m", "--tr")).toEqual(["--truncate"]);
  expect(await offers("score", "m", "--truncate", "")).toEqual(["error", "left", "right"]);
  expect(await offers("eval", "rewardbench")).toEqual(["rewardbench", "rewardbench2"]);
  expect(await offers("cache", "")).toEqual(["list", "prune"]);
  // Files are bash's own business.
  expect(await offers("score", "m", "pair")).toEqual([]);
});

it("prints for zsh and fish, too", async () => {
  expect((await cli(["completion", "zsh"])).stdout).toMatch(
    /^autoload -U \+X bashcompinit && bashcompinit\n_llama_reward\(\)/,
  );
  const { stdout } = await cli(["completion", "fish"]);
  expect(stdout).toMatch(
    /^complete -c llama-reward -n "__fish_seen_subcommand_from score" -l truncate -x -a 'error left right' -d /m,
  );
});
