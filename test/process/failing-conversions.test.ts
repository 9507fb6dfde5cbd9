/** Conversions that fail, by the hundred in one process: each with its error, and nothing stays behind. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { copyFixture, editTensors, fixture, scratchFolder } from "../convert/checkpoints.js";

const BUILT = path.join(import.meta.dirname, "../../dist/convert/index.js");
const CHILDREN = path.join(import.meta.dirname, "children");
const scratch = await scratchFolder();
/** 60 conversions. */
const ROUNDS = 30;

beforeAll(() => {
  if (!existsSync(BUILT)) throw new Error("dist/ is missing: run npm run build:ts first.");
});

it("failing conversions in one process: no status 13, no partial folder", async () => {
  const broken = await copyFixture("skywork-llama3.1-tiny", path.join(scratch, "nan"));
  await editTensors(broken, (tensors) => {
    const norm = tensors.get("model.norm.weight");
    if (norm === undefined) throw new Error("no norm");
    norm.bytes.fill(0xff);
  });
  const work = path.join(scratch, "work");
  await mkdir(work);
  const run = spawnSync(
    process.execPath,
    [
      path.join(CHILDREN, "failing-conversions.mjs"),
      pathToFileURL(BUILT).href,
      broken,
      fixture("grm-linear-tiny"),
      work,
      String(ROUNDS),
    ],
    { encoding: "utf8", timeout: 110_000 },
  );
  expect(run).toMatchObject({ status: 0, stderr: "" });
  const {
    CHECKPOINT_INVALID,
    aborted,
    converted = 0,
    ...others
  } = JSON.parse(run.stdout) as Record<string, number>;
  expect(others).toEqual({});
  expect(CHECKPOINT_INVALID).toBe(ROUNDS);
  expect((aborted ?? 0) + converted).toBe(ROUNDS);
  expect(
    (await readdir(work)).filter((name) => name.includes("partial") || name.startsWith("broken")),
  ).toEqual([]);
}, 120_000);

it.each([
  ["--input-type=module", ["--input-type=module"], {}],
  ["--input-type=module in NODE_OPTIONS", [], { NODE_OPTIONS: "--input-type=module" }],
  [
    "a preloaded module that works in the main thread only",
    [
      "--input-type=module",
      "--import",
      'data:text/javascript,import { isMainThread } from "node:worker_threads"; if (!isMainThread) throw new Error("in a thread")',
    ],
    {},
  ],
])("a program given by standard input converts under %s", async (name, flags, env) => {
  const target = path.join(scratch, "by-stdin");
  const run = spawnSync(process.execPath, flags, {
    input: `const { convertCheckpoint } = await import(${JSON.stringify(pathToFileURL(BUILT).href)});
await convertCheckpoint(${JSON.stringify(fixture("grm-linear-tiny"))}, ${JSON.stringify(target)}, { type: "f16" });
console.log("converted");`,
    env: { ...process.env, ...env },
    encoding: "utf8",
    timeout: 60_000,
  });
  await rm(target, { recursive: true, force: true });
  expect(run, name).toMatchObject({ stdout: "converted\n", status: 0 });
});
