/**
 * Appends items one by one. `push(...items)` passes each as an argument, and a call takes only some 120,000 of them before the
 * stack is full: one long input would end the run.
 */
export function appendAll<T>(target: T[], items: Iterable<T>): void {
  for (const item of items) target.push(item);
}
