import { availableParallelism } from "node:os";
import { readOptional } from "../../util/files/optional-file.js";
import { loadAddon } from "../native/binding.js";

/**
 * How many threads to compute with: the physical cores this process may use. Two threads of one core share its vector units,
 * so the second one adds next to nothing to a matrix multiply.
 * @param root where `/proc` and `/sys` are, for tests
 * @param ask asks the system where there is no `/proc`; 0 where it does not tell
 */
export function physicalCores(root = "", ask = (): number => loadAddon().physicalCores()): number {
  const available = availableParallelism();
  const allowed = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readOptional(`${root}/proc/self/status`) ?? "")?.[1];
  if (allowed === undefined) return Math.min(available, ask() || available);
  const cpus = parseCpuList(allowed);
  const cores = new Set(cpus.map((cpu) => coreOf(root, cpu)));
  return Math.max(1, Math.min(cores.size, cpuQuota(root) ?? Infinity));
}

/** CPUs of a kernel list such as `0-3,8`. */
function parseCpuList(list: string): number[] {
  return list.split(",").flatMap((range) => {
    const [first = NaN, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

function coreOf(root: string, cpu: number): string {
  const topology = `${root}/sys/devices/system/cpu/cpu${cpu}/topology`;
  const core = readOptional(`${topology}/core_id`);
  // Without topology (some containers) every CPU counts as a core.
  return core === undefined
    ? `cpu ${cpu}`
    : `${readOptional(`${topology}/physical_package_id`) ?? "0"}:${core}`;
}

/** Whole CPUs that a container's quota grants, from cgroup v2 or v1; undefined without one. */
function cpuQuota(root: string): number | undefined {
  const v2 = readOptional(`${root}/sys/fs/cgroup/cpu.max`)?.split(" ");
  const v1 = ["cpu.cfs_quota_us", "cpu.cfs_period_us"].map((file) =>
    readOptional(`${root}/sys/fs/cgroup/cpu/${file}`),
  );
  const [quota, period] = (v2 ?? v1).map(Number);
  if (quota === undefined || period === undefined || !(quota > 0) || !(period > 0)) return undefined;
  return Math.max(1, Math.floor(quota / period));
}
