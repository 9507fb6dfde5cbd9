// Numbers that a seed decides: a mutant is found again by its seed.

import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { uniformInt } from "pure-rand/distribution/uniformInt";

/** @param {number} seed */
export function randomFrom(seed) {
  const generator = xoroshiro128plus(seed);
  const integer = (end) => uniformInt(generator, 0, end - 1);
  return {
    /** A whole number from 0 to `end` − 1. */
    integer,
    /** One of a list. */
    pick: (list) => list[integer(list.length)],
    /** True with this probability. */
    chance: (probability) => integer(1 << 20) < probability * (1 << 20),
    /** Random bytes. */
    bytes: (length) => Buffer.from(Array.from({ length }, () => integer(256))),
  };
}
