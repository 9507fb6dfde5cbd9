import { Worker } from "node:worker_threads";
import type { HostProcess } from "./host-process.js";
import { Mailbox } from "./mailbox.js";
import { messageOf } from "../../util/caught.js";

/** Starts the host as a thread of this process: no isolation from native crashes, but the event loop stays free. */
export function launchWorker(entry: string): HostProcess {
  const worker = new Worker(entry, { execArgv: [] });
  const mailbox = new Mailbox();
  worker.on("message", mailbox.deliver);
  const ended = new Promise<string>((resolve) => {
    let problem = "";
    worker.on("error", (error) => {
      problem = ` after an error: ${messageOf(error)}`;
    });
    worker.on("exit", (code) => {
      resolve(`its thread exited with status ${code}${problem}`);
    });
  });
  void ended.then(mailbox.close);
  return {
    kind: "worker-thread",
    pid: process.pid,
    ended,
    kill: () => {
      void worker.terminate();
    },
    keepAlive: (alive) => {
      if (alive) worker.ref();
      else worker.unref();
    },
    port: {
      post: (message) => {
        worker.postMessage(message);
      },
      onMessage: mailbox.onMessage,
      onClose: mailbox.onClose,
      close: () => {
        void worker.terminate();
      },
    },
  };
}
