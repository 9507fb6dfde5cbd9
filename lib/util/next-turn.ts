import { setImmediate } from "node:timers/promises";

/** Lets the event loop turn once: timers, messages and aborts of others come in between two stretches of work. */
export async function nextTurn(): Promise<undefined> {
  await setImmediate();
}
