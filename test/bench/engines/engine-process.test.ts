import { describe, expect, it } from "vitest";
import type { EngineCommand } from "../../../bench/engines/engine.js";
import { EngineProcess } from "../../../bench/engines/engine-process.js";

const CONVERSATIONS = [[{ role: "user", content: "a" }], [{ role: "user", content: "b" }]];

/** A process that prints a first line, then the same answer to every line it reads. */
const engine = (first: string, answer = ""): EngineCommand => ({
  file: process.execPath,
  args: [
    "-e",
    `console.error("a word of warning"); if (${JSON.stringify(first)}) console.log(${JSON.stringify(first)}); else process.exit(3);
     require("readline").createInterface({ input: process.stdin }).on("line", () => console.log(${JSON.stringify(answer)}));`,
  ],
  env: process.env,
});

describe("an engine's process", () => {
  it("takes the engine's own seconds and hands over what is missing", async () => {
    const answer = { seconds: 2, rewards: [1, -1], tokens: [5, 6] };
    const started = await EngineProcess.start(
      engine('{"ready":true,"missing":"tcmalloc"}', JSON.stringify(answer)),
    );
    expect(started.missing).toBe("tcmalloc");
    await expect(started.score(CONVERSATIONS)).resolves.toEqual(answer);
    await started.stop();
  });

  it("says why it is not there", async () => {
    await expect(EngineProcess.start(engine('{"unavailable":"no wheel"}'))).rejects.toThrow("no wheel");
    await expect(EngineProcess.start(engine(""))).rejects.toThrow("a word of warning");
    await expect(EngineProcess.start({ ...engine("x"), file: "/no/such/python" })).rejects.toThrow("ENOENT");
  });

  it("refuses answers without a finite reward for every conversation", async () => {
    for (const answer of ['{"seconds":1,"rewards":[1],"tokens":[5]}', '{"seconds":1,"rewards":[1,null]}']) {
      const started = await EngineProcess.start(engine('{"ready":true}', answer));
      await expect(started.score(CONVERSATIONS)).rejects.toThrow("no finite reward");
      await started.stop();
    }
  });
});
