import { MessageChannel } from "node:worker_threads";
import { afterEach } from "vitest";
import { messagePort, type HostPort } from "../../../lib/serve/host/port.js";

const open: { close(): void }[] = [];

/** Closes the ports of {@link channel} after each test of the calling file. */
export function closeChannels(): void {
  afterEach(() => {
    for (const port of open.splice(0)) port.close();
  });
}

/** Two ends of a port. */
export function channel(): [host: HostPort, client: HostPort] {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  return [messagePort(port1), messagePort(port2)];
}
