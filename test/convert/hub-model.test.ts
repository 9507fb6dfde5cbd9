import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { listCachedModels, pruneModelCache } from "../../lib/convert/index.js";
import { DownloadError, InvalidArgumentError } from "../../lib/errors.js";
import { RewardModel } from "../../lib/index.js";
import { cli } from "../cli/cli.js";
import { FakeHub } from "../data/hub/fake-hub.js";
import { readExpected } from "../support/fixtures.js";
import { fixture, scratchFolder } from "./checkpoints.js";

const NAME = "skywork-llama3.1-tiny";
const ID = `someone/${NAME}`;
const EXACT = { kvType: "f32", device: "cpu", threads: 1 } as const;

let hub: FakeHub;

beforeEach(async () => {
  const files = new Map<string, Buffer>();
  for (const name of await readdir(fixture(NAME)))
    if (name !== "expected.json") files.set(name, await readFile(path.join(fixture(NAME), name)));
  hub = new FakeHub(ID, files);
  const scratch = await scratchFolder();
  vi.stubEnv("HF_ENDPOINT", await hub.listen());
  vi.stubEnv("HF_HUB_CACHE", path.join(scratch, "hub"));
  // Where each system keeps a user's caches.
  for (const variable of ["XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"]) vi.stubEnv(variable, scratch);
  // A Hub id is one only where no folder has its first half as a name.
  expect(await readdir(".")).not.toContain("someone");
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.close();
});

it("downloads and converts a model once, and loads it without the network from then on", async () => {
  const expected = await readExpected(NAME);
  const [conversation] = expected.cases;
  if (conversation === undefined) throw new Error("The fixture has no cases.");
  const score = async (type?: "f32" | "f16"): Promise<number> => {
    await using model = await RewardModel.load(ID, { ...EXACT, type });
    return (await model.score(conversation.messages)).reward;
  };
  expect(await score("f32")).toBeCloseTo(conversation.score, 3);
  const requests = hub.requests.length;
  expect(await score("f32")).toBeCloseTo(conversation.score, 3);
  expect(await score()).toBeCloseTo(conversation.score, 3);
  expect(hub.requests.length).toBe(requests);
  // Another type is converted beside the first.
  expect(await score("f16")).toBeCloseTo(conversation.score, 1);
  const [cached, ...others] = await listCachedModels();
  expect(others).toEqual([]);
  expect(cached).toMatchObject({ hubId: ID, revision: "main" });
  const files = await readdir(cached?.modelDir ?? "");
  expect(files).toEqual(expect.arrayContaining(["backbone-f16.gguf", "backbone-f32.gguf"]));
});

it("goes on after an interrupted download", async () => {
  const controller = new AbortController();
  const stop = new Error("stop");
  const stopped = RewardModel.load(ID, {
    ...EXACT,
    signal: controller.signal,
    onProgress: ({ phase, done }) => {
      if (phase === "download" && done > 0) controller.abort(stop);
    },
  });
  await expect(stopped).rejects.toBe(stop);
  expect(await listCachedModels()).toEqual([]);
  hub.faults.dropConnections = 1;
  hub.faults.cutAfterBytes = 1000;
  await using model = await RewardModel.load(ID, EXACT);
  expect(model.description.headKind).toBe("linear-score");
});

it("keeps revisions apart, and removes what it is told", async () => {
  for (const name of [ID, `${ID}@refs/pr/7`]) await (await RewardModel.load(name, EXACT)).dispose();
  expect((await listCachedModels()).map(({ revision }) => revision)).toEqual(["main", "refs/pr/7"]);
  const listed = await cli(["cache", "list", "--json"]);
  expect(listed.records[0]?.["models"]).toHaveLength(2);
  expect(await pruneModelCache("someone/else")).toEqual([]);
  expect((await cli(["cache", "prune", ID])).stdout).toContain("refs/pr/7");
  expect((await cli(["cache", "list"])).stdout).toMatch(/^No models in /);
});

it("works on the command line", async () => {
  const ranking = ["--prompt", "2 + 2?", "--response", "4", "--response", "5", "--json"];
  const { status, records } = await cli(["rank", ID, ...ranking]);
  expect(status).toBe(0);
  expect(records[0]?.["results"]).toHaveLength(2);
});

it("says what a name is not", async () => {
  await expect(RewardModel.load("someone/nothing", EXACT)).rejects.toThrow(DownloadError);
  await expect(RewardModel.load("someone/nothing", EXACT)).rejects.toThrow(
    /^There is no folder someone\/nothing here\. As a model of the Hub: /,
  );
  await expect(RewardModel.load(`${ID}@..`, EXACT)).rejects.toThrow(InvalidArgumentError);
  // test/ is a folder here, so this is a path.
  const { length } = hub.requests;
  await expect(RewardModel.load("test/nothing", EXACT)).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
  expect(hub.requests.length).toBe(length);
});
