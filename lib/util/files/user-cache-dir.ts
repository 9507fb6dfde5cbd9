import { homedir } from "node:os";
import path from "node:path";

/**
 * This package's folder among the user's caches: `XDG_CACHE_HOME`, `~/Library/Caches` or `LOCALAPPDATA`. What lies there can be
 * deleted at any time. By hand: env-paths takes a relative `XDG_CACHE_HOME` as it is.
 */
export function userCacheDir(): string {
  return path.join(cachesOfUser(), "llama-reward");
}

function cachesOfUser(): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env;
  // The specification says to ignore a relative path.
  if (xdg !== undefined && path.isAbsolute(xdg)) return xdg;
  if (process.platform === "darwin") return path.join(homedir(), "Library", "Caches");
  if (process.platform === "win32") return local ?? path.join(homedir(), "AppData", "Local");
  return path.join(homedir(), ".cache");
}
