import { expect, it } from "vitest";
import { realWorkloads } from "../../../bench/engines/real-workload.js";

it("the workloads are always the same real texts", async () => {
  const workloads = await realWorkloads({ isQuick: false });
  expect(workloads.map(({ name, conversations }) => [name, conversations.length])).toEqual([
    ["pairs-60", 120],
    ["singles-120", 120],
    ["best-of-8", 48],
    ["best-of-64", 64],
    ["long-2000", 4],
  ]);
  expect(await realWorkloads({ isQuick: false })).toEqual(workloads);
  const prompts = (name: string): Set<string | undefined> =>
    new Set(
      workloads.find((workload) => workload.name === name)?.conversations.map(([prompt]) => prompt?.content),
    );
  expect(prompts("best-of-8").size).toBe(6);
  expect(prompts("best-of-64").size).toBe(1);
  expect([...prompts("long-2000")].map((text) => text?.split(" ").length)).toEqual([700, 700, 700, 700]);
});
