import { fork } from "node:child_process";
import type { PullEvent } from "../renderer/model/pull-events.js";

/** What a pull is told at its start. */
export interface PullRequest {
  hubId: string;
  /** Folder of the model folders. */
  parent: string;
  type: string;
}

/** How long an aborted pull may take to tidy up before it is ended. What it has downloaded stays for the next time. */
export const ABORT_GRACE_MS = 5_000;

/**
 * Downloads and converts a model in a process of its own: converting is hours of processor time for large models, and native code.
 * @param script `pull-process` as it was built
 * @returns the event that ended it: the model folder, or a problem in words
 */
export function pullModel(
  script: string,
  request: PullRequest,
  signal: AbortSignal,
  onEvent: (event: PullEvent) => void,
): Promise<PullEvent> {
  // In Electron, fork runs Electron's own executable as Node.
  const child = fork(script, [], { execArgv: [], stdio: ["ignore", 2, 2, "ipc"] });
  const abort = (): void => {
    if (child.connected) child.send("abort");
    setTimeout(() => child.kill("SIGKILL"), ABORT_GRACE_MS).unref();
  };
  return new Promise((resolve) => {
    let last: PullEvent = { problem: "The process that downloads ended before the model was there." };
    child.on("message", (event: PullEvent) => {
      if ("progress" in event) onEvent(event);
      else last = event;
    });
    child.on("error", (error) => {
      last = { problem: error.message };
      if (child.pid === undefined) resolve(last);
    });
    child.on("exit", () => {
      signal.removeEventListener("abort", abort);
      resolve(last);
    });
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    else child.send(request, () => undefined);
  });
}
