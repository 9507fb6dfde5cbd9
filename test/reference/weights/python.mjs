// Python environments, and scripts run in them.
import { execFileSync } from "node:child_process";
import path from "node:path";

const HERE = import.meta.dirname;

/** A Python with a list of packages, made once in a folder; see `scripts/python/venv.mjs`. @returns its interpreter */
export function environment(requirements, folder, python) {
  const script = path.resolve(HERE, "../../../scripts/python/venv.mjs");
  const args = [script, path.join(HERE, requirements), folder, "--python", python];
  return execFileSync(process.execPath, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  }).trim();
}

/** Runs one of the scripts beside this one, without the Hub. @returns seconds */
export function runScript(python, script, ...args) {
  const env = { ...process.env, HF_HUB_OFFLINE: "1", HF_DATASETS_OFFLINE: "1", TQDM_DISABLE: "1" };
  const started = performance.now();
  execFileSync(python, [path.join(HERE, script), ...args], { stdio: ["ignore", "ignore", "pipe"], env });
  return (performance.now() - started) / 1000;
}
