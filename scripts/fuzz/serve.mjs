// Sends mutants of valid requests to every route of a server, first alone, then beside clients that hang, drip, flood or take nothing.
// The server may not crash, hang or answer 500, and has to score a known request the same all the while. All mutants go to a server
// over a scorer that takes no time, a fiftieth of them to one over a real model. Behind the chat route stands a server that answers at once.
// Usage, after `npm run build`: node scripts/fuzz/serve.mjs [MUTANTS_PER_ROUTE [FIRST_SEED]]

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { hostileClients } from "./serve/hostile-clients.mjs";
import { fuzzServer } from "./serve/fuzz-server.mjs";
import { stubUpstream } from "./serve/stub-upstream.mjs";

const [mutants = 10_000, firstSeed = 1] = process.argv.slice(2).map(Number);
const path = (relative) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const { ENDPOINTS } = await import("../../dist/serve/http/endpoints.js");
const { CHAT_ENDPOINT } = await import("../../dist/serve/http/chat/chat-endpoint.js");
const upstream = await stubUpstream();
const routes = [...ENDPOINTS, CHAT_ENDPOINT].flatMap(({ paths, example }) =>
  paths.map((each) => ({ path: each, example })),
);

/** Of every kind of hostile client; and the share of the mutants that is sent beside them. */
const HOSTILE_EACH = 10;
const BESIDE_SHARE = 10;
const REAL_SHARE = 50;

const MODEL = path("test/fixtures/models/tiny-grm");
const SERVERS = [
  {
    name: "stub scorer",
    args: [path("scripts/fuzz/serve/stub-server.mjs"), upstream.url],
    mutants,
    tolerance: 0,
  },
  {
    name: "tiny model",
    args: [
      ...[path("dist/cli/main.js"), "serve", MODEL, "--port", "0", "--json", "--idle-timeout", "5"],
      ...["--upstream", upstream.url, "--max-samples", "64"],
    ],
    mutants: Math.ceil(mutants / REAL_SHARE),
    // What other batches may change of a reward: 16-bit weights, sums in another order.
    tolerance: 5e-3,
  },
];

let failures = 0;
for (const server of SERVERS) await fuzz(server);
upstream.close();
process.exitCode = failures > 0 ? 1 : 0;

async function fuzz({ name, args, mutants: count, tolerance }) {
  const server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const { url } = JSON.parse(String((await once(server.stdout, "data"))[0]));
  const start = memoryOf(server);
  const report = (phase, { counts, bad, slowestMs }) => {
    failures += bad.length;
    for (const line of bad.slice(0, 20)) console.log(line);
    const total = Object.values(counts).reduce((sum, each) => sum + each, 0);
    console.log(
      `${name}, ${phase}: ${total} bodies, by status ${JSON.stringify(counts)}; ${bad.length} bad; slowest ` +
        `${Math.round(slowestMs)} ms; memory ${start} MiB at the start, ${memoryOf(server)} MiB now`,
    );
  };
  report("alone", await fuzzServer({ url, routes, mutants: count, firstSeed, tolerance }));
  const leave = hostileClients(Number(new URL(url).port), HOSTILE_EACH);
  const beside = { mutants: Math.ceil(count / BESIDE_SHARE), firstSeed: firstSeed + count };
  report("beside hostile clients", await fuzzServer({ url, routes, ...beside, tolerance }));
  leave();
  const isUp = server.exitCode === null && server.signalCode === null;
  const ended = isUp ? once(server, "exit") : [server.exitCode ?? server.signalCode];
  server.kill("SIGINT");
  const [status] = await ended;
  if (isUp && status === 0) return;
  failures++;
  console.log(`${name}: the server ended ${isUp ? "" : "by itself "}with ${status}`);
}

/** Resident memory in MiB, where the system tells. */
function memoryOf({ pid }) {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024);
  } catch {
    return NaN;
  }
}
