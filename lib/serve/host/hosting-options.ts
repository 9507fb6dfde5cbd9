import type { Progress } from "../../score/score.js";
import type { HostKind } from "./host-process.js";

/** How a hosted model is started and looked after. */
export interface ScoringHostOptions {
  /** Options of `RewardModel.load`: device, threads, context length, … Plain data only. */
  load?: Readonly<Record<string, unknown>> | undefined;
  /** Kinds of host to try, best first. */
  hosts?: readonly HostKind[] | undefined;
  /** Script the host runs, when it is not this package's own. It calls `serveProcess`. */
  entry?: string | URL | undefined;
  /**
   * What happens to calls in flight when the host dies. `fail`: they reject with `HOST_FAILED`; `retry`: they run again in
   * the next host, up to `maxRetries` times each. Default `fail`.
   */
  onCrash?: "fail" | "retry" | undefined;
  /** Default 2: an input that kills its host must not do so forever. */
  maxRetries?: number | undefined;
  /** Restarts in a row without one call that succeeded, before the model is given up. Default 5. */
  maxRestarts?: number | undefined;
  /** Wait before the first restart in a row, in milliseconds; doubles with each one. Default 100. */
  restartDelayMs?: number | undefined;
  /** How long a host may take to start up, before it loads the model. */
  helloTimeoutMs?: number | undefined;
  /**
   * Time between two questions whether the host is there, in milliseconds, asked while calls wait for it. Default 10,000; 0: never.
   */
  heartbeatMs?: number | undefined;
  /** What happens to a host that does not answer: it is ended, like one that died (default), or only reported. */
  onHang?: "restart" | "warn" | undefined;
  /** Told about kinds of host that do not work here, hosts that hang, and restarts. Default: `process.emitWarning`. */
  onWarning?: ((message: string) => void) | undefined;
  /** Told how far loading is, also when the host is started again. */
  onProgress?: ((progress: Progress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Where warnings go. */
export function warner({ onWarning }: ScoringHostOptions): (message: string) => void {
  return (
    onWarning ??
    ((message): void => {
      process.emitWarning(message, "ScoringHostWarning");
    })
  );
}
