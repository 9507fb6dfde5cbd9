import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { closeServers } from "../running-server.js";
import { inOrder, open, PROMPT, rewardOf, together } from "./best-of-server.js";

closeServers();

describe("pairs of best of n", () => {
  it("appends best and worst as a pair for DPO", async () => {
    const folder = await mkdtemp(join(tmpdir(), "llama-reward-pairs-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, "pairs.jsonl");
    const { client } = await open(together, { logPairs: file });
    await Promise.all([1, 2, 3].map(() => client.chat.completions.create(PROMPT)));
    // All answers alike: nothing to prefer.
    await client.chat.completions.create({ ...PROMPT, llama_reward: { best_of: 1 } } as typeof PROMPT);
    const lines = (await readFile(file, "utf8")).trim().split("\n");
    const [best = "", ...others] = await inOrder();
    const worst = others.at(-1) ?? "";
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      prompt: PROMPT.messages,
      chosen: [{ role: "assistant", content: best }],
      rejected: [{ role: "assistant", content: worst }],
      score_chosen: await rewardOf(best),
      score_rejected: await rewardOf(worst),
      margin: (await rewardOf(best)) - (await rewardOf(worst)),
    });
  });

  it("begins a new line behind a torn one, and answers although the pair cannot be written", async () => {
    const folder = await mkdtemp(join(tmpdir(), "llama-reward-pairs-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, "pairs.jsonl");
    await writeFile(file, '{"prompt":[{"ro');
    const errors: unknown[] = [];
    const { client } = await open(together, { logPairs: file }, { onError: (error) => errors.push(error) });
    await client.chat.completions.create(PROMPT);
    await client.chat.completions.create(PROMPT);
    const lines = (await readFile(file, "utf8")).trim().split("\n");
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[1] ?? "")).toEqual(JSON.parse(lines[2] ?? ""));
    await rm(folder, { recursive: true });
    const answer = await client.chat.completions.create(PROMPT);
    expect(answer.choices[0]?.message.content).toBe((await inOrder())[0]);
    expect(errors).toMatchObject([{ code: "FILE_FAILED" }]);
  });

  it.skipIf(process.platform === "win32")(
    "writes pairs to what is no file, and cannot be synced",
    async () => {
      const errors: unknown[] = [];
      const { client } = await open(
        together,
        { logPairs: "/dev/null" },
        { onError: (error) => errors.push(error) },
      );
      await client.chat.completions.create(PROMPT);
      expect(errors).toEqual([]);
    },
  );

  it("does not start where the pairs cannot be written", async () => {
    await expect(open(together, { logPairs: "/dev/null/pairs.jsonl" })).rejects.toMatchObject({
      code: "FILE_FAILED",
    });
  });
});
