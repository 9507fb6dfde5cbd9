import type { RunComparison } from "../../analysis/compare-runs.js";
import { signedRange } from "../../stats/figure-text.js";
import { percent, percentRange } from "../html/format.js";
import type { Markup } from "../html/html.js";
import { change, drawing, interval, share, words } from "./cells.js";
import { dataTable, SHOWN_ROWS, type TableColumn, type TableRow } from "./data-table.js";
import { dotPlot, scaleOf, shareAxis, type Dot } from "./dot-plot.js";
import { runKind } from "./run-legend.js";

interface Line {
  group: "sections" | "subsets";
  name: string;
}

/** Every section and subset with a dot for each run; of two runs with their difference, too. */
export function runsTable({ runs, differences }: RunComparison): Markup {
  const [own] = runs;
  const all: Line[] = (["sections", "subsets"] as const).flatMap((group) =>
    Object.keys(own?.[group] ?? {}).map((name) => ({ group, name })),
  );
  const lines = all.slice(0, SHOWN_ROWS);
  const dots = ({ group, name }: Line): Dot[] =>
    runs.map((run, place) => {
      const [value, ends] = [run[group][name] ?? Number.NaN, run.intervals[group][name]];
      return {
        value,
        label: `${run.name}: ${percent(value)} (95 %: ${percentRange(ends)})`,
        ...runKind(place),
      };
    });
  const scale = scaleOf(lines.flatMap(dots));
  const [only] = differences.length === 1 ? differences : [];
  const row = (line: Line): TableRow => {
    const paired = only?.[line.group][line.name];
    return {
      cells: [
        words(line.name === "" ? "no subset" : line.name),
        drawing(dotPlot(scale, dots(line))),
        ...runs.map((run) => share(run[line.group][line.name])),
        ...(paired === undefined
          ? []
          : [change(paired.difference), interval(paired.interval, signedRange(paired.interval))]),
      ],
    };
  };
  const columns: TableColumn[] = [
    { title: "Section or subset", isText: true },
    { title: shareAxis(scale), isPlot: true },
    ...runs.map(({ name }) => ({ title: shortName(name), name, hint: name })),
    ...(only === undefined
      ? []
      : [
          { title: "Difference", hint: "In percentage points" },
          { title: "95 %", name: "95 % interval" },
        ]),
  ];
  const groups = (["sections", "subsets"] as const).map((name) => ({
    name,
    rows: lines.filter(({ group }) => group === name).map(row),
  }));
  return dataTable({
    id: "runs-by-subset",
    title: "Every section and subset of every run, in percent",
    columns,
    groups: groups.filter(({ rows }) => rows.length > 0),
    note:
      lines.length < all.length
        ? `The first ${SHOWN_ROWS} of ${all.length} lines; summary.json has them all.`
        : undefined,
  });
}

/** Without the owner: the legend has the whole name. */
export function shortName(name: string): string {
  return name.split("/").at(-1) ?? name;
}
