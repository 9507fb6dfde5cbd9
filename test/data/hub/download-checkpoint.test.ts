import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DownloadError } from "../../../lib/errors.js";
import { downloadCheckpoint } from "../../../lib/data/hub/download-checkpoint.js";
import type { HubOptions } from "../../../lib/data/hub/download-snapshot.js";
import { hubFile } from "../../../lib/data/hub/hub-access.js";
import { COMMIT, FakeHub } from "./fake-hub.js";

const REPOSITORY = "someone/a-reward-model";
const WEIGHTS = randomBytes(3_000_000);
const FILES = new Map([
  ["config.json", Buffer.from('{"model_type":"llama"}')],
  ["tokenizer.json", Buffer.from("{}")],
  ["model.safetensors", WEIGHTS],
  ["optimizer.pt", randomBytes(10)],
  ["README.md", Buffer.from("# hello")],
]);

let hub: FakeHub;
let cacheDir: string;
let options: HubOptions;

beforeEach(async () => {
  hub = new FakeHub(REPOSITORY, FILES);
  cacheDir = await mkdtemp(join(tmpdir(), "hub-cache-"));
  options = {
    hubUrl: await hub.listen(),
    cacheDir,
    token: "hf_test",
    retry: { attempts: 3, firstDelayMs: 1, longestDelayMs: 5 },
  };
});

afterEach(async () => {
  await hub.close();
  await rm(cacheDir, { recursive: true, force: true });
});

/** A Hub with other files in the place of the one there is. */
async function restart(files: Iterable<readonly [string, Buffer]>): Promise<void> {
  await hub.close();
  hub = new FakeHub(REPOSITORY, new Map(files));
  options.hubUrl = await hub.listen();
}

const blobs = join("models--someone--a-reward-model", "blobs");

async function weightsBlob(): Promise<string> {
  const { directory } = await downloadCheckpoint(REPOSITORY, options);
  const names = await readdir(join(cacheDir, blobs));
  const sizes = await Promise.all(
    names.map(async (name) => (await readFile(join(cacheDir, blobs, name))).length),
  );
  expect(directory).toContain(COMMIT);
  return join(cacheDir, blobs, names[sizes.indexOf(WEIGHTS.length)] ?? "");
}

describe("a download", () => {
  it("brings the files a conversion reads, and no others", async () => {
    const { directory, commit } = await downloadCheckpoint(REPOSITORY, options);
    expect(commit).toBe(COMMIT);
    expect((await readdir(directory)).sort()).toEqual(["config.json", "model.safetensors", "tokenizer.json"]);
    expect((await readFile(join(directory, "model.safetensors"))).equals(WEIGHTS)).toBe(true);
    expect(await readFile(join(cacheDir, "models--someone--a-reward-model", "refs", "main"), "utf8")).toBe(
      COMMIT,
    );
  });

  it("leaves weights that no conversion reads on the Hub", async () => {
    const others = [
      "consolidated.safetensors",
      "model.fp16.safetensors",
      "optimizer.safetensors",
      "adapter_config.json",
    ];
    await restart([...FILES, ...others.map((name) => [name, Buffer.from(name)] as const)]);
    const { directory } = await downloadCheckpoint(REPOSITORY, options);
    expect((await readdir(directory)).sort()).toEqual(["config.json", "model.safetensors", "tokenizer.json"]);
  });

  it("takes the shards that the index lists, LLaMA-Factory's head, and no other weights", async () => {
    const small = [...FILES].filter(([name]) => name !== "model.safetensors");
    const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    const index = { weight_map: { a: shards[0], b: shards[1], c: shards[0], gone: "not-there.safetensors" } };
    const wanted = [...shards, "value_head.safetensors"];
    await restart([
      ...small,
      ["model.safetensors.index.json", Buffer.from(JSON.stringify(index))],
      ["consolidated.safetensors", Buffer.from("x")],
      ...wanted.map((name) => [name, Buffer.from(name)] as const),
    ]);
    const { directory } = await downloadCheckpoint(REPOSITORY, options);
    expect((await readdir(directory)).sort()).toEqual(
      ["config.json", "tokenizer.json", "model.safetensors.index.json", ...wanted].sort(),
    );
  });

  it.each(["adapter_model.safetensors", "adapter_model.bin"])(
    "brings %s, which a conversion refuses by name: without it the rest would be taken for the whole model",
    async (name) => {
      await restart([...FILES, [name, Buffer.from(name)]]);
      const { directory } = await downloadCheckpoint(REPOSITORY, options);
      expect(await readdir(directory)).toContain(name);
    },
  );

  it("brings an adapter alone: its base has the rest", async () => {
    const adapter = [
      "adapter_config.json",
      "adapter_model.safetensors",
      "tokenizer.json",
      "value_head.safetensors",
    ];
    const left = ["optimizer.pt", "training_args.bin", "README.md"];
    await restart([...adapter, ...left].map((name) => [name, Buffer.from(name)] as const));
    const { directory } = await downloadCheckpoint(REPOSITORY, options);
    expect((await readdir(directory)).sort()).toEqual(adapter);
  });

  it("takes pickles where a revision has no safetensors: the weights, and nothing that training left", async () => {
    const small = [...FILES].filter(([name]) => name !== "model.safetensors");
    const left = ["training_args.bin", "optimizer.bin", "scheduler.pt", "rng_state.pth", "other.bin"];
    const weights = ["pytorch_model.bin", "value_head.bin"];
    await restart([...small, ...[...left, ...weights].map((name) => [name, Buffer.from(name)] as const)]);
    const { directory } = await downloadCheckpoint(REPOSITORY, options);
    expect((await readdir(directory)).sort()).toEqual(["config.json", ...weights, "tokenizer.json"].sort());
  });

  it("takes the pickles that an index lists; of a single file of any name, that one", async () => {
    const small = [...FILES].filter(([name]) => name !== "model.safetensors");
    const shards = ["pytorch_model-00001-of-000002.bin", "pytorch_model-00002-of-000002.bin"];
    const index = "pytorch_model.bin.index.json";
    const map = { weight_map: { a: shards[0], b: shards[1] } };
    await restart([
      ...small,
      [index, Buffer.from(JSON.stringify(map))],
      ...[...shards, "pytorch_model-00003-of-000002.bin", "regression_layer.pt"].map(
        (name) => [name, Buffer.from(name)] as const,
      ),
    ]);
    const sharded = await downloadCheckpoint(REPOSITORY, options);
    expect((await readdir(sharded.directory)).sort()).toEqual(
      ["config.json", "tokenizer.json", index, ...shards, "regression_layer.pt"].sort(),
    );
    hub.commit = "67".repeat(20);
    await restart([...small, ["reward.pt", Buffer.from("x")]]);
    const { directory } = await downloadCheckpoint(REPOSITORY, {
      ...options,
      cacheDir: join(cacheDir, "other"),
    });
    expect((await readdir(directory)).sort()).toEqual(["config.json", "reward.pt", "tokenizer.json"]);
  });

  it("keeps the token from the address that a listing names as its next page", async () => {
    const other = new FakeHub(REPOSITORY, FILES);
    hub.nextPage = `${await other.listen()}/api/models/${REPOSITORY}/tree/${COMMIT}`;
    hub.faults.token = "hf_test";
    await downloadCheckpoint(REPOSITORY, options);
    expect(other.authorizations).toEqual([undefined]);
    expect(hub.authorizations).toContain("Bearer hf_test");
    await other.close();
  });

  it("is not repeated when the cache already has it", async () => {
    await downloadCheckpoint(REPOSITORY, options);
    const before = hub.requests.filter((line) => line.includes("/cdn/")).length;
    await downloadCheckpoint(REPOSITORY, options);
    expect(hub.requests.filter((line) => line.includes("/cdn/"))).toHaveLength(before);
  });

  it("of a new commit fetches only what changed", async () => {
    const before = await weightsBlob();
    hub.commit = "89".repeat(20);
    hub.requests.length = 0;
    const { directory } = await downloadCheckpoint(REPOSITORY, options);
    expect(directory).toContain(hub.commit);
    expect((await readFile(join(directory, "model.safetensors"))).equals(WEIGHTS)).toBe(true);
    expect(hub.requests.filter((line) => line.includes("/cdn/"))).toEqual([]);
    expect((await readFile(before)).equals(WEIGHTS)).toBe(true);
  });

  it("keeps the token from other hosts", async () => {
    const cdn = new FakeHub(REPOSITORY, FILES);
    hub.cdn = await cdn.listen();
    hub.faults.token = "hf_test";
    const { directory } = await downloadCheckpoint(REPOSITORY, options);
    expect((await readFile(join(directory, "model.safetensors"))).equals(WEIGHTS)).toBe(true);
    expect(cdn.requests.length).toBeGreaterThan(0);
    expect(new Set(cdn.authorizations)).toEqual(new Set([undefined]));
    await cdn.close();
  });

  it("begins a file again when the server ignores where it should continue", async () => {
    const blob = await weightsBlob();
    await rm(join(cacheDir, "models--someone--a-reward-model", "snapshots"), { recursive: true });
    await rm(blob);
    await writeFile(`${blob}.incomplete`, WEIGHTS.subarray(0, 2_000_000));
    hub.faults.ignoredRanges = 99;
    const { directory } = await downloadCheckpoint(REPOSITORY, options);
    expect((await readFile(join(directory, "model.safetensors"))).equals(WEIGHTS)).toBe(true);
  });

  it("ends when a server can neither continue a file nor send it whole", async () => {
    hub.faults.ignoredRanges = 999;
    hub.faults.dropConnections = 999;
    await expect(downloadCheckpoint(REPOSITORY, options)).rejects.toThrow(/ignored/);
  });

  it("that runs twice at once gives both what they asked for", async () => {
    const results = await Promise.all([
      downloadCheckpoint(REPOSITORY, options),
      downloadCheckpoint(REPOSITORY, options),
    ]);
    for (const { directory } of results) {
      expect((await readFile(join(directory, "model.safetensors"))).equals(WEIGHTS)).toBe(true);
    }
  });

  it("of a branch whose name has slashes", async () => {
    const { commit } = await downloadCheckpoint(REPOSITORY, { ...options, revision: "refs/pr/1" });
    expect(commit).toBe(COMMIT);
    expect(hub.requests[0]).toContain("/revision/refs%2Fpr%2F1");
  });

  it("needs no network when the Hub's own variable forbids it", async () => {
    const { directory } = await downloadCheckpoint(REPOSITORY, options);
    hub.requests.length = 0;
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    expect(await downloadCheckpoint(REPOSITORY, options)).toEqual({ directory, commit: COMMIT });
    expect(await downloadCheckpoint(REPOSITORY, { ...options, revision: COMMIT })).toEqual({
      directory,
      commit: COMMIT,
    });
    await expect(downloadCheckpoint("someone/else", options)).rejects.toThrow(/HF_HUB_OFFLINE/);
    expect(hub.requests).toEqual([]);
    vi.unstubAllEnvs();
  });

  it("reports progress up to the size of the needed files", async () => {
    const seen: number[] = [];
    let total = 0;
    await downloadCheckpoint(REPOSITORY, {
      ...options,
      onProgress: (progress) => {
        seen.push(progress.done);
        total = progress.total;
      },
    });
    expect(total).toBe(WEIGHTS.length + 22 + 2);
    expect(seen.at(-1)).toBe(total);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
  });

  it("continues where a dropped connection broke off", async () => {
    hub.faults.dropConnections = 2;
    const { directory } = await downloadCheckpoint(REPOSITORY, options);
    expect((await readFile(join(directory, "model.safetensors"))).equals(WEIGHTS)).toBe(true);
    const ranges = hub.requests.filter((line) => /cdn\/model.safetensors bytes=[1-9]/.test(line));
    expect(ranges.length).toBeGreaterThanOrEqual(2);
  });

  it("continues a partial file left by an earlier run", async () => {
    const blob = await weightsBlob();
    await rm(join(cacheDir, "models--someone--a-reward-model", "snapshots"), { recursive: true });
    await rm(blob);
    await writeFile(`${blob}.incomplete`, WEIGHTS.subarray(0, 2_000_000));
    hub.requests.length = 0;
    const { directory } = await downloadCheckpoint(REPOSITORY, options);
    expect(hub.requests.some((line) => line.includes("model.safetensors bytes=2000000-"))).toBe(true);
    expect((await readFile(join(directory, "model.safetensors"))).equals(WEIGHTS)).toBe(true);
  });

  it("waits and repeats on 429", async () => {
    hub.faults.tooManyRequests = 2;
    expect((await downloadCheckpoint(REPOSITORY, options)).commit).toBe(COMMIT);
  });

  it("fetches a corrupted file once more", async () => {
    hub.faults.corruptTransfers = 1;
    const { directory } = await downloadCheckpoint(REPOSITORY, options);
    expect((await readFile(join(directory, "model.safetensors"))).equals(WEIGHTS)).toBe(true);
    expect(
      (await readFile(join(directory, "config.json"))).equals(FILES.get("config.json") ?? Buffer.of()),
    ).toBe(true);
  });

  it("stops when the signal aborts, with its reason, and leaves a partial file", async () => {
    const abort = new AbortController();
    const reason = new Error("enough");
    const run = downloadCheckpoint(REPOSITORY, {
      ...options,
      signal: abort.signal,
      onProgress: ({ done }) => {
        if (done > 1000) abort.abort(reason);
      },
    });
    await expect(run).rejects.toBe(reason);
    const { directory } = await downloadCheckpoint(REPOSITORY, options);
    expect((await readFile(join(directory, "model.safetensors"))).equals(WEIGHTS)).toBe(true);
  });
});

describe("a download that cannot succeed says what to do", () => {
  const failure = async (more: HubOptions = {}): Promise<DownloadError> => {
    const error: unknown = await downloadCheckpoint(REPOSITORY, { ...options, ...more }).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(DownloadError);
    return error as DownloadError;
  };

  it("when the token is refused", async () => {
    hub.faults.token = "hf_other";
    const error = await failure();
    expect(error.code).toBe("DOWNLOAD_FAILED");
    expect(error.details["status"]).toBe(401);
    expect(error.message).toContain("HF_TOKEN");
  });

  it("when the revision does not exist", async () => {
    expect((await failure({ revision: "absent" })).message).toContain('revision "absent"');
  });

  it("when the Hub keeps limiting", async () => {
    hub.faults.tooManyRequests = 99;
    expect((await failure()).details["status"]).toBe(429);
  });

  it("when the connection keeps dropping without new bytes", async () => {
    hub.faults.dropConnections = 99;
    hub.faults.cutAfterBytes = 0;
    expect((await failure()).message).toContain("continue");
  });

  it("when the bytes are wrong twice, and removes them", async () => {
    hub.faults.corruptTransfers = 99;
    const error = await failure();
    expect(error.message).toContain("twice");
    const left = await readdir(join(cacheDir, blobs)).catch(() => []);
    expect(left).toEqual([]);
  });

  it("when the Hub's list leads out of the cache", async () => {
    hub.commit = "../../outside";
    expect((await failure()).message).toContain("commit");
    expect(await readdir(cacheDir)).toEqual([]);
    const entry = { path: "a.jsonl", size: 1, oid: "0".repeat(40) };
    for (const path of ["../a.jsonl", "a/../../b.jsonl", "/etc/a.jsonl", "a\\..\\b.jsonl", "a//b.jsonl"]) {
      expect(() => hubFile({ ...entry, path })).toThrow(DownloadError);
    }
    expect(() => hubFile({ ...entry, oid: "../../a" })).toThrow(DownloadError);
    expect(() => hubFile({ ...entry, lfs: { oid: "../../a" } })).toThrow(DownloadError);
    expect(hubFile({ ...entry, path: "data/a..b.jsonl" }).path).toBe("data/a..b.jsonl");
  });

  it("when the file itself is refused, at once", async () => {
    hub.faults.refusedFiles = true;
    const error = await failure();
    expect(error.details["status"]).toBe(403);
    expect(error.message).toContain("terms");
  });

  it("when names do not say which files are the weights", async () => {
    const small = [...FILES].filter(([name]) => name !== "model.safetensors");
    await restart([...small, ["a.pt", Buffer.from("x")], ["b.pth", Buffer.from("x")]]);
    expect((await failure()).message).toMatch(/a\.pt, b\.pth\) have names that say nothing/);
    await restart(small);
    expect((await failure()).message).toMatch(/no weights \(model\.safetensors.*refs\/pr\/N/);
  });
});
