import { isMainThread, parentPort, type MessagePort } from "node:worker_threads";
import { HostError } from "../../errors.js";
import { Mailbox } from "./mailbox.js";
import type { HostPort } from "./port.js";
import type { LoadScorer } from "./scorer-slot.js";
import { serveScorer } from "./server.js";
import { packageVersion } from "../../util/package-version.js";

/**
 * Serves models to the process that started this one, over whatever channel it was started with. This is the whole of a
 * host script; a program that wants its own script (to wrap the scorer, say) calls this with its own `load`.
 * The process ends when the channel closes: no host outlives its client.
 * @throws HostError `HOST_FAILED` this process was not started as a host
 * @example
 * ```ts
 * // In a script that `startScoringHost` gets as `entry`.
 * import { RewardModel } from "llama-reward";
 * import { serveProcess } from "llama-reward/host";
 *
 * serveProcess((modelDir, options) => RewardModel.load(modelDir, options));
 * ```
 */
export function serveProcess(load: LoadScorer): void {
  serveScorer(parentChannel(), { load }, { version: packageVersion() });
}

function parentChannel(): HostPort {
  const electronPort = (process as { parentPort?: ElectronParentPort }).parentPort;
  if (electronPort !== undefined) return utilityChannel(electronPort);
  if (!isMainThread && parentPort !== null) return threadChannel(parentPort);
  if (process.send !== undefined) return childChannel(process.send.bind(process));
  throw new HostError("HOST_FAILED", "A scoring host is started by its client, not by hand.");
}

/** `process.parentPort` of an Electron utility process. */
interface ElectronParentPort {
  postMessage(message: unknown): void;
  on(event: "message", listener: (event: { data: unknown }) => void): unknown;
}

/** Electron itself ends a utility process with the app. */
function utilityChannel(port: ElectronParentPort): HostPort {
  const mailbox = new Mailbox();
  port.on("message", (event) => {
    mailbox.deliver(event.data);
  });
  return {
    post: (message) => {
      port.postMessage(message);
    },
    onMessage: mailbox.onMessage,
    onClose: mailbox.onClose,
    close: () => {
      process.exit();
    },
  };
}

function threadChannel(port: MessagePort): HostPort {
  const mailbox = new Mailbox();
  port.on("message", mailbox.deliver);
  return {
    post: (message) => {
      port.postMessage(message);
    },
    onMessage: mailbox.onMessage,
    onClose: mailbox.onClose,
    close: () => {
      port.close();
    },
  };
}

function childChannel(send: NonNullable<typeof process.send>): HostPort {
  const mailbox = new Mailbox();
  process.on("message", mailbox.deliver);
  process.on("disconnect", () => {
    process.exit();
  });
  // Ctrl-C in a terminal reaches the whole group: the client decides what it means, and closes the channel when done.
  process.on("SIGINT", () => undefined);
  // The channel may have closed while this script was still being read.
  if (!process.connected) process.exit();
  return {
    post: (message) => {
      if (process.connected) send(message, undefined, undefined, () => undefined);
    },
    onMessage: mailbox.onMessage,
    onClose: mailbox.onClose,
    close: () => {
      process.disconnect();
    },
  };
}
