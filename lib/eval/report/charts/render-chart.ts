import type * as Vega from "vega";
import type { TopLevelSpec } from "vega-lite";
import { Markup } from "../html/html.js";

/** Colours by role. The page defines them, for light and dark; an SVG inside the page sees them. */
export const COLOURS = {
  measured: "var(--measured)",
  other: "var(--other)",
  good: "var(--good)",
  bad: "var(--bad)",
  text: "var(--text)",
  quiet: "var(--quiet)",
} as const;

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

/**
 * Draws a Vega-Lite chart as an SVG element. The library is loaded on first use: it is large, and scoring never needs it.
 */
export async function renderChart(spec: TopLevelSpec): Promise<Markup> {
  const { vega, compile } = await import("./vega.js");
  useTextWidths(vega);
  // Vega marks the data objects it is given; they belong to the caller.
  const own = structuredClone({ ...spec, config: CONFIG }) as TopLevelSpec;
  const compiled = compile(own).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: "none" });
  try {
    // A chart is one image, named by the page; its numbers are in a table beside it, not in a thousand labelled marks.
    return new Markup((await view.toSVG()).replace("<svg ", '<svg aria-hidden="true" '));
  } finally {
    view.finalize();
  }
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
