/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {Readonly<Record<string, string>>} [env] beside this process's own
 * @property {number} [limitMs]
 */

/**
 * Node for another system, on this machine.
 * @typedef {object} Emulator
 * @property {string} name of the target that it loads
 * @property {(args: readonly string[], options?: RunOptions) => Outcome} run
 * @property {(args: readonly string[], options?: RunOptions) => Outcome} [runForks] by this machine's own Node, whose forks are emulated
 */

/** @typedef {{ status: number | null, stdout: string, stderr: string, isLate: boolean }} Outcome */

/**
 * What a command of the package prints.
 * @param {Emulator} emulator
 * @param {readonly string[]} args
 * @param {RunOptions} options
 * @throws Error it failed
 */
export function outputOf(emulator, args, options) {
  const { status, stdout, stderr, isLate } = emulator.run(args, options);
  if (status === 0) return stdout;
  const end = isLate ? "did not end in time" : `failed (${status})`;
  throw new Error(`${emulator.name}: ${args.join(" ")} ${end}:\n${stdout}${stderr}`);
}
