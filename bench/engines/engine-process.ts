import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Conversation } from "../../lib/score/conversation/conversation.js";
import type { EngineCommand } from "./engine.js";

/** What an engine made of a list of conversations. */
export interface Scored {
  /** From messages to rewards, by the engine's own clock. */
  seconds: number;
  rewards: number[];
  /** Of each conversation. */
  tokens: number[];
  /** Of the first conversations once more, each by itself, where that was asked for. */
  alone?: number[];
}

/** A line of an engine: it is ready, why it cannot be, or what it scored. */
export type EngineLine = { ready: true; missing?: string } | { unavailable: string } | Scored;

/** Of what the libraries say, the end that is shown when a process dies. */
const LAST_CHARACTERS = 2000;

/** An engine in its own process. One request at a time. */
export class EngineProcess {
  /** What is missing for the engine's best speed. */
  missing: string | undefined;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  #said = "";

  private constructor({ file, args, env }: EngineCommand) {
    this.#child = spawn(file, args, { env, stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#said = (this.#said + text).slice(-LAST_CHARACTERS);
    });
    // Its end is noticed where its next line is awaited.
    this.#child.stdin.on("error", () => undefined);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error the engine cannot be had here, with its own reason */
  static async start(command: EngineCommand): Promise<EngineProcess> {
    const engine = new EngineProcess(command);
    await once(engine.#child, "spawn");
    const line = await engine.#line();
    if ("unavailable" in line) {
      await engine.stop();
      throw new Error(line.unavailable);
    }
    if ("missing" in line) engine.missing = line.missing;
    return engine;
  }

  async score(conversations: readonly Conversation[]): Promise<Scored> {
    this.#child.stdin.write(`${JSON.stringify(conversations)}\n`);
    const line = await this.#line();
    if (!("rewards" in line)) throw new Error(`the engine answered ${JSON.stringify(line)}`);
    if (line.rewards.length !== conversations.length || !line.rewards.every(Number.isFinite))
      throw new Error("a conversation has no finite reward");
    return line;
  }

  /** Ends the process and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.stdin.end();
    await gone;
  }

  async #line(): Promise<EngineLine> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error(`the process ended: ${this.#said.trim() || "it said nothing"}`);
    return JSON.parse(next.value) as EngineLine;
  }
}
