/**
 * A Node child dressed as an Electron utility process: `process.parentPort` over the IPC channel, then the fake host.
 * Stands in for Electron where its binary cannot be had.
 */
const channel = process.send?.bind(process);

Object.assign(process, {
  send: undefined,
  parentPort: {
    postMessage: (message: unknown): void => {
      channel?.(message);
    },
    on: (event: string, listener: (value?: unknown) => void): void => {
      if (event === "message")
        process.on("message", (data: unknown) => {
          listener({ data });
        });
      else
        process.on("disconnect", () => {
          listener();
        });
    },
  },
});

await import("../host/fake-host.js");
