import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * What the user told the Hub's tools by environment variables, read by `huggingface_hub`'s own rules: its constants.py (1.0)
 * expands `~` and `$NAME` in all paths, since env files, systemd and Docker do not. Empty variables count as none.
 */
export type Environment = Readonly<NodeJS.ProcessEnv>;

/** The cache folder. */
export function defaultCacheDir(env: Environment = process.env): string {
  return pathOf(env, "HF_HUB_CACHE") ?? pathOf(env, "HUGGINGFACE_HUB_CACHE") ?? join(hubHome(env), "hub");
}

/** The access token: `HF_TOKEN`, else the file the Hub's own command line stores it in. */
export async function defaultToken(env: Environment = process.env): Promise<string | undefined> {
  const fromEnv = [env["HF_TOKEN"], env["HUGGING_FACE_HUB_TOKEN"]].find((token) => isSet(token?.trim()));
  if (fromEnv !== undefined) return fromEnv.trim();
  try {
    const token = await readFile(pathOf(env, "HF_TOKEN_PATH") ?? join(hubHome(env), "token"), "utf8");
    return token.trim() === "" ? undefined : token.trim();
  } catch {
    return undefined;
  }
}

/** The Hub's address when the user has another one than the public Hub. */
export function defaultHubUrl(env: Environment = process.env): string | undefined {
  const url = env["HF_ENDPOINT"]?.replace(/\/+$/, "");
  return isSet(url) ? url : undefined;
}

/** Whether the user forbids the network. */
export function isOffline(env: Environment = process.env): boolean {
  const value = [env["HF_HUB_OFFLINE"], env["TRANSFORMERS_OFFLINE"]].find(isSet);
  return /^(?:1|on|yes|true)$/i.test(value ?? "");
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

function hubHome(env: Environment): string {
  const cache = pathOf(env, "XDG_CACHE_HOME") ?? join(homeOf(env), ".cache");
  return pathOf(env, "HF_HOME") ?? join(cache, "huggingface");
}

function pathOf(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === undefined || value === "" ? undefined : expandVariables(expandUser(value, env), env);
}

/** Python's `os.path.expanduser`, without other users' homes, which it asks the system for. */
function expandUser(path: string, env: Environment): string {
  return /^~(?=$|[/\\])/.test(path) ? homeOf(env) + path.slice(1) : path;
}

/** Python's `os.path.expandvars`: what is not set stays as it is written. */
function expandVariables(path: string, env: Environment): string {
  const names = process.platform === "win32" ? /\$(\w+)|\$\{([^}]*)\}|%([^%]+)%/g : /\$(\w+)|\$\{([^}]*)\}/g;
  return path.replace(names, (whole, ...groups: unknown[]) => {
    const name = groups.find((group): group is string => typeof group === "string" && group !== path);
    return (name === undefined ? undefined : env[name]) ?? whole;
  });
}

function homeOf(env: Environment): string {
  const home = process.platform === "win32" ? env["USERPROFILE"] : env["HOME"];
  return isSet(home) && home !== undefined ? home : homedir();
}
