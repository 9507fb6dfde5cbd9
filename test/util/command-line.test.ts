import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { commandLine, shellWord } from "../../lib/util/command-line.js";

const WORDS = [
  "",
  "a b",
  "it's",
  "$HOME",
  "`ls`",
  "~",
  "*",
  "a\nb",
  "--type=f16",
  "=ls",
  "!!",
  "caf\u00e9",
  "\\",
  '"',
  "a;b",
];

describe("words of a command line", () => {
  it.skipIf(process.platform === "win32").each(WORDS)("%j comes out of a shell as it was", (word) => {
    expect(execFileSync("sh", ["-c", `printf %s ${shellWord(word)}`], { encoding: "utf8" })).toBe(word);
  });

  it("are quoted only where they must be", () => {
    expect(commandLine(["score", "--type=f16", "my model", "=ls"])).toBe(
      "llama-reward score --type=f16 'my model' '=ls'",
    );
  });
});
