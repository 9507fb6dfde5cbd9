// Sends what a seed decides to every route of a server: mutants of valid bodies, odd addresses and header fields, and good requests for chat
// completions, behind which stands an upstream that answers with mutants. First alone, then beside clients that hang, drip, flood or take
// nothing. The server may not crash, hang or answer 500, and has to score a known request the same all the while. All mutants go to a server
// over a scorer that takes no time, a fiftieth of them to one over a real model.
// Usage, after `npm run build`: node scripts/fuzz/serve.mjs [MUTANTS_PER_ROUTE [FIRST_SEED [PART...]]]; parts: bodies, status, upstream

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { bodyRoute, statusRoute, upstreamRoute } from "./serve/fuzz-routes.mjs";
import { fuzzServer } from "./serve/fuzz-server.mjs";
import { hostileClients } from "./serve/hostile-clients.mjs";
import { hostileUpstream } from "./serve/hostile-upstream.mjs";
import { stubUpstream } from "./serve/stub-upstream.mjs";

const [mutants = "10000", firstSeed = "1", ...asked] = process.argv.slice(2);
const path = (relative) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const { ENDPOINTS } = await import("../../dist/serve/http/endpoints.js");
const { STATUS_ROUTES } = await import("../../dist/serve/http/status/status-routes.js");
const { CHAT_ENDPOINT } = await import("../../dist/serve/http/chat/chat-endpoint.js");

/** Of every kind of hostile client; and the share of the mutants that is sent beside them. */
const HOSTILE_EACH = 10;
const BESIDE_SHARE = 10;
const REAL_SHARE = 50;
/** Seconds that an upstream may take: each answer of the hostile one that never ends takes so long. */
const UPSTREAM_S = { good: 600, hostile: 1 };
/** Time for work that nobody waits for any more to end. */
const SETTLED_MS = 10_000;

const good = { ...(await stubUpstream()), timeoutS: UPSTREAM_S.good };
const hostile = { ...(await hostileUpstream()), timeoutS: UPSTREAM_S.hostile };
const [known] = ENDPOINTS.map(({ paths, example }) => ({ path: paths[0], example }));
const [chat] = CHAT_ENDPOINT.paths;
const PARTS = {
  bodies: {
    upstream: good,
    routes: [...ENDPOINTS, CHAT_ENDPOINT].flatMap(({ paths, example }) =>
      paths.map((each) => bodyRoute(each, example)),
    ),
  },
  status: { upstream: good, routes: STATUS_ROUTES.map((route) => statusRoute(route.path)) },
  upstream: {
    upstream: hostile,
    // What has `n` comes first: a server that once did not give as many is not asked for several again.
    routes: [
      upstreamRoute(chat, CHAT_ENDPOINT.example, true),
      upstreamRoute(chat, CHAT_ENDPOINT.example, false),
      upstreamRoute("/v1/models", undefined, false),
    ],
  },
};

const MODEL = path("test/fixtures/models/tiny-grm");
const SERVERS = [
  {
    name: "stub scorer",
    args: ({ url, timeoutS }) => [path("scripts/fuzz/serve/stub-server.mjs"), url, `${1000 * timeoutS}`],
    mutants: Number(mutants),
    tolerance: 0,
  },
  {
    name: "tiny model",
    args: ({ url, timeoutS }) => [
      ...[path("dist/cli/main.js"), "serve", MODEL, "--port", "0", "--json", "--idle-timeout", "5"],
      ...["--upstream", url, "--upstream-timeout", `${timeoutS}`, "--max-samples", "64"],
    ],
    mutants: Math.ceil(mutants / REAL_SHARE),
    // What other batches may change of a reward: 16-bit weights, sums in another order.
    tolerance: 5e-3,
  },
];

let failures = 0;
for (const part of asked.length > 0 ? asked : Object.keys(PARTS))
  for (const server of SERVERS) await fuzz(server, part);
console.log(
  `the hostile upstream was asked ${hostile.state.asked} times, ${hostile.state.together} of them for several answers`,
);
good.close();
hostile.close();
process.exitCode = failures > 0 ? 1 : 0;

async function fuzz({ name, args, mutants: count, tolerance }, part) {
  const { upstream, routes } = PARTS[part];
  const server = spawn(process.execPath, args(upstream), { stdio: ["ignore", "pipe", "inherit"] });
  const { url } = JSON.parse(String((await once(server.stdout, "data"))[0]));
  const start = memoryOf(server);
  const report = (phase, { counts, bad, slowestMs }) => {
    failures += bad.length;
    for (const line of bad.slice(0, 20)) console.log(line);
    const total = Object.values(counts).reduce((sum, each) => sum + each, 0);
    console.log(
      `${part}, ${name}, ${phase}: ${total} requests, by status ${JSON.stringify(counts)}; ${bad.length} bad; slowest ` +
        `${Math.round(slowestMs)} ms; memory ${start} MiB at the start, ${memoryOf(server)} MiB now`,
    );
  };
  const options = { url, routes, known, tolerance };
  report("alone", await fuzzServer({ ...options, mutants: count, firstSeed: Number(firstSeed) }));
  const leave = hostileClients(Number(new URL(url).port), HOSTILE_EACH);
  const beside = { mutants: Math.ceil(count / BESIDE_SHARE), firstSeed: Number(firstSeed) + count };
  report("beside hostile clients", await fuzzServer({ ...options, ...beside }));
  leave();
  if (!(await isSettled(url))) {
    failures++;
    console.log(`${part}, ${name}: there are requests left at the end`);
  }
  const isUp = server.exitCode === null && server.signalCode === null;
  const ended = isUp ? once(server, "exit") : [server.exitCode ?? server.signalCode];
  server.kill("SIGINT");
  const [status] = await ended;
  if (isUp && status === 0) return;
  failures++;
  console.log(`${name}: the server ended ${isUp ? "" : "by itself "}with ${status}`);
}

/** Whether nothing is worked on any more, though clients have left. */
async function isSettled(url) {
  for (const start = performance.now(); performance.now() - start < SETTLED_MS; await pause(100)) {
    const metrics = await (await fetch(`${url}/metrics`)).text().catch(() => "");
    if (["running", "waiting"].every((name) => metrics.includes(`llama_reward_requests_${name} 0\n`)))
      return true;
  }
  return false;
}

/** Resident memory in MiB, where the system tells. */
function memoryOf({ pid }) {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024);
  } catch {
    return NaN;
  }
}
