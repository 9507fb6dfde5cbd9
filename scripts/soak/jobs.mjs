// Workers that are killed again and again, and a Redis that is killed once: the collected results are those of one machine, whole and
// without a duplicate.
//
//   node scripts/soak/jobs.mjs [--kills 100] [--records 10000] [--words 150] [--chunk 20] [--workers 3] [--every 2] [--rate 1.8] [--model DIR]
//     [--stub MS]
//
// After `npm run build`; needs redis-server. Without --model a checkpoint of the tests is converted to f32. One of the workers is killed
// with SIGKILL every so many seconds, and started again; after half of the kills Redis is. At most --rate shards a second are handed out, so
// that there is work until the last kill. With --stub the workers have no model, but a scorer that takes so long for a record. Then, and where
// our kernels of float32 compute the model, every byte is that of one machine's; elsewhere sums depend on what else is in a batch.
import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { Queue } from "bullmq";
import { listDevices } from "../../dist/index.js";
import { writeRecords } from "./records.mjs";
import { RedisServer } from "./redis-server.mjs";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    records: { type: "string", default: "10000" },
    words: { type: "string", default: "150" },
    chunk: { type: "string", default: "20" },
    workers: { type: "string", default: "3" },
    every: { type: "string", default: "2" },
    rate: { type: "string", default: "1.8" },
    model: { type: "string" },
    stub: { type: "string" },
  },
});
const ROOT = path.resolve(import.meta.dirname, "../..");
const CLI = path.join(ROOT, "dist/cli/main.js");
const CHECKPOINT = path.join(ROOT, "test/fixtures/checkpoints/grm-llama3.2-tiny");
const kills = Number(values.kills);

const folder = mkdtempSync(path.join(os.tmpdir(), "llama-reward-soak-"));
const run = (...args) =>
  execFileSync(process.execPath, [CLI, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
const redis = await RedisServer.start(folder);
const workers = [];
/** The one machine's run, once it has begun. */
let alone;
// Ended early, it leaves nothing running.
process.on("exit", () => {
  for (const child of [...workers, redis, alone]) child?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
try {
  const model = values.model ?? path.join(folder, "model");
  if (values.model === undefined) run("convert", CHECKPOINT, model, "--type", "f32", "--quiet");
  const [input, out, expected, collected] = ["in.jsonl", "run", "whole.jsonl", "collected.jsonl"].map(
    (name) => path.join(folder, name),
  );
  await writeRecords(input, Number(values.records), Number(values.words));
  const submit = [
    "submit",
    model,
    input,
    "--queue",
    redis.url,
    "--out",
    out,
    "--chunk",
    values.chunk,
    "--quiet",
    "--json",
  ];
  const submitted = JSON.parse(run(...submit));
  console.log(`${submitted.records} records in ${submitted.shards} shards`);
  await limitRate();
  const startMs = performance.now();
  const whole = scoreAlone(model, input, expected, out);
  for (let index = 0; index < Number(values.workers); index++) workers.push(startWorker(model));
  for (let kill = 1; kill <= kills; kill++) {
    await delay(1000 * Number(values.every));
    const victim = kill % workers.length;
    await end(workers[victim]);
    workers[victim] = startWorker(model);
    if (kill === Math.ceil(kills / 2)) {
      await redis.kill();
      await redis.start();
      console.log(`Redis was killed and started again after ${kill} kills.`);
    }
    if (kill % 10 === 0) console.log(`${kill} kills, ${done(out)} of ${submitted.records} records`);
  }
  assert.ok(
    done(out) < submitted.records,
    "All was done before the last kill: take a lower --rate, or more --records.",
  );
  while (done(out) < submitted.records) await delay(500);
  const seconds = (performance.now() - startMs) / 1000;
  try {
    run("collect", out, "--out", collected, "--quiet");
  } catch (error) {
    expectErrors(error);
  }
  await whole;
  const [actual, theirs] = [collected, expected].map((file) => readFileSync(file, "utf8"));
  if (isExact()) assert.ok(actual === theirs, "The results are not byte for byte those of one machine.");
  else compare(actual, theirs);
  assert.equal(readFileSync(`${collected}.run.json`, "utf8"), readFileSync(`${expected}.run.json`, "utf8"));
  assert.equal(JSON.parse(run(...submit)).queued, 0);
  console.log(
    `${kills} kills in ${seconds.toFixed(0)} s: complete, no duplicate, the same as one machine's` +
      `${isExact() ? ", byte for byte" : ""}.`,
  );
} finally {
  await Promise.all(workers.map(end));
  await redis.kill();
}

function startWorker(model) {
  const args = ["work", "--queue", redis.url, "--models", model, "--lock", "2", "--threads", "1", "--quiet"];
  const stub = path.join(import.meta.dirname, "stub-worker.mjs");
  const env = {
    ...process.env,
    STUB: JSON.stringify({ url: redis.url, lockMs: 2000, pauseMs: Number(values.stub) }),
  };
  const program = values.stub === undefined ? [CLI, ...args] : [stub];
  return spawn(process.execPath, program, { stdio: ["ignore", "ignore", "inherit"], env });
}

/** Meanwhile, since it takes as long as all workers together. */
async function scoreAlone(model, input, file, out) {
  if (values.stub === undefined) {
    const args = ["score", model, input, "--out", file, "--threads", "1", "--quiet"];
    const scored = promisify(execFile)(process.execPath, [CLI, ...args]);
    alone = scored.child;
    await scored.catch(expectErrors);
    return;
  }
  const { scoreFile } = await import("../../dist/data/index.js");
  const { stubScorer } = await import("./stub-scorer.mjs");
  const run = JSON.parse(readFileSync(path.join(out, "run.json"), "utf8"));
  await scoreFile({ scorer: stubScorer(run), input, out: file });
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

function done(out) {
  return JSON.parse(run("status", out, "--json")).runs[0].recordsDone;
}

/** Records with errors make the exit status 3. */
function expectErrors(error) {
  if ((error.status ?? error.code) !== 3) throw error;
}

async function limitRate() {
  const queue = new Queue("llama-reward", { connection: { url: redis.url } });
  await queue.setGlobalRateLimit(2, (1000 * 2) / Number(values.rate));
  await queue.close();
}

/** A model of the caller's may have weights that are llama.cpp's to multiply. */
function isExact() {
  return (
    values.stub !== undefined || (values.model === undefined && /^(?:AVX|NEON)/.test(listDevices().prefill))
  );
}

/**
 * What the order of float32 sums changes from one batch to the next, in two runs of one machine, too. Another prompt, or one BOS less, changes
 * 0.1 and more.
 */
function compare(actual, expected) {
  const BATCH_NOISE = 5e-4;
  const lines = (text) => text.split("\n").map((line) => line.replace(/-?\d+\.\d+(e-?\d+)?/g, "#"));
  assert.deepEqual(lines(actual), lines(expected));
  const numbers = (text) => text.match(/(?<="reward":)-?[\d.e-]+/g).map(Number);
  const [ours, theirs] = [numbers(actual), numbers(expected)];
  assert.equal(ours.length, theirs.length);
  const differences = ours.map((reward, index) => Math.abs(reward - theirs[index]));
  const largest = Math.max(...differences);
  const differing = differences.filter((difference) => difference > 0).length;
  console.log(`${differing} of ${ours.length} rewards differ, by at most ${largest.toExponential(1)}`);
  assert.ok(largest < BATCH_NOISE);
}
