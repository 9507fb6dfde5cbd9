/** Stands for a version that could not be told. In a file of its own, because pages use it too. */
export const UNKNOWN_VERSION = "unknown";
