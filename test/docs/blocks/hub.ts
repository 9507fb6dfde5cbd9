import { readdir, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { FakeHub } from "../../data/hub/fake-hub.js";
import { startDatasetHub } from "../../data/dataset/dataset-hub.js";
import { CHECKPOINTS } from "../../support/fixtures.js";

const MODEL = "owner/model";
const DATASET = "owner/name";

/** A Hub that has a small checkpoint under every model's name and a few pairs under every dataset's. */
export interface Hub {
  url: string;
  close(): Promise<void>;
}

export async function startHub(): Promise<Hub> {
  const models = new FakeHub(MODEL, await checkpointFiles("grm-llama3.2-tiny"));
  const modelUrl = await models.listen();
  const datasets = await startDatasetHub({ "data/filtered-00000-of-00001.jsonl": benchmarkRows() });
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const isDataset = /^\/(api\/)?datasets\//.test(path);
    const origin = isDataset ? datasets.url : modelUrl;
    void forward(request, `${origin}${isDataset ? asDataset(path) : asModel(path)}`).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      (error: unknown) => response.writeHead(502).end(String(error)),
    );
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      datasets.close();
      await models.close();
    },
  };
}

function asModel(path: string): string {
  return path
    .replace(/^\/api\/models\/[^/]+\/[^/]+\//, `/api/models/${MODEL}/`)
    .replace(/^\/[^/]+\/[^/]+\/resolve\//, `/${MODEL}/resolve/`);
}

function asDataset(path: string): string {
  return path.replace(/^(\/(?:api\/)?datasets\/)[^/]+\/[^/]+\//, `$1${DATASET}/`);
}

async function forward(
  request: IncomingMessage,
  url: string,
): Promise<{ status: number; headers: Record<string, string>; body: Buffer }> {
  const { range } = request.headers;
  const answer = await fetch(url, {
    method: request.method ?? "GET",
    headers: range === undefined ? {} : { range },
    redirect: "manual",
  });
  const headers = Object.fromEntries(
    [...answer.headers].filter(([name]) => !["connection", "transfer-encoding", "keep-alive"].includes(name)),
  );
  return { status: answer.status, headers, body: Buffer.from(await answer.arrayBuffer()) };
}

async function checkpointFiles(name: string): Promise<Map<string, Buffer>> {
  const folder = join(CHECKPOINTS, name);
  const files = (await readdir(folder)).filter((file) => file !== "expected.json");
  return new Map(
    await Promise.all(files.map(async (file) => [file, await readFile(join(folder, file))] as const)),
  );
}

/** Rows as RewardBench has them, and steps as ProcessBench has them would be another dataset. */
function benchmarkRows(): string {
  const subsets = ["alpacaeval-easy", "llmbar-natural", "donotanswer", "hep-python", "math-prm"];
  return Array.from({ length: 20 }, (_, id) =>
    JSON.stringify({
      id,
      subset: subsets[id % subsets.length],
      prompt: `What is ${id} + 2?`,
      chosen: `${id + 2}.`,
      rejected: "No idea.",
    }),
  ).join("\n");
}
