// What a host that dies costs its client: kills a real model's host with SIGKILL in mid-score, again and again, and checks
// that every call reports or is repeated with the right rewards, that nothing hangs, that no process stays, and that
// the client's memory stays flat. The client is alone in its process: the rewards to compare with come from a host that
// was not killed, and has ended before the first kill.
// Usage: node --expose-gc bench/host-kill.mjs [kills] [model folder]      (after npm run build; Linux, for /proc)
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startScoringHost } from "../dist/serve/electron/index.js";
import { HostError } from "../dist/index.js";

const kills = Math.max(8, Number(process.argv[2] ?? 100));
const modelDir = process.argv[3] ?? join(import.meta.dirname, "..", "test", "fixtures", "models", "tiny-grm");
/** Longer than any call and restart takes here: what lasts longer hangs. */
const DEADLINE_MS = 30_000;
const load = { device: "cpu", threads: 1, kvType: "f32" };
/** What another order in the batch may change. */
const TOLERANCE = 2e-2;
/** Different questions and answers, so that not every round asks the same. */
const ROUNDS = 20;
/** What counts as flat. */
const GROWTH_LIMIT = 0.1;
const sampleEvery = Math.max(1, Math.floor(kills / 20));

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

/** What the process holds, and what its scripts hold, once nothing that could be collected is left. */
function memoryBytes() {
  globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
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

/** Largest difference from the rewards of a host that was not killed. */
function error(rewards, expected) {
  return Math.max(...rewards.map((reward, index) => Math.abs(reward - expected[index])));
}

/** The rewards of every round, by a host of its own. */
async function expectedRewards() {
  const model = await startScoringHost(modelDir, { load });
  const expected = [];
  for (let round = 0; round < ROUNDS; round++) {
    const ranked = await model.rank(question(round), answersOf(round));
    expected.push(ranked.sort((a, b) => a.index - b.index).map(({ reward }) => reward));
  }
  await model.dispose();
  return expected;
}

async function run(onCrash, expected) {
  const model = await startScoringHost(modelDir, {
    load,
    onCrash,
    maxRetries: 10,
    restartDelayMs: 1,
    onWarning: () => undefined,
  });
  const pids = new Set([model.host.pid]);
  const counts = { calls: 0, killed: 0, answered: 0, reported: 0, largestError: 0 };
  const memory = [];
  // How long a round takes undisturbed: the kills fall anywhere within.
  const started = performance.now();
  await Promise.all(callsOf(model, ROUNDS));
  const roundMs = performance.now() - started;
  let slowestMs = 0;
  while (counts.killed < kills) {
    const kill = counts.killed;
    const round = kill % ROUNDS;
    const before = performance.now();
    const settled = Promise.allSettled(callsOf(model, round));
    await delay(1 + (roundMs * ((kill * 37) % 100)) / 100);
    const { pid } = model.host;
    if (pid !== undefined) {
      pids.add(pid);
      process.kill(pid, "SIGKILL");
      counts.killed += 1;
    }
    const results = await within(settled, `kill ${kill}`);
    slowestMs = Math.max(slowestMs, performance.now() - before);
    counts.calls += results.length;
    for (const result of results) {
      if (result.status === "fulfilled") {
        counts.answered += 1;
        counts.largestError = Math.max(counts.largestError, error(result.value, expected[round]));
      } else if (result.reason instanceof HostError) counts.reported += 1;
      else throw result.reason;
    }
    // The next round begins with a host, so that its kill finds one at work.
    await within(
      model.score(conversationsOf(ROUNDS)[0]).catch(() => undefined),
      `restart ${kill}`,
    );
    if (counts.killed % sampleEvery === 0) memory.push(memoryBytes());
  }
  const { restarts } = model.host;
  await within(model.dispose(), "dispose");
  await delay(100);
  const left = [...pids].filter(isAlive);
  console.log(
    `onCrash ${onCrash}: ${counts.killed} kills, ${restarts} restarts, ${counts.answered} calls answered ` +
      `(largest difference from a host not killed ${counts.largestError.toExponential(1)}), ` +
      `${counts.reported} reported HOST_FAILED, slowest round ${slowestMs.toFixed(0)} ms (${roundMs.toFixed(0)} undisturbed), ` +
      `processes left: ${left.length}\n` +
      `  client's memory every ${sampleEvery} kills, MB: process ${memory.map(({ rss }) => megabytes(rss)).join(" ")}; ` +
      `JavaScript ${memory.map(({ heap }) => megabytes(heap)).join(" ")}`,
  );
  if (left.length > 0) throw new Error(`Processes ${left.join(", ")} stayed.`);
  if (counts.answered + counts.reported !== counts.calls)
    throw new Error("A call neither answered nor reported.");
  if (!(counts.largestError < TOLERANCE)) throw new Error("A reward is wrong.");
  if (onCrash === "retry" && counts.reported > 0) throw new Error("A call was not repeated.");
  for (const what of ["rss", "heap"]) {
    const growth = growthOf(memory.map((sample) => sample[what]));
    if (!(growth < GROWTH_LIMIT))
      throw new Error(`The client's memory (${what}) grew by ${growth.toFixed(3)}.`);
  }
}

/** Relative growth from the second quarter of the samples, when everything has run once, to the last. */
function growthOf(samples) {
  const quarter = Math.floor(samples.length / 4);
  const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  return median(samples.slice(-quarter)) / median(samples.slice(quarter, 2 * quarter)) - 1;
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
const expected = await expectedRewards();
for (const onCrash of ["retry", "fail"]) await run(onCrash, expected);
