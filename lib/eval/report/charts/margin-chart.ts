import type { TopLevelSpec } from "vega-lite";
import type { HistogramBin } from "../../analysis/histogram.js";
import { decimal } from "../html/format.js";
import { CHART_WIDTH, COLOURS } from "./render-chart.js";

/** How many records (or comparisons: `unit`) the model decides by which margin; wrong ones lie left of zero. */
export function marginChart(bins: readonly HistogramBin[], unit: string): TopLevelSpec {
  const values = bins.map((bin) => ({
    ...bin,
    isWrong: bin.low < 0,
    label: `Margin ${decimal(bin.low)} to ${decimal(bin.high)}: ${bin.count} ${unit.toLowerCase()}`,
  }));
  return {
    width: CHART_WIDTH,
    height: 180,
    data: { values },
    layer: [
      {
        mark: { type: "bar", binSpacing: 1 },
        encoding: {
          x: {
            field: "low",
            type: "quantitative",
            bin: { binned: true },
            axis: { title: "reward(chosen) \u2212 reward(rejected)", grid: false },
          },
          x2: { field: "high" },
          y: { field: "count", type: "quantitative", axis: { title: unit, tickMinStep: 1 } },
          color: { condition: { test: "datum.isWrong", value: COLOURS.bad }, value: COLOURS.good },
          description: { field: "label" },
        },
      },
      {
        data: { values: [{ zero: 0 }] },
        mark: { type: "rule", color: COLOURS.text, strokeWidth: 1.5, aria: false },
        encoding: { x: { field: "zero", type: "quantitative" } },
      },
    ],
  };
}
