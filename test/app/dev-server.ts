import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";

/** The example's dev server in a process of its own. */
export class DevServer {
  /** Address with the token. */
  readonly address: string;
  readonly #process: ChildProcess;

  private constructor(address: string, process: ChildProcess) {
    this.address = address;
    this.#process = process;
  }

  static async start(
    script: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<DevServer> {
    const child = spawn(process.execPath, [script, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...environment },
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const address = /http:\S+/.exec(line)?.[0];
      if (address !== undefined) return new DevServer(address, child);
    }
    throw new Error("The dev server ended without an address.");
  }

  get origin(): string {
    return new URL(this.address).origin;
  }

  get token(): string {
    return new URL(this.address).hash.slice(1);
  }

  /** Process ids of the scoring hosts it runs. Linux only. */
  async hostPids(): Promise<number[]> {
    const pid = String(this.#process.pid);
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
    return children.split(" ").filter(Boolean).map(Number);
  }

  async stop(): Promise<void> {
    const exited = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    await exited;
  }
}
