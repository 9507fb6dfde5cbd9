// What a million records cost beside their scoring: time and memory of submit, of a worker with a stub for a scorer, of Redis, and of
// collect.
//
//   node scripts/soak/million.mjs [--records 1000000] [--chunk 1000]
//
// After `npm run build`; Linux, for /proc; needs redis-server.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { writeRecords } from "./records.mjs";
import { RedisServer } from "./redis-server.mjs";

const { values } = parseArgs({
  options: {
    records: { type: "string", default: "1000000" },
    chunk: { type: "string", default: "1000" },
  },
});
const ROOT = path.resolve(import.meta.dirname, "../..");
const CLI = path.join(ROOT, "dist/cli/main.js");
const MODEL = path.join(ROOT, "test/fixtures/models/tiny-grm");
const WORDS = 20;
const MB = 1e6;

const folder = mkdtempSync(path.join(os.tmpdir(), "llama-reward-million-"));
const redis = await RedisServer.start(folder);
try {
  const [input, out, collected] = ["in.jsonl", "run", "out.jsonl"].map((name) => path.join(folder, name));
  await writeRecords(input, Number(values.records), WORDS);
  console.log(`${values.records} records, ${megabytes(statSync(input).size)} MB`);
  const shape = ["--queue", redis.url, "--out", out, "--chunk", values.chunk, "--quiet"];
  await watched("submit", [CLI, "submit", MODEL, input, ...shape]);
  console.log(`Redis with all shards waiting: ${await redisMemory()} MB`);
  await watched("worker", [path.join(import.meta.dirname, "stub-worker.mjs")]);
  console.log(`Redis with none waiting: ${await redisMemory()} MB`);
  await watched("collect", [CLI, "collect", out, "--out", collected, "--quiet"], [0, 3]);
  const lines = readFileSync(collected).reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0);
  if (lines !== Number(values.records)) throw new Error(`${lines} lines were collected.`);
} finally {
  await redis.kill();
  rmSync(folder, { recursive: true, force: true });
}

/** Runs a program, and says how long it took and what memory it held at tenths of that. */
async function watched(name, args, statuses = [0]) {
  const startMs = performance.now();
  const env = { ...process.env, STUB: JSON.stringify({ url: redis.url, untilEmpty: true }) };
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"], env });
  const exit = once(child, "exit");
  const samples = [];
  while (child.exitCode === null && child.signalCode === null) {
    const resident = residentBytes(child.pid);
    if (resident !== undefined) samples.push({ resident, redis: await redisMemory() });
    await Promise.race([exit, delay(500)]);
  }
  const [status] = await exit;
  if (!statuses.includes(status)) throw new Error(`${name} ended with status ${status}.`);
  const seconds = (performance.now() - startMs) / 1000;
  const tenths = [1, 3, 5, 7, 9].map((tenth) => samples[Math.floor((samples.length * tenth) / 10)]);
  const largest = Math.max(...samples.map(({ resident }) => resident));
  console.log(
    `${name}: ${seconds.toFixed(1)} s; at 10, 30, 50, 70, 90 % of that ${tenths.map((at) => megabytes(at?.resident ?? 0)).join(", ")} MB, at most ` +
      `${megabytes(largest)} MB; Redis ${tenths.map((at) => at?.redis ?? "?").join(", ")} MB`,
  );
}

function residentBytes(pid) {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : 1024 * Number(kilobytes);
  } catch {
    return undefined;
  }
}

async function redisMemory() {
  const bytes = /used_memory:(\d+)/.exec((await redis.text("INFO", "memory")) ?? "")?.[1];
  return bytes === undefined ? "?" : (Number(bytes) / MB).toFixed(1);
}

function megabytes(bytes) {
  return (bytes / MB).toFixed(0);
}
