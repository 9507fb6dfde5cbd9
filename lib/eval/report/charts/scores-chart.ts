import type { TopLevelSpec } from "vega-lite";
import type { Interval } from "../../stats/bootstrap.js";
import { COLOURS } from "./render-chart.js";

/** One bar. */
export interface ScoreBar {
  name: string;
  value: number;
  interval?: Interval | undefined;
}

/** Horizontal bars of shares with their intervals, one below the other. @param title what they are */
export function scoresChart(bars: readonly ScoreBar[], title = "Accuracy"): TopLevelSpec {
  const values = bars.map(({ name, value, interval }) => ({
    name,
    value,
    ...(interval === undefined ? {} : { low: interval[0], high: interval[1] }),
  }));
  const y = {
    field: "name",
    type: "nominal",
    sort: null,
    axis: { title: null, ticks: false, domain: false },
  };
  return {
    width: 520,
    height: { step: 24 },
    data: { values },
    encoding: { y },
    layer: [
      {
        mark: { type: "bar", height: 14, color: COLOURS.measured },
        encoding: {
          x: {
            field: "value",
            type: "quantitative",
            scale: { domain: [0, 1] },
            axis: { title, format: ".0%", tickCount: 5 },
          },
        },
      },
      {
        mark: { type: "rule", color: COLOURS.text, strokeWidth: 1.5 },
        encoding: { x: { field: "low", type: "quantitative" }, x2: { field: "high" } },
      },
    ],
  } as TopLevelSpec;
}
