import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { PeerOptions } from "./peer.js";
import type { PairLengths } from "./text.js";

/** Parent to child: what to stream through which model. */
export interface StreamRequest {
  modelDir: string;
  threads: number;
  device: PeerOptions["device"];
  records: number;
  lengths: PairLengths;
}

/** Child to parent. */
export interface StreamReply {
  seconds: number;
  /**
   * `besideShare`: time of the event loop (planner, template, records), of native tokenizing and of heads, as a share of the
   * wall time, though most of it runs beside the backbone. `idleShare`: the share in which the backbone had nothing to do.
   */
  details: Record<string, number>;
}

/** Streams in a process of its own. @throws Error when that fails; the child's own message is on stderr */
export function runStream(request: StreamRequest): Promise<StreamReply> {
  const script = fileURLToPath(new URL("./stream-host.js", import.meta.url));
  const child = fork(script, [JSON.stringify(request)], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  return new Promise((resolve, reject) => {
    child.once("message", (reply) => {
      resolve(reply as StreamReply);
    });
    child.once("exit", (code, signal) => {
      reject(new Error(`The stream of ${request.records} records ended with ${signal ?? String(code)}.`));
    });
  });
}
