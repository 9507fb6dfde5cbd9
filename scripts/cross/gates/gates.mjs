// What an addon may need of the machine that loads it. Each gate looks at one kind of need and says what is wrong with it.

import { symbols } from "node-api-headers";

import { beyond } from "../../native/floors.mjs";

/**
 * What `facts.py` reads of a binary.
 * @typedef {object} Facts
 * @property {string} format ELF, PE or MACHO
 * @property {string} machine
 * @property {string[]} libraries loaded with it
 * @property {string[]} delayed loaded at the first call of one of their functions (Windows)
 * @property {string[]} exports without the C++ library's own, which compilers emit into everything
 * @property {string[]} fromNode functions that the running program must have
 * @property {Record<string, string>} floors newest version of symbols of Linux's libraries, by family
 * @property {boolean} isPinned never unloaded (Linux)
 * @property {string | null} system oldest macOS
 * @property {boolean} isSigned (macOS)
 */

/**
 * @typedef {object} Limits
 * @property {string} format
 * @property {string} machine
 * @property {readonly string[]} libraries it may load; a star stands for anything
 * @property {readonly string[]} [delayed] it must load late, in lower case
 * @property {Readonly<Record<string, string>>} [floors] newest version of each family
 * @property {boolean} [isPinned]
 * @property {string} [system]
 * @property {boolean} [isSigned]
 */

/** What Node calls, and nothing else: other names could stand in for those of other addons in the process. */
const EXPORTS = ["napi_register_module_v1", "node_api_module_get_api_version_v1"];
/** The version of Node-API that CMakeLists.txt compiles for: Node 20 has it. */
const NODE_API = new Set([...symbols.v9.js_native_api_symbols, ...symbols.v9.node_api_symbols]);

/** @type {Readonly<Record<string, (facts: Facts, limits: Limits) => string[]>>} */
export const GATES = {
  machine: (facts, limits) =>
    facts.format === limits.format && facts.machine === limits.machine
      ? []
      : [`${facts.format} for ${facts.machine} instead of ${limits.format} for ${limits.machine}`],

  libraries: (facts, limits) =>
    facts.libraries
      .filter((name) => !limits.libraries.some((pattern) => matches(name, pattern)))
      .map((name) => `needs ${name}`),

  exports: (facts) => [
    ...EXPORTS.filter((name) => !facts.exports.includes(name)).map((name) => `lacks ${name}`),
    ...facts.exports.filter((name) => !EXPORTS.includes(name)).map((name) => `exports ${name}`),
  ],

  nodeApi: (facts) =>
    facts.fromNode.length === 0
      ? ["uses nothing of Node"]
      : facts.fromNode
          .filter((name) => !NODE_API.has(name))
          .map((name) => `needs ${name}, which is not in Node-API 9`),

  delayLoad: (facts, limits) => {
    const delayed = facts.delayed.map((name) => name.toLowerCase());
    const wanted = limits.delayed ?? [];
    return [
      ...wanted.filter((name) => !delayed.includes(name)).map((name) => `does not load ${name} late`),
      ...delayed.filter((name) => !wanted.includes(name)).map((name) => `loads ${name} late`),
    ];
  },

  floors: (facts, { floors }) =>
    floors === undefined ? [] : beyond(facts.floors, floors).map((excess) => `needs ${excess}`),

  pinned: (facts, limits) => (limits.isPinned === true && !facts.isPinned ? ["may be unloaded"] : []),

  system: (facts, { system }) => {
    if (system === undefined) return [];
    if (facts.system === null) return ["does not say which macOS it needs"];
    return beyond({ macOS: facts.system }, { macOS: system }).map((excess) => `needs ${excess}`);
  },

  signature: (facts, limits) => (limits.isSigned === true && !facts.isSigned ? ["is not signed"] : []),
};

/**
 * What is wrong with a binary; nothing when it may be published.
 * @param {Facts} facts
 * @param {Limits} limits
 * @returns {string[]} each with its gate in front
 */
export function problemsOf(facts, limits) {
  return Object.entries(GATES).flatMap(([gate, check]) =>
    check(facts, limits).map((problem) => `${gate}: ${problem}`),
  );
}

/** A star in `pattern` stands for anything. Names of Windows' libraries have no case. */
function matches(name, pattern) {
  const parts = pattern.split("*").map((part) => part.replace(/[^\w]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "i").test(name);
}
