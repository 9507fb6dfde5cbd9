import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

/**
 * Runs a program with its output shown, and throws when it cannot be started or fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnSyncOptions} [options]
 */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { stdio: "inherit", ...options });
  if (result.error !== undefined)
    throw new Error(`Cannot run ${command}: ${result.error.message}. Install it and try again.`);
  if (result.status !== 0)
    throw new Error(`${command} ${args.join(" ")} failed (${result.status ?? result.signal}).`);
}

/**
 * Runs npm. Never by a shell, which would take spaces and other characters of paths apart: Windows has npm as a batch file, which Node
 * starts by none but a shell, so there npm's own script is run by this Node.
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnSyncOptions} [options]
 */
export function runNpm(args, options = {}) {
  const [command, ...first] = npmCommand();
  run(command, [...first, ...args], options);
}

/**
 * How npm is started here.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {string} [node] this Node's executable
 * @returns {string[]}
 */
export function npmCommand(env = process.env, node = process.execPath) {
  const scripts = [
    // Under `npm run` this is npm's own script; another package manager's would not know the same arguments.
    env.npm_execpath,
    // Where Node's own packages for Windows and its archives have it.
    path.join(path.dirname(node), "node_modules", "npm", "bin", "npm-cli.js"),
    path.join(path.dirname(node), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
  ];
  const script = scripts.find((file) => file?.endsWith("npm-cli.js") === true && existsSync(file));
  return script === undefined ? ["npm"] : [node, script];
}
