import { Worker } from "node:worker_threads";
import { asError } from "../caught.js";

/**
 * The thread's whole program, as text: a file of its own would have to be found from sources, from `dist/` and from inside an
 * Electron archive alike. `getBuiltinModule` is there whether Node takes the text for a script or for a module.
 */
const PROGRAM = `
const { createHash } = process.getBuiltinModule("node:crypto");
const { parentPort } = process.getBuiltinModule("node:worker_threads");
let hash = createHash("sha256");
parentPort.on("message", (bytes) => {
  if (bytes !== null) {
    hash.update(bytes);
    parentPort.postMessage("");
    return;
  }
  parentPort.postMessage(hash.digest("hex"));
  hash = createHash("sha256");
});
`;

/**
 * SHA-256 on a thread of its own, for streams of gigabytes: hashing takes as long as the disk does. Hands bytes over without
 * copying when they lie in shared memory.
 *
 * Close it: the thread keeps the process alive until then. It is never unreferenced, because whoever awaits an answer or the
 * end of the thread has nothing else to keep the event loop running: Node would end the process in the middle of it (status 13).
 */
export class ByteHasher {
  // Nothing of how this process was started may reach the thread: `--input-type`, `--import` and the like, also in NODE_OPTIONS.
  readonly #worker = new Worker(PROGRAM, { eval: true, execArgv: [], env: {} });
  readonly #waiting: { resolve: (answer: string) => void; reject: (error: Error) => void }[] = [];
  #failure: Error | undefined;

  constructor() {
    this.#worker.on("message", (answer: string) => this.#waiting.shift()?.resolve(answer));
    this.#worker.on("error", (error) => {
      this.#fail(asError(error));
    });
    this.#worker.on("exit", () => {
      this.#fail(new Error("The hashing thread ended."));
    });
  }

  /** Adds bytes; resolves when they are hashed and may be overwritten. */
  async update(bytes: Uint8Array): Promise<void> {
    await this.#ask(bytes);
  }

  /** The hash of everything added since the last digest, in hexadecimal. */
  digest(): Promise<string> {
    return this.#ask(null);
  }

  /** Ends the thread. What was asked and not yet answered rejects. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(message: Uint8Array | null): Promise<string> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(message);
    });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
