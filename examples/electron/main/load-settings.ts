import type { LoadSettings } from "../renderer/workspace/settings.js";

/** The settings of a page's request, and nothing else of it; their values are checked where the model is loaded. */
export function loadSettingsOf(value: unknown): LoadSettings {
  const { device, contextLength, truncate, specialTokens } = (value ?? {}) as Record<string, unknown>;
  const known = { device, contextLength, truncate, specialTokens };
  return Object.fromEntries(Object.entries(known).filter(([, setting]) => setting !== undefined));
}
