import type { TopLevelSpec } from "vega-lite";
import type { LengthBias } from "../../analysis/length-bias.js";
import { CHART_WIDTH, COLOURS } from "./render-chart.js";

/** Reward against token count of a sample of candidates. */
export function lengthChart({ sample }: LengthBias): TopLevelSpec {
  return {
    width: CHART_WIDTH,
    height: 200,
    data: {
      values: sample.map(({ tokens, reward, isChosen }) => ({
        tokens,
        reward,
        label: isChosen ? "chosen" : "rejected",
      })),
    },
    mark: { type: "point", filled: true, size: 22, opacity: 0.6, aria: false },
    encoding: {
      x: {
        field: "tokens",
        type: "quantitative",
        scale: { zero: false, padding: 6 },
        axis: { title: "Tokens", grid: false },
      },
      y: {
        field: "reward",
        type: "quantitative",
        scale: { zero: false, padding: 6 },
        axis: { title: "Reward" },
      },
      color: {
        field: "label",
        type: "nominal",
        scale: { domain: ["chosen", "rejected"], range: [COLOURS.good, COLOURS.bad] },
        legend: { title: null, symbolOpacity: 1, orient: "top" },
      },
      shape: {
        field: "label",
        type: "nominal",
        scale: { domain: ["chosen", "rejected"], range: ["circle", "triangle-up"] },
      },
    },
  };
}
