import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

import { run } from "../../native/run.mjs";
import { CROSS } from "../compile.mjs";

/** Newest of each line of Node that npm has for both systems. */
export const NODE_VERSIONS = { 20: "20.20.2", 22: "22.23.3" };

/**
 * Node for another system, out of its npm package.
 * @param {"win-x64" | "linux-arm64"} platform
 * @param {string} line 20 or 22
 * @returns {string} the folder with the program in it
 */
export function fetchNode(platform, line) {
  const version = NODE_VERSIONS[line];
  if (version === undefined)
    throw new Error(`Node ${line} is not set up; there are ${Object.keys(NODE_VERSIONS).join(", ")}.`);
  const folder = path.join(CROSS, "node", `${platform}-${version}`);
  if (!existsSync(folder)) {
    const work = `${folder}.new`;
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
    run("npm", ["pack", `node-${platform}@${version}`, "--loglevel", "error"], {
      cwd: work,
      stdio: ["ignore", "ignore", "inherit"],
    });
    run("tar", ["-xzf", readdirSync(work)[0]], { cwd: work });
    renameSync(work, folder);
  }
  return path.join(folder, "package", "bin");
}
