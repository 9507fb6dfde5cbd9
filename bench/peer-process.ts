import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { PeerName, PeerOptions, PeerReply, PeerRequest, PeerRun } from "./peer.js";

/** A peer in its own process. One request at a time. */
export class PeerProcess {
  private constructor(
    readonly name: PeerName,
    private readonly child: ChildProcess,
  ) {}

  /** Starts a peer; undefined with the reason when it is not available here. */
  static async start(
    name: PeerName,
    options: PeerOptions,
  ): Promise<{ peer: PeerProcess } | { unavailable: string }> {
    const host = fileURLToPath(new URL("./peer-host.js", import.meta.url));
    // "advanced" keeps typed arrays; a peer's own chatter must not mix with the results on stdout.
    const child = fork(host, [name, JSON.stringify(options)], {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const peer = new PeerProcess(name, child);
    const reply = await peer.#reply();
    if (reply.kind === "ready") return { peer };
    return { unavailable: "reason" in reply ? reply.reason : "it did not start" };
  }

  /** Times one request. */
  async run(request: PeerRequest): Promise<PeerRun> {
    this.child.send(request);
    const reply = await this.#reply();
    if (reply.kind === "done") return reply;
    throw new Error(`${this.name} failed: ${"reason" in reply ? reply.reason : reply.kind}`);
  }

  /** Ends the process and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((done) => this.child.once("exit", done));
    if (this.child.connected) this.child.disconnect();
    await gone;
  }

  #reply(): Promise<PeerReply> {
    return new Promise((resolve) => {
      const onMessage = (message: unknown): void => {
        this.child.off("exit", onExit);
        resolve(message as PeerReply);
      };
      const onExit = (code: number | null, signal: string | null): void => {
        this.child.off("message", onMessage);
        resolve({ kind: "failed", reason: `the process ended (${signal ?? String(code)})` });
      };
      this.child.once("message", onMessage);
      this.child.once("exit", onExit);
    });
  }
}
