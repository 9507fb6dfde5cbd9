// Mixed load on `serve`: every route, all sizes, clients that leave, send slowly, read slowly, or come in crowds. No error may come but those
// that a client asks for, and memory must stay what it is after the first minute.
// Usage, after `npm run build`: node scripts/soak/serve.mjs [SECONDS [MODEL]]

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stubUpstream } from "../fuzz/serve/stub-upstream.mjs";
import { mixedLoad } from "./serve/mixed-load.mjs";

const path = (relative) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const [seconds = "600", model = path("test/fixtures/models/tiny-grm")] = process.argv.slice(2);
const { ENDPOINTS } = await import("../../dist/serve/http/endpoints.js");
const routes = ENDPOINTS.flatMap(({ paths, example }) =>
  paths.map((each) => ({ path: each, example })),
).filter(
  // The model has none.
  (route) => route.path !== "/v1/score_steps",
);

const CLIENTS = 12;
/** Small, so that crowds are turned away. */
const QUEUE = ["--max-requests", "24", "--max-queue", "32"];
/** What batches change of a reward where weights or the KV cache have 16 bits. */
const TOLERANCE = 5e-3;
/** Share that memory may move by, after the first minute. */
const FLAT = 0.05;

const upstream = await stubUpstream({ delayMs: (index) => (index % 5) * 20 });
const args = ["serve", model, "--port", "0", "--json", ...QUEUE, "--upstream", upstream.url];
const server = spawn(process.execPath, [path("dist/cli/main.js"), ...args], {
  stdio: ["ignore", "pipe", "pipe"],
});
let said = "";
server.stderr.on("data", (data) => (said += data));
const { url } = JSON.parse(String((await once(server.stdout, "data"))[0]));

/** Resident MiB, every second. */
const memory = [];
const minutes = [];
const watch = setInterval(() => {
  memory.push(residentMib(server.pid));
  if (memory.length % 60 !== 0) return;
  minutes.push(median(memory.slice(-60)));
  console.log(`minute ${minutes.length}: ${minutes.at(-1)} MiB, at most ${Math.max(...memory.slice(-60))}`);
}, 1000);
const { requests, bad } = await mixedLoad({
  url,
  routes,
  seconds: Number(seconds),
  clients: CLIENTS,
  tolerance: TOLERANCE,
});
clearInterval(watch);

// Those whose clients left end with their batch.
await new Promise((resolve) => setTimeout(resolve, 2000));
const metrics = await (await fetch(`${url}/metrics`)).text();
for (const name of ["running", "waiting"]) {
  // The one that asks for the metrics waits for no model.
  if (!metrics.includes(`llama_reward_requests_${name} 0`)) bad.push(`there are requests ${name} at the end`);
}
if (server.exitCode !== null) bad.push(`the server ended by itself with ${server.exitCode}`);
const ended = once(server, "exit");
server.kill("SIGINT");
const [status] = await ended;
if (status !== 0) bad.push(`the server ended with ${status}`);
if (said !== "") bad.push(`the server said: ${said.slice(0, 1000)}`);
upstream.close();

for (const [kind, counts] of Object.entries(requests)) console.log(kind.padEnd(11), JSON.stringify(counts));
const steady = minutes.slice(1);
const middle = median(steady);
const drift = Math.max(0, ...steady.map((each) => Math.abs(each / middle - 1)));
if (drift > FLAT) bad.push(`memory moved by ${(100 * drift).toFixed(1)} % after the first minute`);
for (const line of bad.slice(0, 20)) console.log(line);
const total = Object.values(requests)
  .flatMap(Object.values)
  .reduce((sum, each) => sum + each, 0);
console.log(
  `${total} requests in ${seconds} s, ${bad.length} bad` +
    (steady.length > 0
      ? `; memory of a minute ${Math.min(...steady)} to ${Math.max(...steady)} MiB after the first`
      : ""),
);
process.exitCode = bad.length > 0 ? 1 : 0;

/** Where the system tells. */
function residentMib(pid) {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024);
  } catch {
    return NaN;
  }
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
