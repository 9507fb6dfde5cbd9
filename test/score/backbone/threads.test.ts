import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { physicalCores } from "../../../lib/score/backbone/threads.js";
import { fakeRoot } from "../../support/fake-root.js";
import { temporaryFolder } from "../../support/fixtures.js";

/** Eight CPUs on four cores, two threads each. */
const topology = Object.fromEntries(
  Array.from({ length: 8 }, (_, cpu) => [
    [`sys/devices/system/cpu/cpu${cpu}/topology/core_id`, String(cpu % 4)],
    [`sys/devices/system/cpu/cpu${cpu}/topology/physical_package_id`, "0"],
  ]).flat(),
) as Record<string, string>;
const allowed = (list: string): Record<string, string> => ({
  "proc/self/status": `Name:\tnode\nCpus_allowed_list:\t${list}`,
});

describe("physicalCores", () => {
  it.each([
    ["counts two threads of a core once", { ...topology, ...allowed("0-7") }, 4],
    ["counts only CPUs the process may use", { ...topology, ...allowed("0,4-5") }, 2],
    [
      "keeps to a cgroup v2 quota",
      { ...topology, ...allowed("0-7"), "sys/fs/cgroup/cpu.max": "250000 100000" },
      2,
    ],
    [
      "keeps to a cgroup v1 quota",
      {
        ...topology,
        ...allowed("0-7"),
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "100000",
        "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
      },
      1,
    ],
    [
      "ignores a quota without limit",
      { ...topology, ...allowed("0-7"), "sys/fs/cgroup/cpu.max": "max 100000" },
      4,
    ],
    ["counts every CPU where the topology is hidden", allowed("0-2"), 3],
  ])("%s", async (_, files, expected) => {
    expect(physicalCores(await fakeRoot(files))).toBe(expected);
  });

  it.each([
    ["the system's own answer", 1, 1],
    ["what Node reports, where the system does not tell", 0, availableParallelism()],
    ["no more than this process may use", 4096, availableParallelism()],
  ])("is, where there is no /proc, %s", async (_, answer, expected) => {
    expect(physicalCores(await temporaryFolder(), () => answer)).toBe(expected);
  });
});
