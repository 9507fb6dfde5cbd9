import { freemem } from "node:os";
import process from "node:process";
import { afterEach, describe, expect, it, vi } from "vitest";
import { freeMemoryBytes } from "../../../lib/score/backbone/free-memory.js";
import { fakeRoot } from "../../support/fake-root.js";

const MIB = 2 ** 20;

afterEach(() => {
  vi.restoreAllMocks();
});

describe.runIf(process.platform === "linux")("freeMemoryBytes", () => {
  it.each([
    {
      name: "cgroup v2",
      files: {
        "proc/self/cgroup": "0::/",
        "sys/fs/cgroup/memory.stat": `anon 900\nfile 1\ninactive_file ${20 * MIB}\nactive_file ${10 * MIB}`,
      },
    },
    {
      name: "cgroup v2 in a group of its own",
      files: {
        "proc/self/cgroup": "0::/user.slice/job",
        "sys/fs/cgroup/memory.stat": `inactive_file 1\nactive_file 1`,
        "sys/fs/cgroup/user.slice/job/memory.stat": `inactive_file ${20 * MIB}\nactive_file ${10 * MIB}`,
      },
    },
    {
      name: "cgroup v1 under the host's path",
      files: {
        "proc/self/cgroup": "5:cpu,cpuacct:/docker/1\n4:memory:/docker/1\n0::/",
        "sys/fs/cgroup/memory/memory.stat": `inactive_file 1\nactive_file 1\ntotal_inactive_file ${20 * MIB}\ntotal_active_file ${10 * MIB}`,
      },
    },
  ])("counts the file cache that fills a container's limit as free: $name", async ({ files }) => {
    vi.spyOn(process, "availableMemory").mockReturnValue(4 * MIB);
    expect(freeMemoryBytes(await fakeRoot(files))).toBe(34 * MIB);
  });

  it("is no more than the system has, and never nothing", async () => {
    const files = {
      "proc/self/cgroup": "0::/",
      "sys/fs/cgroup/memory.stat": "inactive_file 9000000000000\nactive_file 0",
    };
    const free = freeMemoryBytes(await fakeRoot(files));
    expect(free / freemem()).toBeCloseTo(1, 1);
    vi.spyOn(process, "availableMemory").mockReturnValue(0);
    expect(freeMemoryBytes(await fakeRoot({}))).toBe(1);
  });
});
