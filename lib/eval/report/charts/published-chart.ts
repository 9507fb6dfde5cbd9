import type { TopLevelSpec } from "vega-lite";
import type { PublishedRow } from "../../metrics/published.js";
import type { EvalSummary } from "../../analysis/summary.js";
import { COLOURS } from "./render-chart.js";

const AVERAGE = "Average";

interface Cell {
  model: string;
  section: string;
  percent: number;
  isMeasured: boolean;
  low?: number;
  high?: number;
}

/** The measured model among the published ones, by average, one column of bars for the average and for each section. */
export function publishedChart(summary: EvalSummary, published: readonly PublishedRow[]): TopLevelSpec {
  const sections = [AVERAGE, ...Object.keys(summary.sections)];
  const measuredName = `${bareName(summary.model)} (measured)`;
  const rows = published.map((row) => ({ ...row, model: bareName(row.model) }));
  const cells = [...measuredCells(summary, measuredName), ...rows.flatMap(publishedCells)];
  const order = [{ model: measuredName, average: summary.average * 100 }, ...rows]
    .sort((a, b) => b.average - a.average)
    .map(({ model }) => model);
  return {
    data: { values: cells },
    facet: {
      column: {
        field: "section",
        type: "nominal",
        sort: sections,
        header: { title: null, labelAnchor: "start" },
      },
    },
    spacing: 14,
    spec: {
      width: 105,
      height: { step: 20 },
      encoding: {
        y: {
          field: "model",
          type: "nominal",
          sort: order,
          axis: { title: null, ticks: false, domain: false, labelPadding: 6 },
        },
      },
      layer: [
        {
          mark: { type: "bar", height: 12 },
          encoding: {
            x: {
              field: "percent",
              type: "quantitative",
              scale: { domain: [0, 100] },
              axis: { title: null, values: [0, 50, 100] },
            },
            color: {
              condition: { test: "datum.isMeasured", value: COLOURS.measured },
              value: COLOURS.other,
            },
          },
        },
        {
          transform: [{ filter: "datum.isMeasured" }],
          mark: { type: "rule", color: COLOURS.text, strokeWidth: 1.5 },
          encoding: { x: { field: "low", type: "quantitative" }, x2: { field: "high" } },
        },
      ],
    },
  };
}

/** Without the owner: the table below has the whole name. */
function bareName(model: string): string {
  return model.split("/").at(-1) ?? model;
}

function measuredCells(summary: EvalSummary, model: string): Cell[] {
  const cell = (section: string, value: number, interval: readonly number[] | undefined): Cell => ({
    model,
    section,
    percent: value * 100,
    isMeasured: true,
    low: (interval?.[0] ?? value) * 100,
    high: (interval?.[1] ?? value) * 100,
  });
  return [
    cell(AVERAGE, summary.average, summary.intervals.average),
    ...Object.entries(summary.sections).map(([name, value]) =>
      cell(name, value, summary.intervals.sections[name]),
    ),
  ];
}

function publishedCells({ model, average, sections = {} }: PublishedRow): Cell[] {
  return Object.entries({ [AVERAGE]: average, ...sections }).map(([section, percent]) => ({
    model,
    section,
    percent,
    isMeasured: false,
  }));
}
