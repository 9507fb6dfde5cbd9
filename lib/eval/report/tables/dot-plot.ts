import type { Interval } from "../../stats/bootstrap.js";
import { html, type Markup } from "../html/html.js";

/** A figure among others on one scale. */
export interface Dot {
  value: number;
  interval?: Interval | undefined;
  /** What is said when somebody points at it. */
  label: string;
  /** Class of its colour. */
  kind: string;
  /** Place among the shapes, so that colour is not all that tells dots apart. */
  shape?: number;
  /** Drawn hollow: it rests on too few records. */
  isHollow?: boolean;
}

/** What a column of dot plots goes from and to: as far as its figures do, not from zero. */
export interface Scale {
  low: number;
  high: number;
  ticks: readonly number[];
}

/** Steps between ticks that people can count in. */
const STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
const MOST_STEPS = 4;

/** A scale that holds all figures with their intervals. @param among further values that it holds: 0 for differences, say */
export function scaleOf(
  dots: readonly Pick<Dot, "value" | "interval">[],
  among: readonly number[] = [],
): Scale {
  let [low, high] = [Infinity, -Infinity];
  for (const end of [...dots.flatMap(({ value, interval = [] }) => [value, ...interval]), ...among]) {
    if (!Number.isFinite(end)) continue;
    low = Math.min(low, end);
    high = Math.max(high, end);
  }
  if (low > high) [low, high] = [0, 1];
  const step = STEPS.find((each) => (high - low) / each <= MOST_STEPS) ?? (high - low) / MOST_STEPS;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  return { low: first * step, high: last * step, ticks };
}

/** Dots at the ends are drawn whole. */
const MARGIN_PERCENT = 5;
const MIDDLE = 11;

/** The numbers below which the dots stand. */
export function dotAxis({ ticks, ...scale }: Scale, format: (value: number) => string): Markup {
  return html`<svg class="dots" width="100%" height="16" aria-hidden="true">
    ${ticks.map(
      (tick) => html`<text x="${at(tick, scale)}" y="12" text-anchor="middle">${format(tick)}</text>`,
    )}
  </svg>`;
}

/** The same for shares, in percent. */
export function shareAxis(scale: Scale): Markup {
  return dotAxis(scale, (value) => `${Math.round(value * 1000) / 10}`);
}

/** One row of dots with their intervals. Its numbers stand beside it, so it is not read aloud. */
export function dotPlot(scale: Scale, dots: readonly Dot[], reference?: number): Markup {
  const known = dots.filter(({ value }) => Number.isFinite(value));
  return html`<svg class="dots" width="100%" height="22" aria-hidden="true">
    <title>${known.map(({ label }) => label).join("\n")}</title>
    ${scale.ticks.map((tick) => rule("grid", tick, scale))}${
      reference === undefined ? null : rule("reference", reference, scale)
    }${known.map((dot) => mark(dot, scale))}
  </svg>`;
}

function rule(kind: string, value: number, scale: Pick<Scale, "low" | "high">): Markup {
  const x = at(value, scale);
  return html`<line class="${kind}" x1="${x}" x2="${x}" y1="0" y2="22" />`;
}

/** Circle, square, diamond, triangle, as paths around 0, 0. */
export const SHAPES = [
  "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z",
  "M-4 -4h8v8h-8z",
  "M0 -5.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z",
  "M0 -5l5 9h-10z",
];

function mark({ value, interval, label, kind, shape = 0, isHollow = false }: Dot, scale: Scale): Markup {
  const [low, high] = interval ?? [Number.NaN, Number.NaN];
  const whisker =
    Number.isFinite(low) && Number.isFinite(high)
      ? html`<line
          class="whisker"
          x1="${at(low, scale)}"
          x2="${at(high, scale)}"
          y1="${MIDDLE}"
          y2="${MIDDLE}"
        />`
      : null;
  const path = SHAPES[shape % SHAPES.length] ?? "";
  return html`<g class="${isHollow ? `${kind} hollow` : kind}"
    ><title>${label}</title>${whisker}<svg x="${at(value, scale)}" y="${MIDDLE}" overflow="visible">
      <path d="${path}" /></svg
  ></g>`;
}

function at(value: number, { low, high }: Pick<Scale, "low" | "high">): string {
  const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return `${(MARGIN_PERCENT + (100 - 2 * MARGIN_PERCENT) * share).toFixed(2)}%`;
}
