import type * as Vega from "vega";
import type { TopLevelSpec } from "vega-lite";
import { escapeHtml, Markup } from "../html/html.js";

/** Colours by role. The page defines them, for light and dark; an SVG inside the page sees them. */
export const COLOURS = {
  measured: "var(--measured)",
  other: "var(--other)",
  good: "var(--good)",
  bad: "var(--bad)",
  text: "var(--text)",
  quiet: "var(--quiet)",
} as const;

/** Width of a chart without its axis: with it, it fits a telephone as it is. */
export const CHART_WIDTH = 270;

const FONT = "system-ui, sans-serif";

/** Look shared by all charts. */
const CONFIG: TopLevelSpec["config"] = {
  background: "transparent",
  font: FONT,
  view: { stroke: null },
  axis: {
    labelColor: COLOURS.text,
    titleColor: COLOURS.text,
    titleFontWeight: "normal",
    labelFontSize: 12,
    titleFontSize: 12,
    gridColor: "var(--grid)",
    domainColor: "var(--axis)",
    tickColor: "var(--axis)",
    // Vega estimates text widths generously outside a browser and would cut labels that fit.
    labelLimit: 0,
  },
  header: { labelColor: COLOURS.text, titleColor: COLOURS.text, labelFontSize: 12, labelLimit: 0 },
  legend: { labelColor: COLOURS.text, titleColor: COLOURS.text, labelFontSize: 12, labelLimit: 0 },
  text: { color: COLOURS.text },
};

/** What a drawing is called, and which element says how to read it. */
export interface ChartLabels {
  title: string;
  describedBy: string;
}

/**
 * Draws a Vega-Lite chart as an SVG element. The library is loaded on first use: it is large, and scoring never needs it.
 */
export async function renderChart(spec: TopLevelSpec, { title, describedBy }: ChartLabels): Promise<Markup> {
  const { vega, compile } = await import("./vega.js");
  useTextWidths(vega);
  // Vega marks the data objects it is given; they belong to the caller.
  const own = structuredClone({ ...spec, config: CONFIG }) as TopLevelSpec;
  const compiled = compile(own).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: "none" });
  try {
    return withTitles(await view.toSVG(), title, describedBy);
  } finally {
    view.finalize();
  }
}

/** Vega's own description of a mark, which it writes for screen readers only. */
const DESCRIBED = /<(path|line|rect)([^>]*?) aria-label="([^"]*)"([^>]*?)(?:\/>|><\/\1>)/g;
const READ_ALOUD = / (?:aria-roledescription|aria-label|role)="[^"]*"/g;

/**
 * A chart is one image for those who hear it, with a name; its numbers are in a table beside it, not in a thousand labelled marks. For
 * those who point at a mark its description becomes a title.
 */
function withTitles(svg: string, title: string, describedBy: string): Markup {
  const inside = svg
    .replace(
      DESCRIBED,
      (_, tag: string, before: string, label: string, after: string) =>
        `<${tag}${before}${after}><title>${label}</title></${tag}>`,
    )
    .replace(READ_ALOUD, "")
    .replace(/ style="[^"]*"/g, "");
  const labels = `role="img" aria-label="${escapeHtml(`Chart: ${title}`)}" aria-describedby="${escapeHtml(describedBy)}"`;
  return new Markup(inside.replace("<svg ", `<svg ${labels} `));
}

/** The part of Vega's text measuring that its types leave out; a function of one's own may be put in. */
interface TextMetrics {
  width: (item: { fontSize?: number }, text: string) => number;
  estimateWidth: TextMetrics["width"];
}

/** Width of an average letter of a wide system font, in parts of the font size. */
const LETTER_WIDTH = 0.6;
const DEFAULT_FONT_SIZE = 11;

/** Without a canvas Vega takes 0.8 of the font size for a letter, which leaves a third of a label's place empty. */
function useTextWidths(vega: typeof Vega): void {
  const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
  if (textMetrics.width !== textMetrics.estimateWidth) return;
  textMetrics.width = ({ fontSize = DEFAULT_FONT_SIZE }, text) => LETTER_WIDTH * fontSize * text.length;
}
