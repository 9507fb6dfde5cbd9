import type { TopLevelSpec } from "vega-lite";
import type { CalibrationBin } from "../../stats/calibration.js";
import { percent } from "../html/format.js";
import { CHART_WIDTH, COLOURS } from "./render-chart.js";

/** Accuracy against confidence; on the diagonal the probabilities mean what they say. Larger points hold more pairs. */
export function calibrationChart(bins: readonly CalibrationBin[]): TopLevelSpec {
  const axis = (title: string): object => ({ title, format: ".0%", tickCount: 6 });
  const values = bins
    .filter(({ count }) => count > 0)
    .map((bin) => ({
      ...bin,
      label: `Confidence ${percent(bin.confidence)}: ${percent(bin.accuracy)} of ${bin.count} pairs right`,
    }));
  return {
    width: CHART_WIDTH,
    height: 220,
    data: { values },
    layer: [
      {
        data: { values: [0.5, 1].map((value) => ({ value })) },
        mark: { type: "line", color: COLOURS.quiet, strokeDash: [4, 4], aria: false },
        encoding: {
          x: { field: "value", type: "quantitative" },
          y: { field: "value", type: "quantitative" },
        },
      },
      {
        mark: { type: "line", color: COLOURS.measured, aria: false },
        encoding: {
          x: {
            field: "confidence",
            type: "quantitative",
            scale: { domain: [0.5, 1] },
            axis: axis("Confidence (Bradley-Terry)"),
          },
          y: {
            field: "accuracy",
            type: "quantitative",
            scale: { domain: [0, 1] },
            axis: axis("Accuracy"),
          },
        },
      },
      {
        mark: { type: "circle", color: COLOURS.measured, opacity: 1 },
        encoding: {
          x: { field: "confidence", type: "quantitative" },
          y: { field: "accuracy", type: "quantitative" },
          size: {
            field: "count",
            type: "quantitative",
            scale: { range: [30, 300] },
            legend: null,
          },
          description: { field: "label" },
        },
      },
    ],
  };
}
