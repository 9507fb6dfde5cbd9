// llama.cpp's own server, built from the source that this project's llama.cpp is pinned to, which the npm registry has.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fetchSource } from "../../../scripts/native/fetch-llama.mjs";
import { LLAMA_DIRECTORY } from "../../../scripts/native/llama-release.mjs";
import { run } from "../../../scripts/native/run.mjs";

/** For this machine alone, in one file, without the web page, which would be downloaded. */
const OPTIONS = [
  "CMAKE_BUILD_TYPE=Release",
  "BUILD_SHARED_LIBS=OFF",
  "GGML_NATIVE=ON",
  "GGML_OPENMP=OFF",
  "LLAMA_BUILD_TESTS=OFF",
  "LLAMA_BUILD_EXAMPLES=OFF",
  "LLAMA_BUILD_TOOLS=ON",
  "LLAMA_BUILD_SERVER=ON",
  "LLAMA_BUILD_APP=OFF",
  "LLAMA_BUILD_UI=OFF",
  "LLAMA_USE_PREBUILT_UI=OFF",
  "LLAMA_OPENSSL=OFF",
];

/** @returns {Promise<string>} the program, which is built the first time (some ten minutes on two cores) */
export async function buildLlamaServer() {
  const build = path.join(LLAMA_DIRECTORY, "server");
  run("cmake", ["-S", await fetchSource(), "-B", build, ...OPTIONS.map((option) => `-D${option}`)]);
  run("cmake", ["--build", build, "--target", "llama-server", "--parallel", `${availableParallelism()}`]);
  return path.join(build, "bin", "llama-server");
}

/**
 * Starts it on a free port, and waits until it answers.
 * @param {string} gguf the model
 * @param {number} atOnce requests that it works on at once
 * @returns {Promise<{ url: string, end: () => void }>} the base address of its API
 */
export async function startLlamaServer(gguf, atOnce) {
  const program = await buildLlamaServer();
  const port = await freePort();
  const size = ["--ctx-size", `${1024 * atOnce}`, "--parallel", `${atOnce}`];
  const args = ["--model", gguf, "--host", "127.0.0.1", "--port", `${port}`, "--slots", ...size];
  const server = spawn(program, args, { stdio: "ignore" });
  while (server.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    if (answer?.ok === true) return { url: `http://127.0.0.1:${port}/v1`, end: () => server.kill("SIGINT") };
    await sleep(200);
  }
  throw new Error(`llama-server ended with ${server.exitCode}.`);
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  return port;
}
