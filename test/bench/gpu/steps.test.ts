import { spawn } from "node:child_process";
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Steps } from "../../../bench/gpu/steps.js";

const node = (script: string): string[] => [process.execPath, "--eval", script];

describe.skipIf(process.platform === "win32")("steps of a run", () => {
  it("hand out lines as they come, and keep a record of each step", async () => {
    const notes: string[] = [];
    const steps = new Steps(600, (text) => notes.push(text));
    const lines: string[] = [];
    const done = await steps.run("a", 60, node('console.log("one\\ntwo")'), {
      onLine: (line) => lines.push(line),
    });
    expect(done).toEqual({ outcome: "done", stdout: "one\ntwo\n" });
    expect(lines).toEqual(["one", "two"]);
    expect((await steps.run("b", 60, node("process.exit(3)"))).outcome).toBe("failed");
    expect((await steps.run("c", 60, ["no-such-program"])).outcome).toBe("failed");
    expect(steps.records.map(({ step, outcome }) => [step, outcome])).toEqual([
      ["a", "done"],
      ["b", "failed"],
      ["c", "failed"],
    ]);
    expect(notes[0]).toMatch(/^a: done, [\d.]+ s; \d+ s left$/);
  });

  it("end at their limit, with the programs that they started", async () => {
    const steps = new Steps(600, () => undefined);
    // The inner program holds the step's output open: a step that left it running would not end.
    const script = `require("node:child_process").spawn(process.execPath, ["--eval", "setInterval(() => 0, 1000)"], { stdio: "inherit" });
setInterval(() => 0, 1000);`;
    expect((await steps.run("endless", 5, node(script))).outcome).toBe("timed out");
  });

  it("end with a run that is interrupted, all that go on at once", async () => {
    const file = join(import.meta.dirname, "../../../build/bench/gpu/steps.js");
    // Each step holds the run's standard error open: one that went on would keep it from closing.
    const script = `const { Steps } = await import(${JSON.stringify(pathToFileURL(file).href)});
const steps = new Steps(600, () => undefined);
const step = [process.execPath, "--eval", "console.log(1); setInterval(() => 0, 1000)"];
let begun = 0;
const onLine = () => { if (++begun === 2) console.log("both"); };
await Promise.all(["a", "b"].map((name) => steps.run(name, 600, step, { onLine })));`;
    const run = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    await once(run.stdout, "data");
    run.kill("SIGINT");
    run.stderr.resume();
    expect(await once(run, "close")).toEqual([130, null]);
  });

  it("do not begin when the time of all is over", async () => {
    const steps = new Steps(1, () => undefined);
    expect((await steps.run("late", 60, node("0"))).outcome).toBe("no time left");
  });
});
