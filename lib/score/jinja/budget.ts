/**
 * Bounds on the work of one rendering. Templates come with a checkpoint, and a rendering holds the event loop: one that would
 * go on for minutes, or fill the memory, must end with an error. Counted in steps, not in time, so that a conversation that
 * renders once always renders.
 */

export class BudgetError extends Error {}

/** Evaluated expressions and statements of a rendering, whatever it is given: a second or two of slow cores. */
const STEPS = 5_000_000;
/** Further steps for each UTF-16 unit that a rendering is given. */
const STEPS_PER_UNIT = 8;
/** Most UTF-16 units of one text. */
const MAX_UNITS = 1 << 26;
/** Units that are copied or searched in the time of one step. */
const UNITS_PER_STEP = 8;

/** Renderings are synchronous and do not nest, so that one counter is enough. */
let remaining = Infinity;

/**
 * Runs a rendering under a budget.
 * @param inputUnits UTF-16 units of all texts that the template is given
 */
export function withBudget<Result>(inputUnits: number, work: () => Result): Result {
  const outer = remaining;
  remaining = STEPS + STEPS_PER_UNIT * inputUnits;
  try {
    return work();
  } finally {
    remaining = outer;
  }
}

/** @throws BudgetError once the rendering has used up its steps */
export function spend(steps: number): void {
  remaining -= steps;
  if (remaining < 0) throw new BudgetError("it does not end within the steps that a rendering may take");
}

/** @throws BudgetError for a length that no text may have */
export function checkLength(units: number): void {
  if (units > MAX_UNITS) throw new BudgetError(`it makes a text of more than ${MAX_UNITS} characters`);
}

/** Counts a text that is about to be made. @throws BudgetError when it is too long */
export function spendText(units: number): void {
  checkLength(units);
  spend(units / UNITS_PER_STEP);
}

/** Counts a text that is about to be read from one end to the other. */
export function spendReading(value: unknown): void {
  if (typeof value === "string") spend(value.length / UNITS_PER_STEP);
}

/** Texts put together. Costs what is added to the longest of them: JavaScript does not copy that one. */
export function concatenate(parts: readonly string[]): string {
  let longest = 0;
  let units = 0;
  for (const { length } of parts) {
    longest = Math.max(longest, length);
    units += length;
  }
  checkLength(units);
  spend((units - longest) / UNITS_PER_STEP);
  let text = "";
  for (const part of parts) text += part;
  return text;
}

/** Passes a text on that has just been made. */
export function counted(text: string): string {
  spendText(text.length);
  return text;
}

/** `text` times `count`, which may be negative. */
export function repeatText(text: string, count: number): string {
  const times = Math.max(0, count);
  spendText(text.length * times);
  return text.repeat(times);
}
