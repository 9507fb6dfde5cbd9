import { fork, type ChildProcess } from "node:child_process";
import type { Serializable } from "node:child_process";
import type { HostProcess } from "./host-process.js";
import { Mailbox } from "./mailbox.js";

/** Starts the host as a Node child process. In Electron, `fork` runs Electron's own executable as Node. */
export function launchChild(entry: string): HostProcess {
  const child = fork(entry, [], {
    // Typed arrays and undefined fields survive, and long texts travel cheaper than as JSON.
    serialization: "advanced",
    execArgv: [],
    // Results of a program go to its stdout; whatever native code prints must not get among them.
    stdio: ["ignore", 2, 2, "ipc"],
  });
  const mailbox = new Mailbox();
  child.on("message", mailbox.deliver);
  const ended = whenEnded(child);
  void ended.then(mailbox.close);
  return {
    kind: "child-process",
    pid: child.pid,
    ended,
    kill: () => {
      child.kill("SIGKILL");
    },
    keepAlive: (alive) => {
      const channel = child.channel;
      if (alive) {
        child.ref();
        channel?.ref();
      } else {
        child.unref();
        channel?.unref();
      }
    },
    port: {
      post: (message) => {
        // The callback takes write errors: the end of the process is reported by `ended`.
        if (child.connected) child.send(message as Serializable, () => undefined);
      },
      onMessage: mailbox.onMessage,
      onClose: mailbox.onClose,
      close: () => {
        if (child.connected) child.disconnect();
      },
    },
  };
}

/** Resolves when the child has exited and its channel is drained; a child that only hangs up is killed. */
async function whenEnded(child: ChildProcess): Promise<string> {
  const exited = new Promise<string>((resolve) => {
    child.on("error", (error) => {
      // A child that could not be started never exits.
      if (child.pid === undefined) resolve(error.message);
    });
    child.on("exit", (code, signal) => {
      resolve(
        signal === null
          ? `its process exited with status ${code ?? "unknown"}`
          : `its process was ended by ${signal}`,
      );
    });
  });
  const hungUp = new Promise<void>((resolve) => {
    if (child.pid === undefined || !child.connected) resolve();
    else child.on("disconnect", resolve);
  });
  void hungUp.then(() => {
    const timer = setTimeout(() => child.kill("SIGKILL"), HANG_UP_GRACE_MS);
    timer.unref();
    void exited.then(() => {
      clearTimeout(timer);
    });
  });
  const reason = await exited;
  await hungUp;
  return reason;
}

/** How long a child may take to exit after its channel is closed: one native call has to end first. */
const HANG_UP_GRACE_MS = 5_000;
