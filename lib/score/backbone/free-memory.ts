import { freemem, totalmem } from "node:os";
import process from "node:process";
import { readOptional } from "../../util/files/optional-file.js";

/**
 * Memory of the system, or of the container, that is free or becomes free when it is needed.
 * @param root where `/proc` and `/sys` are, for tests
 * @returns bytes, at least 1
 */
export function freeMemoryBytes(root = ""): number {
  const available = process.availableMemory();
  // macOS counts only pages that hold nothing at all as free; its file cache gives way when memory is needed.
  if (process.platform === "darwin") return Math.max(available, totalmem() / 2);
  if (process.platform !== "linux") return Math.max(1, available);
  // With a container's limit Node counts the file cache as used (libuv's `uv_get_available_memory`, Node 20.20). It fills up to the
  // limit when a model was downloaded or converted there, and gives way, too.
  return Math.max(1, Math.min(available + fileCacheBytes(root), freemem()));
}

/** File cache of the process's own control group, version 1 or 2; 0 without one. */
function fileCacheBytes(root: string): number {
  const groups = readOptional(`${root}/proc/self/cgroup`) ?? "";
  const v1 = /^\d+:(?:[^:\n]*,)?memory(?:,[^:\n]*)?:(.*)$/m.exec(groups)?.[1];
  const path = v1 ?? /^0::(.*)$/m.exec(groups)?.[1] ?? "";
  const folder = `${root}/sys/fs/cgroup${v1 === undefined ? "" : "/memory"}`;
  // A container may see its own group as the root, under a path that only the host has.
  const stat = readOptional(`${folder}${path}/memory.stat`) ?? readOptional(`${folder}/memory.stat`) ?? "";
  // Version 1 has sums over the groups inside as `total_…`; in version 2 all numbers are.
  const bytesOf = (name: string): number =>
    Number(
      (new RegExp(`^total_${name} (\\d+)$`, "m").exec(stat) ??
        new RegExp(`^${name} (\\d+)$`, "m").exec(stat))?.[1] ?? 0,
    );
  return bytesOf("inactive_file") + bytesOf("active_file");
}
