import type { TopLevelSpec } from "vega-lite";
import type { UncertaintyPoint } from "../../analysis/uncertainty-curve.js";
import { percent } from "../html/format.js";
import { CHART_WIDTH, COLOURS } from "./render-chart.js";

/** Accuracy once the most uncertain records (or comparisons: `unit`) are left out; a useful uncertainty makes the line rise. */
export function uncertaintyChart(points: readonly UncertaintyPoint[], unit: string): TopLevelSpec {
  return {
    width: CHART_WIDTH,
    height: 180,
    data: {
      values: points.map((point) => ({
        ...point,
        label: `${percent(point.leftOut)} left out: ${percent(point.accuracy)} of ${point.pairs} ${unit} right`,
      })),
    },
    layer: [
      { mark: { type: "line", color: COLOURS.measured, aria: false } },
      {
        mark: { type: "circle", color: COLOURS.measured, size: 40, opacity: 1 },
        encoding: { description: { field: "label" } },
      },
    ],
    encoding: {
      x: {
        field: "leftOut",
        type: "quantitative",
        axis: { title: `Most uncertain ${unit} left out`, format: ".0%", grid: false },
      },
      y: {
        field: "accuracy",
        type: "quantitative",
        scale: { zero: false, padding: 10 },
        axis: { title: "Accuracy", format: ".1%", tickCount: 5 },
      },
    },
  };
}
