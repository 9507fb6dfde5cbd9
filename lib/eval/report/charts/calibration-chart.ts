import type { TopLevelSpec } from "vega-lite";
import type { CalibrationBin } from "../../stats/calibration.js";
import { COLOURS } from "./render-chart.js";

/** Accuracy against confidence; on the diagonal the probabilities mean what they say. Larger points hold more pairs. */
export function calibrationChart(bins: readonly CalibrationBin[]): TopLevelSpec {
  const axis = (title: string): object => ({ title, format: ".0%", tickCount: 6 });
  return {
    width: 340,
    height: 300,
    data: { values: bins.filter(({ count }) => count > 0) },
    layer: [
      {
        data: { values: [0.5, 1].map((value) => ({ value })) },
        mark: { type: "line", color: COLOURS.quiet, strokeDash: [4, 4] },
        encoding: {
          x: { field: "value", type: "quantitative" },
          y: { field: "value", type: "quantitative" },
        },
      },
      {
        mark: { type: "line", color: COLOURS.measured },
        encoding: {
          x: {
            field: "confidence",
            type: "quantitative",
            scale: { domain: [0.5, 1] },
            axis: axis("Confidence (Bradley-Terry probability)"),
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
        },
      },
    ],
  };
}
