// Sends mutants of valid requests to every route of a real server, first alone, then beside clients that hang, drip, flood or take
// nothing. The server may not crash, hang or answer 500, and has to score a known request the same all the while.
// Usage, after `npm run build`: node scripts/fuzz/serve.mjs [MUTANTS_PER_ROUTE [FIRST_SEED]]

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { hostileClients } from "./serve/hostile-clients.mjs";
import { fuzzServer } from "./serve/fuzz-server.mjs";

const [mutants = 10_000, firstSeed = 1] = process.argv.slice(2).map(Number);
const path = (relative) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const { ENDPOINTS } = await import("../../dist/serve/http/endpoints.js");
const routes = ENDPOINTS.flatMap(({ paths, example }) => paths.map((each) => ({ path: each, example })));

/** What other batches may change of a reward: float16 weights, sums in another order. */
const TOLERANCE = 5e-3;

/** Of every kind of hostile client; and the share of the mutants that is sent beside them. */
const HOSTILE_EACH = 10;
const BESIDE_SHARE = 10;

const server = spawn(
  process.execPath,
  [
    path("dist/cli/main.js"),
    "serve",
    path("test/fixtures/models/tiny-grm"),
    "--port",
    "0",
    "--json",
    "--idle-timeout",
    "5",
  ],
  { stdio: ["ignore", "pipe", "inherit"] },
);
const [first] = await once(server.stdout, "data");
const { url } = JSON.parse(String(first));
const memory = () => {
  try {
    return `${Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1]) / 1024)} MiB`;
  } catch {
    return "unknown";
  }
};

let failures = 0;
const report = (name, { counts, bad, slowestMs }) => {
  failures += bad.length;
  for (const line of bad.slice(0, 20)) console.log(line);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  console.log(
    `${name}: ${total} bodies, by status ${JSON.stringify(counts)}; ${bad.length} bad; slowest ${Math.round(slowestMs)} ms; ${memory()}`,
  );
};
console.log(`memory at the start: ${memory()}`);
report("alone", await fuzzServer({ url, routes, mutants, firstSeed, tolerance: TOLERANCE }));
const leave = hostileClients(Number(new URL(url).port), HOSTILE_EACH);
report(
  "beside hostile clients",
  await fuzzServer({
    url,
    routes,
    mutants: Math.ceil(mutants / BESIDE_SHARE),
    tolerance: TOLERANCE,
    firstSeed: firstSeed + mutants,
  }),
);
leave();
if (server.exitCode !== null || server.signalCode !== null) {
  failures++;
  console.log(`the server ended: ${server.exitCode ?? server.signalCode}`);
}
const ended = once(server, "exit");
server.kill("SIGINT");
console.log(`the server ends with ${(await ended)[0]}`);
process.exitCode = failures > 0 ? 1 : 0;
