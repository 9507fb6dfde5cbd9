/** Loads the native addon and starts llama.cpp. The only file that touches a `.node`. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import { AddonLoadError } from "../../errors.js";
import { fromNative } from "./from-native.js";
import { findLlamaLibraries } from "./llama-libraries.js";
import { outsideAsar, PACKAGE_ROOT } from "./package-files.js";
import { addonPackage } from "./platform.js";
import { systemAdvice } from "./system-advice.js";
import type { NativeAddon, NativeBackendInfo, NativeLibraries } from "./native-addon.js";
import { messageOf } from "../../util/caught.js";

const require = createRequire(import.meta.url);

/** The addon with what it reported when llama.cpp started. */
export interface LoadedAddon {
  addon: NativeAddon;
  /** The `.node` file. */
  file: string;
  libraries: NativeLibraries;
  backend: NativeBackendInfo;
}

/** Built here comes after the package: a clone has no package, an installation has no build folder. */
function candidates(): { label: string; resolve: () => string }[] {
  const prebuilt = addonPackage();
  return [
    { label: prebuilt, resolve: () => require.resolve(prebuilt) },
    {
      label: "local build",
      resolve: () => path.join(PACKAGE_ROOT, "build", "Release", "llama-reward.node"),
    },
  ];
}

function openAddon(): { addon: NativeAddon; file: string } {
  const tried: string[] = [];
  const found: string[] = [];
  for (const { label, resolve } of candidates()) {
    let file: string | undefined;
    try {
      file = outsideAsar(resolve());
      if (existsSync(file)) found.push(file);
      return { addon: require(file) as NativeAddon, file };
    } catch (error) {
      const [reason] = messageOf(error).split("\n");
      tried.push(`${label}${file === undefined ? "" : ` (${file})`}: ${reason ?? ""}`);
    }
  }
  throw new AddonLoadError(
    "ADDON_NOT_FOUND",
    `The native addon could not be loaded. Tried ${tried.join("; ")}. ${systemAdvice(tried.join("; "), found)} In a clone, ` +
      "npm run build:native builds it.",
    { details: { tried } },
  );
}

function start(): LoadedAddon {
  const { addon, file } = openAddon();
  const libraries = findLlamaLibraries();
  try {
    return { addon, file, libraries, backend: addon.initialize(libraries) };
  } catch (error) {
    throw withAdvice(fromNative(error), libraries);
  }
}

/** A library that is there and does not open: what the system lacks, in the message. */
function withAdvice(error: unknown, { ggmlBase, ggml, llama }: NativeLibraries): unknown {
  if (!(error instanceof AddonLoadError) || error.code !== "ADDON_NOT_FOUND") return error;
  const advice = systemAdvice(error.message, [ggmlBase, ggml, llama]);
  return new AddonLoadError("ADDON_NOT_FOUND", `${error.message} ${advice}`, { cause: error });
}

// One per thread: each worker thread loads this module, and the addon, once.
let loaded: LoadedAddon | undefined;

/**
 * The native addon with llama.cpp running, and where both came from. Loads on the first call.
 * @throws AddonLoadError `ADDON_NOT_FOUND` with every path tried; `ADDON_INCOMPATIBLE` when addon and library differ
 */
export function loadAddonDetails(): LoadedAddon {
  loaded ??= start();
  return loaded;
}

/**
 * The native addon with llama.cpp running. Loads on the first call.
 * @throws AddonLoadError `ADDON_NOT_FOUND` with every path tried; `ADDON_INCOMPATIBLE` when addon and library differ
 */
export function loadAddon(): NativeAddon {
  return loadAddonDetails().addon;
}
