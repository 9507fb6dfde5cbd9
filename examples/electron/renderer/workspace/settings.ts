/** What the user has set, as it stands in the fields: also what cannot be used yet. */
export interface Settings {
  device: string;
  contextLength: string;
  truncate: string;
  specialTokens: string;
  penalty: string;
  maxStd: string;
}

/** Options of `RewardModel.load` that the page can set. Plain data: they travel to another process. */
export interface LoadSettings {
  device?: string;
  contextLength?: number;
  truncate?: "error" | "left" | "right";
  specialTokens?: "parse" | "literal";
}

/** How rewards with a std are ordered. */
export interface OrderSettings {
  penalty?: number;
  maxStd?: number;
}

export type SettingsProblems = Partial<Record<keyof Settings, string>>;

export interface CheckedSettings {
  /** Why a field cannot be used, in words. */
  problems: SettingsProblems;
  load: LoadSettings;
  order: OrderSettings;
}

export const DEFAULT_SETTINGS: Settings = {
  device: "",
  contextLength: "",
  truncate: "error",
  specialTokens: "parse",
  penalty: "",
  maxStd: "",
};

const MOST_TOKENS = 16_777_216;
const DEVICES = /^(auto|cpu|(cuda|metal|vulkan)(:\d+)?|[A-Za-z]+\d+)(,([a-z]+(:\d+)?|[A-Za-z]+\d+))*$/;

/** Reads the fields. An empty one leaves the choice to the model. */
export function checkSettings(settings: Settings): CheckedSettings {
  const problems: SettingsProblems = {};
  const device = settings.device.trim();
  if (device !== "" && !DEVICES.test(device)) {
    problems.device = "Write auto, cpu, cuda, metal or vulkan, one GPU as cuda:1, or several with commas.";
  }
  const contextLength = numberOf(settings.contextLength);
  if (contextLength !== undefined && !(Number.isInteger(contextLength) && contextLength >= 1)) {
    problems.contextLength = "Write a whole number of tokens, such as 4096, or nothing for the model's own.";
  } else if (contextLength !== undefined && contextLength > MOST_TOKENS) {
    problems.contextLength = "That is more tokens than any model reads.";
  }
  const penalty = numberOf(settings.penalty);
  if (penalty !== undefined && !(penalty >= 0 && penalty < Infinity)) {
    problems.penalty = "Write a number from 0, such as 0.5, or nothing to order by the reward alone.";
  }
  const maxStd = numberOf(settings.maxStd);
  if (maxStd !== undefined && !(maxStd > 0 && maxStd < Infinity)) {
    problems.maxStd = "Write a number above 0, such as 1.5, or nothing to rank every answer.";
  }
  return {
    problems,
    load: {
      ...(device === "" || device === "auto" ? {} : { device }),
      ...(contextLength === undefined ? {} : { contextLength }),
      ...(settings.truncate === "left" || settings.truncate === "right"
        ? { truncate: settings.truncate }
        : {}),
      ...(settings.specialTokens === "literal" ? { specialTokens: "literal" as const } : {}),
    },
    order: {
      ...(penalty === undefined || penalty === 0 ? {} : { penalty }),
      ...(maxStd === undefined ? {} : { maxStd }),
    },
  };
}

/** Whether two ways to load a model are the same. */
export function isSameLoad(a: LoadSettings, b: LoadSettings): boolean {
  return (["device", "contextLength", "truncate", "specialTokens"] as const).every(
    (key) => a[key] === b[key],
  );
}

export function readSettings(value: unknown): Settings {
  const saved = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const keys = Object.keys(DEFAULT_SETTINGS) as (keyof Settings)[];
  return Object.fromEntries(
    keys.map((key) => [key, typeof saved[key] === "string" ? saved[key] : DEFAULT_SETTINGS[key]]),
  ) as unknown as Settings;
}

/** NaN for what is no number; undefined for an empty field. */
function numberOf(text: string): number | undefined {
  return text.trim() === "" ? undefined : Number(text.trim());
}
