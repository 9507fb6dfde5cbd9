import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../api.js";
import type { Block } from "./read-blocks.js";
import { run, runWell } from "./run.js";
import type { Workplace } from "./workplace.js";

/** Runs a block's commands; the first that fails ends it. */
export async function runShell({ code, marker }: Block, place: Workplace): Promise<void> {
  if (marker === "hub") await place.openHub();
  const script = code.includes("127.0.0.1:8080")
    ? code.replaceAll("127.0.0.1:8080", await place.server())
    : code;
  // Blocks that ask a server fail with the server's answer, too.
  const strict =
    'set -euo pipefail\ncurl() { command curl --fail-with-body --silent --show-error --max-time 60 "$@"; }\n';
  await runWell("bash", ["-c", strict + script], { cwd: place.folder, env: place.environment });
}

const helps = new Map<string, Promise<string>>();

/** The text of `llama-reward COMMAND --help`. */
function help(command: string): Promise<string> {
  const known = helps.get(command);
  if (known !== undefined) return known;
  const options = { cwd: ROOT, env: { ...process.env, NO_COLOR: "1", COLUMNS: "200" } };
  const text = run(process.execPath, [join(ROOT, "dist/cli/main.js"), command, "--help"], options).then(
    ({ status, stdout }) => {
      if (status !== 0) throw new Error(`there is no command ${command}`);
      return stdout;
    },
  );
  helps.set(command, text);
  return text;
}

/**
 * What can be known of commands that are not run here: that the options of ours are there, and so are scripts of npm and files of the
 * repository that they name.
 */
export async function checkUnrun({ code, page }: Block): Promise<void> {
  const lines = code
    .replaceAll(/\\\n/g, " ")
    .split(/\n|&&|\|\||;|\|/)
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "");
  for (const line of lines) {
    const words = line.split(/\s+/).filter((word) => !/^[A-Z_]+=/.test(word));
    if (words[0] === "npx") words.shift();
    const [program = "", first = "", ...rest] = words;
    if (program === "llama-reward") {
      const text = await help(first);
      for (const option of rest.filter((word) => /^--[a-z]/.test(word))) {
        const name = option.split("=")[0] ?? "";
        if (!new RegExp(`${name}(?![\\w-])`).test(text)) throw new Error(`${first} has no option ${name}`);
      }
    } else if (program === "npm")
      checkScript(first === "run" ? (rest[0] ?? "") : first, first === "run", page);
    else if (["node", "bash", "sh"].includes(program))
      checkFile([first, ...rest].find((word) => !word.startsWith("-")));
    else if (program.includes("/")) checkFile(program);
  }
}

/** @throws Error no package.json beside the page or in the root has the script */
function checkScript(name: string, isRun: boolean, page: string): void {
  if (!isRun && !["test", "start"].includes(name)) return;
  const manifests = [join(ROOT, "package.json"), join(ROOT, page, "../package.json")].filter((file) =>
    existsSync(file),
  );
  const scripts = manifests.map(
    (file) => (JSON.parse(readFileSync(file, "utf8")) as { scripts?: object }).scripts ?? {},
  );
  if (!scripts.some((known) => name in known)) throw new Error(`package.json has no script ${name}`);
}

function checkFile(file: string | undefined): void {
  if (
    file !== undefined &&
    /^[\w./-]+$/.test(file) &&
    !existsSync(join(ROOT, file)) &&
    !/[A-Z]{3,}/.test(file)
  )
    throw new Error(`the repository has no file ${file}`);
}

/** Compares a block of `$ command` lines and what each prints; digits may differ, as they do between processors. */
export async function checkOutput({ code }: Block, place: Workplace): Promise<void> {
  const parts = code.split(/^\$ /m).slice(1);
  if (parts.length === 0) throw new Error("an output block begins with its command, `$ llama-reward …`");
  for (const part of parts) {
    // The first line, and those that a backslash joins to it.
    const command = /^(?:.*\\\n)*.*\n?/.exec(part)?.[0] ?? "";
    const expected = part.slice(command.length);
    const { stdout } = await runWell("bash", ["-c", command], { cwd: place.folder, env: place.environment });
    if (withoutDigits(stdout) !== withoutDigits(expected))
      throw new Error(`${command.trim()} prints something else:\n${stdout}`);
  }
}

function withoutDigits(text: string): string {
  return text
    .trim()
    .replaceAll(/\d+/g, "0")
    .replaceAll(/[ \t─-]+/g, " ");
}
