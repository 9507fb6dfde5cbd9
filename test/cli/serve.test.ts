import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { completion, stubUpstream } from "../serve/http/chat/stub-upstream.js";
import { cli, type CliResult } from "./cli.js";

const MODELS = path.join(import.meta.dirname, "../fixtures/models");
const GRM = path.join(MODELS, "tiny-grm");
const URM = path.join(MODELS, "tiny-urm");

interface Started {
  url: string;
  models: string[];
  endpoints: { path: string; curl: string }[];
}

/** Starts the command, works with the address it prints, and ends it as Ctrl-C does. */
async function served(
  args: readonly string[],
  work: (started: Started, text: string) => Promise<void>,
): Promise<CliResult> {
  const controller = new AbortController();
  let isStarted = false;
  let worked: Promise<void> = Promise.resolve();
  const result = await cli(["serve", ...args], {
    signal: controller.signal,
    onOutput: (text) => {
      if (isStarted || !text.endsWith("\n")) return;
      isStarted = true;
      const started = (args.includes("--json") ? JSON.parse(text) : { url: "" }) as Started;
      worked = work(started, text).finally(() => {
        controller.abort();
      });
      worked.catch(() => undefined);
    },
  });
  await worked;
  return result;
}

it("serves several models on a free port, logs, and ends well", async () => {
  const args = ["--model", GRM, "--model", URM, "--port", "0", "--json", "--log", "json"];
  const { status, stderr } = await served(args, async ({ url, models, endpoints }) => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d+$/);
    expect(models).toHaveLength(2);
    expect(endpoints.map((endpoint) => endpoint.path)).toEqual(
      expect.arrayContaining(["/v1/score", "/metrics"]),
    );
    for (const model of models) {
      const response = await fetch(`${url}/v1/score`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model, prompt: "q", response: "a" }),
      });
      expect(response.status).toBe(200);
    }
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/llama_reward_tokens_computed_total\{model="[^"]+"\} [1-9]/);
  });
  expect(status).toBe(0);
  const logged = stderr.split("\n").filter((line) => line.startsWith("{"));
  expect(logged.map((line) => (JSON.parse(line) as { path: string }).path)).toEqual([
    "/v1/score",
    "/v1/score",
    "/metrics",
  ]);
});

it("prints a line for each address, which a shell can run", async () => {
  const { stdout } = await served([GRM, "--port", "0"], () => Promise.resolve());
  expect(stdout).toMatch(/ answers at http:\/\/127\.0\.0\.1:\d+\n/);
  expect(stdout).toMatch(
    /\ncurl http:\/\/127\.0\.0\.1:\d+\/get_reward -H "content-type: application\/json" -d '\{/,
  );
});

it.skipIf(process.platform === "win32")("listens on a Unix socket", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "llama-reward-serve-"));
  const socketPath = path.join(folder, "s.sock");
  const { status } = await served(
    [GRM, "--listen", `unix:${socketPath}`, "--json"],
    async ({ url, endpoints }) => {
      expect(url).toBe(`unix:${socketPath}`);
      expect(endpoints[0]?.curl).toContain(`--unix-socket '${socketPath}' http://localhost/v1/score`);
      const status = await new Promise((resolve, reject) => {
        request({ socketPath, path: "/health/ready" }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on("error", reject)
          .end();
      });
      expect(status).toBe(200);
    },
  );
  expect(status).toBe(0);
  rmSync(folder, { recursive: true });
});

it("chooses from another server's answers", async () => {
  const stub = await stubUpstream(({ body }) => completion(...["one", "two", "three"].slice(0, body.n ?? 1)));
  const args = [
    GRM,
    "--port",
    "0",
    "--json",
    "--upstream",
    stub.url,
    "--best-of",
    "3",
    "--min-reward",
    "-1e9",
  ];
  const { status } = await served(args, async ({ url, endpoints }) => {
    expect(endpoints.map((endpoint) => endpoint.path)).toContain("/v1/chat/completions");
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages: [{ role: "user", content: "hi" }] }),
    });
    expect(await answer.json()).toMatchObject({ llama_reward: { model: "grm-llama3.2-tiny", samples: 3 } });
  });
  expect(status).toBe(0);
});

it.each([
  [["serve"]],
  [["serve", GRM, "--best-of", "4"]],
  [["serve", GRM, "--upstream", "localhost:11434"]],
  [["serve", GRM, "--upstream", "http://127.0.0.1:1/v1", "--best-of", "1000"]],
  [["serve", GRM, "--listen", "tcp:1"]],
  [["serve", GRM, "--log", "xml"]],
  [["serve", GRM, "--work-timeout", "0"]],
  [["serve", GRM, "--max-items", "0"]],
  [["serve", GRM, "--model", GRM, "--port", "0"]],
])("%j is wrong usage", async (args) => {
  const { status, stderr } = await cli(args);
  expect(status).toBe(2);
  expect(stderr).toMatch(/llama-reward: |error: /);
});
