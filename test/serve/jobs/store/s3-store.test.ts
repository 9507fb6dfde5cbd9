import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { scoreFile } from "../../../../lib/data/index.js";
import { collect } from "../../../../lib/serve/jobs/collect.js";
import { JobQueue } from "../../../../lib/serve/jobs/queue/job-queue.js";
import { openStore } from "../../../../lib/serve/jobs/store/open-store.js";
import { readObject, type ObjectStore } from "../../../../lib/serve/jobs/store/object-store.js";
import { submit } from "../../../../lib/serve/jobs/submit.js";
import { work } from "../../../../lib/serve/jobs/work.js";
import { RedisServer, whyNoRedis } from "../../../../scripts/soak/redis-server.mjs";
import { toLines } from "../../../cli/cli.js";
import { FakeScorer } from "../../../eval/fake-scorer.js";
import { temporaryFolder } from "../../../support/fixtures.js";
import { behavesAsStore } from "./stores.js";

const MODEL = join(import.meta.dirname, "../../../fixtures/models/tiny-grm");

/** Set by `npm run test:s3`, which starts a server that speaks S3's protocol. */
const ENDPOINT = process.env["AWS_ENDPOINT_URL_S3"];

describe.skipIf(ENDPOINT === undefined)("a bucket (npm run test:s3 starts a server that has one)", () => {
  let buckets = 0;
  const bucket = (): string => `results-${process.pid}-${buckets}`;
  beforeAll(() => {
    process.env["AWS_REGION"] ??= "us-east-1";
    process.env["AWS_ACCESS_KEY_ID"] ??= "test";
    process.env["AWS_SECRET_ACCESS_KEY"] ??= "test";
  });

  async function open(): Promise<ObjectStore> {
    buckets++;
    const client = new S3Client({ forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: bucket() }));
    client.destroy();
    return openStore(`s3://${bucket()}/of a/run`);
  }

  behavesAsStore(open);

  it("says what is wrong with its place", async () => {
    const store = await openStore("s3://no-such-bucket/run");
    const failed = {
      code: "STORE_FAILED",
      message: expect.stringContaining("s3://no-such-bucket/run/") as string,
    };
    await expect(store.put("a", Buffer.from("1"))).rejects.toMatchObject(failed);
  });

  it("lists more than one page", async () => {
    const store = await open();
    const keys = Array.from({ length: 1005 }, (_, index) => `shards/${String(index).padStart(6, "0")}`);
    for (let at = 0; at < keys.length; at += 50)
      await Promise.all(keys.slice(at, at + 50).map((key) => store.put(key, Buffer.from(key))));
    const listed: string[] = [];
    for await (const key of store.list("shards/")) listed.push(key);
    expect(listed).toEqual(keys);
  });

  it.skipIf(whyNoRedis() !== undefined)("holds data and results of a job", async () => {
    const store = await open();
    const folder = await temporaryFolder();
    const text = toLines(Array.from({ length: 9 }, (_, id) => ({ id, prompt: "a", response: `${id}` })));
    await writeFile(join(folder, "in.jsonl"), text);
    await scoreFile({
      scorer: new FakeScorer(),
      input: join(folder, "in.jsonl"),
      out: join(folder, "out.jsonl"),
    });
    await store.put("in.jsonl", Buffer.from(text));
    const redis = await RedisServer.start(folder);
    const queue = await JobQueue.open({ url: redis.url, name: "test" });
    try {
      const input = `${store.url}in.jsonl`;
      await submit({ model: MODEL, input, queue, store, chunk: 2, options: {} });
      const source = { open: () => Promise.resolve(new FakeScorer()) };
      await work({ queue, source, untilEmpty: true, signal: AbortSignal.timeout(30_000) });
      const parts: Uint8Array[] = [];
      for await (const { lines } of (await collect(store)).shards) parts.push(lines);
      expect(Buffer.concat(parts).toString("utf8")).toBe(await readFile(join(folder, "out.jsonl"), "utf8"));
    } finally {
      await queue.close();
      await redis.kill();
    }
  });
});

it("says that a bucket broke off in the middle of an object", async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write("half", () => response.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const settings = {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  try {
    await expect(readObject(await openStore("s3://bucket/run"), "plan.jsonl")).rejects.toMatchObject({
      code: "STORE_FAILED",
      message: expect.stringContaining("s3://bucket/run/plan.jsonl") as string,
    });
  } finally {
    vi.unstubAllEnvs();
    server.close();
  }
});
