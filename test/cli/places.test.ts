import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli } from "./cli.js";

const MODEL = "test/fixtures/models/tiny-grm";
let folder = "";
let input = "";

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "llama-reward-test-"));
  input = path.join(folder, "input.jsonl");
  await writeFile(input, '{"prompt":"2 + 2?","chosen":"4","rejected":"5"}\n');
});

afterAll(() => rm(folder, { recursive: true }));

describe("--out", () => {
  it.each([
    ["score", (out: string) => ["score", MODEL, input, "--out", out]],
    ["pairs", (out: string) => ["pairs", MODEL, input, "--out", out]],
    ["fidelity", (out: string) => ["fidelity", MODEL, "--data", input, "--type", "f16", "--out", out]],
  ])("of %s is refused at once when it is a folder, and nothing is left there", async (_, args) => {
    const { status, stdout, stderr } = await cli([...args(folder), "--threads", "1"]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(
      /^llama-reward: INVALID_ARGUMENT: Expected --out to be a file [^\n]*results\.jsonl\.\n$/,
    );
    expect(await readdir(folder)).toEqual(["input.jsonl"]);
  });

  it("of fidelity is refused before anything is scored when it cannot be written at the end", async () => {
    const out = path.join(folder, "missing", "figures.json");
    const { status, stderr } = await cli(["fidelity", MODEL, "--data", input, "--type", "f16", "--out", out]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^llama-reward: INVALID_ARGUMENT: [^\n]*missing is not\. Make it[^\n]*\n$/);
  });

  it("is not what is blamed for a --report that cannot be written", async () => {
    const args = ["fidelity", MODEL, "--data", input, "--type", "f16", "--report"];
    const asFolder = await cli([...args, folder]);
    expect(asFolder.stderr).toMatch(/Expected --report to be a file but .*: --report \S+report\.html\./);
    const nowhere = await cli([...args, path.join(folder, "missing", "report.html")]);
    expect(nowhere.stderr).toMatch(/Expected the folder of --report to be/);
    expect([asFolder.status, nowhere.status]).toEqual([2, 2]);
  });

  it("of eval is refused when it is a file", async () => {
    const { status, stderr } = await cli(["eval", "pairs", MODEL, "--data", input, "--out", input]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^llama-reward: INVALID_ARGUMENT: Expected --out to be a folder [^\n]*\n$/);
  });
});

describe("INPUT", () => {
  it.skipIf(process.platform === "win32")("is refused when it is a device", async () => {
    const { status, stderr } = await cli(["score", MODEL, "/dev/null"]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/is a pipe or device\. Pass - to read standard input\.\n$/);
  });
});

describe("a model folder from elsewhere", () => {
  it("cannot write to the terminal with its name", async () => {
    const model = path.join(folder, "model");
    await cp(MODEL, model, { recursive: true });
    const file = path.join(model, "reward.json");
    const reward = JSON.parse(await readFile(file, "utf8")) as object;
    await writeFile(
      file,
      JSON.stringify({ ...reward, name: "a\u001b[2Jb\u001b[32m", notes: ["c\u202ed\u001b[1m\nok"] }),
    );
    const inspected = await cli(["inspect", model]);
    expect(inspected.stdout).toContain("a\\u001b[2Jb");
    expect(inspected.stdout).toContain("c\\u202ed");
    // Nor what its own colours are made of, nor lines that look like its own.
    expect(inspected.stdout).not.toMatch(/^ok/m);
    const verified = await cli(["verify", model, "--threads", "1"]);
    for (const character of ["\u001b", "\u202e"]) {
      expect(inspected.stdout + verified.stdout).not.toContain(character);
    }
  });
});
