import type { HostProcess } from "../host/host-process.js";
import { Mailbox } from "../host/mailbox.js";
import type { UtilityProcessModule } from "./electron-api.js";

/** Starts the host as an Electron utility process, which Electron ends together with the app. */
export function launchUtility(utilityProcess: UtilityProcessModule, entry: string): HostProcess {
  const child = utilityProcess.fork(entry, [], { serviceName: "llama-reward", stdio: "inherit" });
  const mailbox = new Mailbox();
  child.on("message", mailbox.deliver);
  // V8 ran out of memory or the like. The exit event follows; without a listener, this one would end the app.
  child.on("error", () => undefined);
  const ended = new Promise<string>((resolve) => {
    child.on("exit", (code) => {
      resolve(`its utility process exited with status ${code}`);
    });
  });
  void ended.then(mailbox.close);
  const kill = (): void => {
    child.kill();
  };
  return {
    kind: "utility-process",
    get pid() {
      return child.pid;
    },
    ended,
    kill,
    // An Electron app lives until it quits, whatever its children do.
    keepAlive: () => undefined,
    port: {
      post: (message) => {
        child.postMessage(message);
      },
      onMessage: mailbox.onMessage,
      onClose: mailbox.onClose,
      close: kill,
    },
  };
}
