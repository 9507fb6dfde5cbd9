// The tests of the bucket, with a server that speaks S3's protocol: moto, of PyPI. `npm run test:s3`
//
//   node scripts/soak/s3.mjs [--python PYTHON] [--venv FOLDER]
//
// The Python environment stands in build/ unless --venv says otherwise.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { freePort } from "./redis-server.mjs";

const ROOT = path.resolve(import.meta.dirname, "../..");
const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    venv: { type: "string", default: path.join(ROOT, "build/s3-python") },
  },
});
const requirements = path.join(import.meta.dirname, "s3-requirements.txt");
const venv = [
  path.join(ROOT, "scripts/python/venv.mjs"),
  requirements,
  values.venv,
  "--python",
  values.python,
];
const python = execFileSync(process.execPath, venv, { encoding: "utf8" }).trim();
const port = await freePort();
const server = spawn(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], {
  stdio: "ignore",
});
try {
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; ; attempt++) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      break;
    if (attempt === 100 || server.exitCode !== null) throw new Error("The server does not answer.");
    await delay(200);
  }
  const vitest = path.join(ROOT, "node_modules/vitest/vitest.mjs");
  const { status } = spawnSync(process.execPath, [vitest, "run", "test/serve/jobs/store"], {
    cwd: ROOT,
    stdio: "inherit",
    // A file of results of its own would take the place of the whole suite's.
    env: { ...process.env, CI: undefined, AWS_ENDPOINT_URL_S3: url },
  });
  process.exitCode = status ?? 1;
} finally {
  server.kill("SIGKILL");
}
