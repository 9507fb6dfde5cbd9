// Fetches llama.cpp's source from the npm registry: no other download is needed to build the addon.

import { createHash } from "node:crypto";
import {
  cpSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";

import { LLAMA_DIRECTORY, releaseForPlatform, ROOT } from "./llama-release.mjs";
import { run, runNpm } from "./run.mjs";

const HEADERS = path.join(LLAMA_DIRECTORY, "headers");
/** The public headers, and those of the two structures that a backend of our own fills in. */
const HEADER_PATHS = [
  "include",
  "ggml/include",
  "ggml/src/ggml-impl.h",
  "ggml/src/ggml-backend-impl.h",
  "LICENSE",
];
const BUNDLE = "package/llama/gitRelease.bundle";

/**
 * Puts the headers of a release into a folder unless they are there already.
 * @param {ReturnType<typeof releaseForPlatform>} [release] this platform's by default
 * @param {string} [headers] build/llama.cpp/headers by default
 */
export async function fetchHeaders(release = releaseForPlatform(), headers = HEADERS) {
  const isComplete = HEADER_PATHS.every((part) => existsSync(path.join(headers, part)));
  if (isComplete && readIfExists(path.join(headers, "version")).trim() === release.llama) return;
  await withClone(release, ["CMakeLists.txt", ...HEADER_PATHS], (clone) => {
    checkVersion(clone, release);
    rmSync(headers, { recursive: true, force: true });
    const temporary = `${headers}.new`;
    rmSync(temporary, { recursive: true, force: true });
    for (const part of HEADER_PATHS)
      cpSync(path.join(clone, part), path.join(temporary, part), { recursive: true });
    writeFileSync(path.join(temporary, "version"), `${release.llama}\n`);
    renameSync(temporary, headers);
  });
}

/**
 * Puts the whole source into build/llama.cpp/source-<version> unless it is there already.
 * @returns {Promise<string>} the folder
 */
export async function fetchSource() {
  const release = releaseForPlatform();
  const folder = path.join(LLAMA_DIRECTORY, `source-${release.llama}`);
  if (existsSync(folder)) return folder;
  await withClone(release, ["."], (clone) => {
    checkVersion(clone, release);
    rmSync(path.join(clone, ".git"), { recursive: true, force: true });
    renameSync(clone, folder);
  });
  return folder;
}

/**
 * One file of the source that this platform's libraries were built from.
 * @param {string} file as in the repository
 * @returns {Promise<string>}
 */
export async function readSourceFile(file) {
  let text = "";
  await withSource([file], (clone) => {
    text = readFileSync(path.join(clone, file), "utf8");
  });
  return text;
}

/**
 * Hands out parts of the source that this platform's libraries were built from, in a folder that is removed when `use` has returned.
 * @param {readonly string[]} paths as in the repository
 * @param {(folder: string) => void} use
 */
export async function withSource(paths, use) {
  const release = releaseForPlatform();
  await withClone(release, ["CMakeLists.txt", ...paths], (clone) => {
    checkVersion(clone, release);
    use(clone);
  });
}

/** Checks out `paths` of the bundle into a temporary clone, and removes it when `use` has returned. */
async function withClone(release, paths, use) {
  const tarball = await fetchTarball(release);
  const work = path.join(LLAMA_DIRECTORY, "unpack");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    // Relative names: some tar programs on Windows take "C:" for a remote host.
    run("tar", ["-xzf", path.relative(work, tarball), BUNDLE], { cwd: work });
    git(["clone", "--quiet", "--no-checkout", BUNDLE, "clone"], work);
    git(["checkout", "--quiet", "HEAD", "--", ...paths], path.join(work, "clone"));
    use(path.join(work, "clone"));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The tarball, from the cache folder (outside build/, which build tools empty) or else from the registry; its checksum is checked either way. */
async function fetchTarball({ version, integrity }) {
  const cache = path.resolve(process.env.LLAMA_REWARD_CACHE ?? path.join(ROOT, ".cache"));
  const name = `node-llama-cpp-${version}.tgz`;
  const file = path.join(cache, name);
  if (existsSync(file) && (await integrityOf(file)) === integrity) return file;

  mkdirSync(cache, { recursive: true });
  console.error(`Fetching llama.cpp's source (node-llama-cpp ${version}, 36 MB) from the npm registry`);
  try {
    runNpm(["pack", `node-llama-cpp@${version}`, "--pack-destination", cache, "--loglevel", "error"], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  } catch (error) {
    throw new Error(
      `Cannot fetch llama.cpp's source: ${error.message} ` +
        `Connect to the npm registry, or put ${name} into ${cache} (LLAMA_REWARD_CACHE names another folder).`,
    );
  }
  const actual = await integrityOf(file);
  if (actual !== integrity) {
    rmSync(file);
    throw new Error(
      `${name} has the wrong checksum: ${actual} instead of ${integrity}. Check your npm registry.`,
    );
  }
  return file;
}

function git(args, cwd) {
  // Inside a git hook these variables would point every git command at the hook's repository.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")));
  run("git", ["-c", "advice.detachedHead=false", ...args], { cwd, env });
}

async function integrityOf(file) {
  const hash = createHash("sha512");
  await pipeline(createReadStream(file), hash);
  return `sha512-${hash.digest("base64")}`;
}

/** The version that llama.cpp's own build file states must be the one recorded for the release. */
function checkVersion(clone, release) {
  const text = readFileSync(path.join(clone, "CMakeLists.txt"), "utf8");
  const part = (name) => new RegExp(`LLAMA_VERSION_${name} (\\d+)`).exec(text)?.[1];
  const version = ["MAJOR", "MINOR", "PATCH"].map(part).join(".");
  if (version !== release.llama)
    throw new Error(
      `node-llama-cpp ${release.version} carries llama.cpp ${version}, expected ${release.llama}.`,
    );
}

function readIfExists(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
