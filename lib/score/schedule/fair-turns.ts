/** A caller's place in the circle. */
export interface Turn<Caller> {
  readonly caller: Caller;
  /** What it may still take in this turn. Negative: what it took beyond, and waits for. */
  readonly credit: number;
}

/** What became of an offer: what the item cost, `nothing` of this caller can be taken now, or nothing of anybody, `full`. */
export type Taken = number | "nothing" | "full";

/**
 * Goes round the callers until nothing more can be taken: deficit round robin (Shreedhar and Varghese, SIGCOMM 1995) in the form
 * that serves while there is credit and carries what was too much. A caller takes items until its credit is used up, then the
 * others have their turns, and its credit grows by a quantum; so between two that always have work the difference of what
 * they took stays below a quantum and the two costliest items, whatever the size of what they ask for. A pure function.
 * @param turns the circle, whose turn it is first; callers without items are no part of it
 * @param take takes a caller's next item
 * @returns the circle afterwards
 */
export function dealTurns<Caller>(
  turns: readonly Turn<Caller>[],
  quantum: number,
  take: (caller: Caller) => Taken,
): Turn<Caller>[] {
  const circle = [...turns];
  /** Callers at the front that keep their place, since nothing of theirs can be taken this time. */
  let passed = 0;
  for (;;) {
    const turn = circle[passed];
    if (turn === undefined) return circle;
    const { caller, credit } = turn;
    if (credit <= 0) {
      circle.splice(passed, 1);
      circle.push({ caller, credit: credit + quantum });
      continue;
    }
    const taken = take(caller);
    if (taken === "full") return circle;
    if (taken === "nothing") passed++;
    else circle[passed] = { caller, credit: credit - taken };
  }
}

/** The circle with one more caller, at its end; as it is when the caller has a place already. */
export function joinTurns<Caller>(
  turns: readonly Turn<Caller>[],
  caller: Caller,
  quantum: number,
): readonly Turn<Caller>[] {
  return turns.some((turn) => turn.caller === caller) ? turns : [...turns, { caller, credit: quantum }];
}

/** The circle without a caller, who has nothing to ask for any more. */
export function leaveTurns<Caller>(turns: readonly Turn<Caller>[], leaving: Caller): readonly Turn<Caller>[] {
  return turns.filter(({ caller }) => caller !== leaving);
}
