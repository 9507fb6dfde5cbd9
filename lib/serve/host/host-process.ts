import type { HostPort } from "./port.js";

/**
 * Where a model can live. `utility-process`: Electron's own kind of child; `child-process`: a Node child; `worker-thread`:
 * a thread of this process, which a crash in native code takes along.
 */
export type HostKind = "utility-process" | "child-process" | "worker-thread";

/** A started host. Its port closes only when the process has ended and its last message was delivered. */
export interface HostProcess {
  readonly kind: HostKind;
  readonly port: HostPort;
  /** Process id; a worker thread has the one of this process. */
  readonly pid: number | undefined;
  /** Resolves when the host has ended. Never rejects. */
  readonly ended: Promise<string>;
  /** Ends the host at once, whatever it is doing. */
  kill(): void;
  /** Whether this process should stay alive for the host. A host without work must not keep a program from ending. */
  keepAlive(alive: boolean): void;
}

/** Starts one kind of host with the given script. */
export type LaunchHost = (entry: string) => HostProcess;
