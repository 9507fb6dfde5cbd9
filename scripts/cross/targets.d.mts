import type { Limits } from "./gates/gates.mjs";

export const TARGETS: readonly { name: string; limits: Limits }[];
