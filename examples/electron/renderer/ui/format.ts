const reward = new Intl.NumberFormat("en", {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
  signDisplay: "negative",
});
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
const count = new Intl.NumberFormat("en");

/** A reward for reading: two decimals, a real minus sign. Exports keep every digit. */
export const formatReward = (value: number): string => reward.format(value).replace("-", "\u2212");

/** A head's kind in words: `value-head` is a "value head", `gated-attributes` a "gated attributes head". */
export const headName = (kind: string): string => `${kind.replace(/-head$/, "").replaceAll("-", " ")} head`;

export const formatCount = (value: number): string => count.format(value);

/** `1 record`, `1,000 records`. */
export const formatRecords = (value: number): string =>
  `${formatCount(value)} ${value === 1 ? "record" : "records"}`;

/** A share of one. Only what is exactly none or all is shown as 0 % or 100 %. */
export function formatPercent(share: number): string {
  if (share > 0 && share < 0.001) return "<0.1%";
  if (share < 1 && share > 0.999) return ">99.9%";
  return percent.format(share);
}

/** A duration in the unit that suits it. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** An amount of bytes in the unit that suits it, powers of 1,000 as download pages have them. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

const time = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** A point in time, in the user's own zone. */
export const formatTime = (ms: number): string => time.format(ms);
