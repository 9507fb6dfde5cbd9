import path from "node:path";
import { shellWord } from "../../util/command-line.js";
import { REWARD_JSON } from "./file-names.js";
import type { Place } from "./place.js";

/** Why a path cannot be used, and what to do about it. */
export interface WrongPlace {
  message: string;
  /** The path that was probably meant. */
  instead?: string | undefined;
}

/** Paths that a message names. */
const NAMED_PATHS = 4;

/** Says what a path is where a model folder was expected, and what to run. */
export function notModelFolder(target: string, place: Place): WrongPlace {
  const what = `${target} is no model folder:`;
  const to = modelFolderFor(target);
  switch (place.kind) {
    case "missing":
      return missing(`${what} there is no such folder.`, place.near, makeOne(target));
    case "unreadable":
      return { message: `${what} it cannot be read (${place.reason}).` };
    case "gguf":
    case "file":
      return notFolder(target, place);
    case "checkpoint":
      return {
        message: `${target} is a Hugging Face checkpoint, not a model folder. Convert it first: \`llama-reward convert ${shellWord(target)} ${to}\`.`,
      };
    case "adapter":
      return {
        message:
          `${target} is an adapter of PEFT, not a model folder. Merge it with the model it was trained on: ` +
          `\`llama-reward convert ${shellWord(target)} ${to} --base <folder or hub-id>\`.`,
      };
    case "checkpoints":
      return {
        message:
          `${what} it holds Hugging Face checkpoints (${listed(place.found)}). Convert one first: ` +
          `\`llama-reward convert ${shellWord(place.found[0])} ${to}\`.`,
      };
    case "models":
      return {
        message: `${what} it holds several. Name one of them: ${listed(place.found)}.`,
        instead: place.found[0],
      };
    case "empty":
      return { message: `${what} it is empty. ${makeOne(target)}` };
    default:
      return { message: `${what} there is no ${REWARD_JSON} in it. ${makeOne(target)}` };
  }
}

function notFolder(
  target: string,
  { kind, folder }: { kind: string; folder?: string | undefined },
): WrongPlace {
  if (folder !== undefined) {
    const message = `${target} is a file, not a model folder. Give the folder that holds it: ${folder}.`;
    return { message, instead: folder };
  }
  if (kind === "file")
    return {
      message: `${target} is a file, not a model folder. Give the folder that holds ${REWARD_JSON}. ${makeOne(target)}`,
    };
  return {
    message:
      `${target} is a file, not a model folder: a GGUF has no reward head. Make a model folder of the checkpoint it was made from: ` +
      `\`llama-reward convert <hf-dir> ${modelFolderFor(target)} --backbone ${shellWord(target)}\`.`,
  };
}

/** Says what a path is where the folder of a checkpoint was expected, and what to run. */
export function notCheckpoint(target: string, place: Place): WrongPlace {
  const expected = `Expected the folder of a Hugging Face checkpoint but ${target}`;
  switch (place.kind) {
    case "missing":
      return missing(`${expected} does not exist.`, place.near, fromHub(target));
    case "unreadable":
      return { message: `${expected} cannot be read: ${place.reason}.` };
    case "gguf":
      return {
        message:
          `${expected} is a file. A GGUF has no reward head: convert the original checkpoint, with --backbone to keep this file: ` +
          `\`llama-reward convert <hf-dir> ${modelFolderFor(target)} --backbone ${shellWord(target)}\`.`,
      };
    case "file":
      return {
        message: `${expected} is a file. Give the folder that holds config.json and the weights${place.folder === undefined ? "" : `: ${place.folder}`}.`,
        instead: place.folder,
      };
    case "model-folder":
      return {
        message:
          `${expected} is a model folder, which is converted already: score, verify and inspect take it as it is, as ` +
          `\`llama-reward inspect ${shellWord(target)}\` does.`,
      };
    case "models":
      return {
        message: `${expected} holds model folders, which are converted already: ${listed(place.found)}.`,
      };
    case "checkpoints":
      return {
        message: `${expected} holds several. Name one of them: ${listed(place.found)}.`,
        instead: place.found[0],
      };
    default:
      return { message: `${expected} has no config.json${place.kind === "empty" ? ": it is empty" : ""}.` };
  }
}

/** Says what a path is where a model folder, a GGUF file or a checkpoint was expected. */
export function nothingKnown(target: string, place: Place): WrongPlace {
  const expected = `Expected a model folder, a GGUF file or a checkpoint folder but ${target}`;
  switch (place.kind) {
    case "missing":
      return missing(`${expected} does not exist.`, place.near, fromHub(target));
    case "models":
      return {
        message: `${expected} holds model folders. Name one of them: ${listed(place.found)}.`,
        instead: place.found[0],
      };
    case "checkpoints":
      return {
        message: `${expected} holds checkpoints. Name one of them: ${listed(place.found)}.`,
        instead: place.found[0],
      };
    case "empty":
      return { message: `${expected} is empty.` };
    case "unreadable":
      return { message: `${expected} cannot be read: ${place.reason}.` };
    default:
      return { message: `${expected} cannot be read.` };
  }
}

function missing(start: string, near: string | undefined, otherwise: string): WrongPlace {
  return near === undefined
    ? { message: `${start} ${otherwise}`.trimEnd() }
    : { message: `${start} Did you mean ${near}?`, instead: near };
}

function makeOne(target: string): string {
  return isHubId(target)
    ? `From the Hub: \`llama-reward pull ${target}\`; of a checkpoint: \`llama-reward convert <hf-dir> ${target}\`.`
    : "Make one with `llama-reward convert <hf-dir> <model-dir>` or `llama-reward pull <hub-id>`.";
}

function fromHub(target: string): string {
  return isHubId(target) ? `From the Hub: \`llama-reward pull ${target}\`.` : "";
}

function isHubId(target: string): boolean {
  return /^[\w-][\w.-]*\/[\w.-]+$/.test(target);
}

/** Where the model folder of a checkpoint would go, as a shell takes it. */
function modelFolderFor(target: string): string {
  const name = path.basename(path.resolve(target)).replace(/\.gguf$/i, "");
  const suggested = path.join("models", name);
  return shellWord(path.resolve(suggested) === path.resolve(target) ? `${suggested}-reward` : suggested);
}

function listed(paths: readonly string[]): string {
  return paths.slice(0, NAMED_PATHS).join(", ") + (paths.length > NAMED_PATHS ? ", …" : "");
}
