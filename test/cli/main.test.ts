import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convertFixture, temporaryFolder, type ModelFolder } from "../support/fixtures.js";
import { parseLines, toLines } from "./cli.js";

/** The program as it is installed. `npm test` builds it first. */
const MAIN = join(import.meta.dirname, "../../dist/cli/main.js");
const RECORD = { prompt: "Which planet has the shortest day?", response: "Jupiter." };

let model: ModelFolder;

beforeAll(async () => {
  if (!existsSync(MAIN)) throw new Error("dist/ is missing: run npm run build:ts first.");
  model = await convertFixture("grm-linear-tiny", { type: "f32" });
});
afterAll(() => model.remove());

function start(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { stdio: "pipe" });
}

async function finish(
  child: ChildProcess,
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const texts = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk: Buffer) => (texts.stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (texts.stderr += chunk.toString()));
  const [status] = (await once(child, "close")) as [number | null];
  return { status, ...texts };
}

describe("the program", () => {
  it("scores what comes through a pipe, and ends", async () => {
    const child = start(["score", model.directory, "--quiet", "--threads", "1"]);
    child.stdin?.end(toLines([RECORD, RECORD]));
    const { status, stdout, stderr } = await finish(child);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const [first, second] = parseLines(stdout);
    expect([first?.["id"], second?.["id"]]).toEqual([0, 1]);
    expect(Number(first?.["reward"])).toBeCloseTo(Number(second?.["reward"]), 4);
  });

  // Windows has no signals: one that Node sends ends the process at once.
  it.skipIf(process.platform === "win32")(
    "ends with 130 and whole lines on Ctrl-C, and --resume finishes the work",
    async () => {
      const folder = await temporaryFolder();
      const [input, out] = [join(folder, "in.jsonl"), join(folder, "out.jsonl")];
      const records = Array.from({ length: 4000 }, (_, id) => ({ id, ...RECORD }));
      await writeFile(input, toLines(records));
      const args = ["score", model.directory, input, "--out", out, "--threads", "1"];
      const child = start(args);
      const finished = finish(child);
      while (!existsSync(out) || (await readFile(out, "utf8")).length < 100) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      child.kill("SIGINT");
      const { status, stderr } = await finished;
      expect(status).toBe(130);
      expect(stderr).toMatch(/^llama-reward: INTERRUPTED: /m);
      const text = await readFile(out, "utf8");
      expect(text.endsWith("\n")).toBe(true);
      const done = parseLines(text).length;
      expect(done).toBeGreaterThan(0);
      expect(done).toBeLessThan(records.length);
      await writeFile(input, toLines(records.slice(0, done + 2)));
      const resumed = start([...args, "--resume"]);
      expect((await finish(resumed)).status).toBe(0);
      expect(parseLines(await readFile(out, "utf8")).map(({ id }) => id)).toEqual(
        Array.from({ length: done + 2 }, (_, id) => id),
      );
    },
  );

  it("stops quietly when nobody reads its output", async () => {
    const folder = await temporaryFolder();
    const input = join(folder, "in.jsonl");
    await writeFile(input, toLines(Array.from({ length: 4000 }, () => RECORD)));
    const child = start(["score", model.directory, input, "--quiet", "--threads", "1"]);
    const closed = once(child, "close");
    let stderr = "";
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout?.once("data", () => child.stdout?.destroy());
    await closed;
    expect(stderr).toBe("");
  });
});
