/**
 * A model in a process of its own, which survives a crash of native code.
 * @module llama-reward/host
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { HostedScorer } from "./hosted-scorer.js";
import { warner, type ScoringHostOptions } from "./hosting-options.js";
import type { HostKind, LaunchHost } from "./host-process.js";
import { launchChild } from "./launch-child.js";
import { launchWorker } from "./launch-worker.js";
import { existsSync } from "node:fs";
import { outsideAsar } from "../../score/native/package-files.js";

export type { HostableScorer } from "./answer-call.js";
export { ScorerClient, type ConnectOptions } from "./client.js";
export type { HostKind, HostProcess, LaunchHost } from "./host-process.js";
export { HostedScorer } from "./hosted-scorer.js";
export type { ScoringHostOptions } from "./hosting-options.js";
export { messagePort, type HostPort, type MessagePortLike } from "./port.js";
export type { ScorerStatus } from "./protocol.js";
export type { RequestOptions } from "./request.js";
export { serveProcess } from "./serve-process.js";
export type { LoadScorer, ServedScorer } from "./scorer-slot.js";
export { serveScorer, type ServeScorerOptions } from "./server.js";
export type { HostPlan } from "./start-host.js";
export type { HostError } from "../../errors.js";
export type * from "../../model/scoring-types.js";

/** A host that hangs is noticed within three of these. */
const HEARTBEAT_MS = 10_000;

/** This package's own host script. */
const OWN_ENTRY = new URL("./entry.js", import.meta.url);

/**
 * Loads a model in a process of its own, so that a crash in native code does not take this one along, and keeps it running.
 * @param more kinds of host that only the surrounding program can start; tried before the others
 * @throws HostError `HOST_FAILED` no kind of host works here; else what `RewardModel.load` throws
 * @example
 * ```ts
 * import { startScoringHost } from "llama-reward/host";
 *
 * const model = await startScoringHost("models/grm", { onCrash: "retry" });
 * const { reward } = await model.score([
 *   { role: "user", content: "What is 2 + 2?" },
 *   { role: "assistant", content: "4." },
 * ]);
 * console.log(model.host.kind, model.host.pid, reward);
 * await model.dispose();
 * ```
 */
export function startScoringHost(
  modelDir: string,
  options: ScoringHostOptions = {},
  more: Partial<Record<HostKind, LaunchHost>> = {},
): Promise<HostedScorer> {
  const entry = options.entry ?? OWN_ENTRY;
  const path = typeof entry === "string" ? resolve(entry) : fileURLToPath(entry);
  return HostedScorer.start(
    {
      modelDir,
      loadOptions: options.load ?? {},
      entry: unpackedPath(path),
      launchers: { ...more, "child-process": launchChild, "worker-thread": launchWorker },
      helloTimeoutMs: options.helloTimeoutMs,
      heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS,
      onHang: (message) => {
        const isEnded = options.onHang !== "warn";
        warner(options)(`${message}.${isEnded ? " It is ended." : ""}`);
        return isEnded;
      },
    },
    options,
  );
}

/**
 * The real file behind a path inside an Electron archive, where `asarUnpack` put one; else the path as it is, which Electron
 * itself can still read.
 */
function unpackedPath(path: string): string {
  const unpacked = outsideAsar(path);
  return existsSync(unpacked) ? unpacked : path;
}
