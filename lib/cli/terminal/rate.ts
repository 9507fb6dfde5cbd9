import type { Progress } from "../../score/score.js";

/** What to call the units whose amounts say something; the others are shown as a share. */
const AMOUNTS: Readonly<Partial<Record<Progress["unit"], string>>> = {
  records: "records",
  tokens: "tokens",
  bytes: "MB",
};
const BYTES_PER_MB = 1_000_000;

/** Tokens of a model so far: what its scores asked for, and what was computed once shared prefixes are taken off. */
export interface TokenCounts {
  requestedTokens: number;
  computedTokens: number;
}

/** Puts a phase's progress into words. */
export class Rate {
  readonly #startMs = performance.now();
  readonly #tokens: (() => TokenCounts) | undefined;
  readonly #startTokens: number;
  readonly #startDone: number;

  /** @param startDone what was done before: by an earlier run, or until now */
  constructor(
    readonly phase: string,
    readonly unit: Progress["unit"],
    startDone: number,
    tokens: (() => TokenCounts) | undefined,
  ) {
    this.#startDone = startDone;
    this.#tokens = tokens;
    this.#startTokens = tokens?.().requestedTokens ?? 0;
  }

  describe(done: number, total: number): string {
    const seconds = (performance.now() - this.#startMs) / 1000;
    const perSecond = seconds > 0 ? (done - this.#startDone) / seconds : 0;
    const remaining = total > 0 && perSecond > 0 ? `, ${duration((total - done) / perSecond)} left` : "";
    return `${this.phase} ${this.#amount(done, total)}${this.#speed(perSecond)}${this.#sharing(seconds)}${remaining}`;
  }

  get #amountName(): string | undefined {
    // How large the files are that are compared with their checksums is of no interest.
    return this.phase === "check" ? undefined : AMOUNTS[this.unit];
  }

  #amount(done: number, total: number): string {
    const unit = this.#amountName;
    if (unit === undefined) return total > 0 ? `${Math.round((100 * done) / total)} %` : "…";
    const [shownDone, shownTotal] = [done, total].map((value) =>
      format(unit === "MB" ? value / BYTES_PER_MB : value),
    );
    return total > 0 ? `${shownDone ?? ""}/${shownTotal ?? ""} ${unit}` : `${shownDone ?? ""} ${unit}`;
  }

  #speed(perSecond: number): string {
    const unit = this.#amountName;
    if (unit === undefined || perSecond <= 0) return "";
    return `, ${format(unit === "MB" ? perSecond / BYTES_PER_MB : perSecond)} ${unit}/s`;
  }

  #sharing(seconds: number): string {
    if (this.#tokens === undefined || this.unit !== "records") return "";
    const { requestedTokens, computedTokens } = this.#tokens();
    const tokens = requestedTokens - this.#startTokens;
    if (tokens <= 0 || seconds <= 0 || computedTokens <= 0) return "";
    return `, ${format(tokens / seconds)} tokens/s, sharing ${(requestedTokens / computedTokens).toFixed(1)}×`;
  }
}

function format(value: number): string {
  return value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toPrecision(3);
}

/** `1 h 02 min`, `3 min 20 s`, `5 s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, "0")} min`;
  return minutes > 0 ? `${minutes} min ${String(whole % 60).padStart(2, "0")} s` : `${whole} s`;
}
