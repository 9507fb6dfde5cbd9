// What a host that dies costs its client: kills a real model's host with SIGKILL in mid-score, again and again, and checks
// that every call reports or is repeated with the right rewards, that nothing hangs, that no process stays, and that
// memory stays flat.
// Usage: node --expose-gc bench/host-kill.mjs [kills] [model folder]      (after npm run build; Linux, for /proc)
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startScoringHost } from "../dist/electron/index.js";
import { HostError, RewardModel } from "../dist/index.js";

const kills = Number(process.argv[2] ?? 100);
const modelDir = process.argv[3] ?? join(import.meta.dirname, "..", "examples", "models", "tiny-grm");
/** Longer than any call and restart takes here: what lasts longer hangs. */
const DEADLINE_MS = 30_000;
const load = { device: "cpu", threads: 1, kvType: "f32" };
/** What another order in the batch may change. */
const TOLERANCE = 2e-2;

/** Distinct in every round, so that no host has any of it in its cache. */
const answersOf = (round) =>
  Array.from({ length: 8 }, (_, index) => `Answer ${index} of round ${round}: ${"and so on ".repeat(40)}`);
const question = (round) => `Question ${round}: what follows?`;
const conversationsOf = (round) =>
  answersOf(round).map((answer) => [
    { role: "user", content: question(round) },
    { role: "assistant", content: answer },
  ]);

async function within(promise, what) {
  const timer = new AbortController();
  const late = delay(DEADLINE_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`${what} hangs`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
    late.catch(() => undefined);
  }
}

/** Whether a process runs; one that waits to be collected does not. */
function isAlive(pid) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function memoryBytes() {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

/** Calls of all kinds at once; each result or error by name. */
function callsOf(model, round) {
  const stream = async () => {
    const rewards = [];
    for await (const { reward } of model.scoreMany(conversationsOf(round))) rewards.push(reward);
    return rewards;
  };
  const rank = async () =>
    (await model.rank(question(round), answersOf(round)))
      .sort((a, b) => a.index - b.index)
      .map(({ reward }) => reward);
  const score = async () => [(await model.score(conversationsOf(round)[0])).reward];
  return [stream(), rank(), score()];
}

/** Largest difference from the rewards of the model in this process. */
function error(rewards, expected) {
  return Math.max(...rewards.map((reward, index) => Math.abs(reward - expected[index])));
}

async function run(onCrash) {
  const reference = await RewardModel.load(modelDir, load);
  const model = await startScoringHost(modelDir, {
    load,
    onCrash,
    maxRetries: 10,
    restartDelayMs: 1,
    onWarning: () => undefined,
  });
  const pids = new Set([model.host.pid]);
  const counts = { killed: 0, answered: 0, reported: 0, largestError: 0 };
  const memory = [];
  // How long a round takes undisturbed: the kills fall anywhere within.
  const started = performance.now();
  await Promise.all(callsOf(model, -1));
  const roundMs = performance.now() - started;
  let slowestMs = 0;
  while (counts.killed < kills) {
    const round = counts.killed;
    const before = performance.now();
    const settled = Promise.allSettled(callsOf(model, round));
    await delay(1 + (roundMs * ((round * 37) % 100)) / 100);
    const { pid } = model.host;
    if (pid !== undefined) {
      pids.add(pid);
      process.kill(pid, "SIGKILL");
      counts.killed += 1;
    }
    const results = await within(settled, `round ${round}`);
    slowestMs = Math.max(slowestMs, performance.now() - before);
    const expected = (await reference.rank(question(round), answersOf(round)))
      .sort((a, b) => a.index - b.index)
      .map(({ reward }) => reward);
    for (const result of results) {
      if (result.status === "fulfilled") {
        counts.answered += 1;
        counts.largestError = Math.max(counts.largestError, error(result.value, expected));
      } else if (result.reason instanceof HostError) counts.reported += 1;
      else throw result.reason;
    }
    // The next round begins with a host, so that its kill finds one at work.
    await within(
      model.score(conversationsOf(-1)[0]).catch(() => undefined),
      `restart ${round}`,
    );
    if (round % 10 === 9) memory.push(memoryBytes());
  }
  const { restarts } = model.host;
  await within(model.dispose(), "dispose");
  await reference.dispose();
  await delay(100);
  const left = [...pids].filter(isAlive);
  const megabytes = memory.map((bytes) => (bytes / 1e6).toFixed(0)).join(" ");
  console.log(
    `onCrash ${onCrash}: ${counts.killed} kills, ${restarts} restarts, ${counts.answered} calls answered ` +
      `(largest difference from the model in this process ${counts.largestError.toExponential(1)}), ` +
      `${counts.reported} reported HOST_FAILED, slowest round ${slowestMs.toFixed(0)} ms (${roundMs.toFixed(0)} undisturbed), ` +
      `processes left: ${left.length}, client's memory every 10 kills: ${megabytes} MB`,
  );
  if (left.length > 0) throw new Error(`Processes ${left.join(", ")} stayed.`);
  if (counts.answered + counts.reported !== 3 * counts.killed)
    throw new Error("A call neither answered nor reported.");
  if (!(counts.largestError < TOLERANCE)) throw new Error("A reward is wrong.");
  if (onCrash === "retry" && counts.reported > 0) throw new Error("A call was not repeated.");
}

for (const onCrash of ["retry", "fail"]) await run(onCrash);
