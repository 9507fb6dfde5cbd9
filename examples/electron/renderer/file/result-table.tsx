import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { formatReward } from "../ui/format.js";
import { problemOf, rewardOf, scoresOf, type FileRun, type ResultRow } from "./file-run.js";

/** Height of a row in pixels; the style sheet says the same. */
const ROW_HEIGHT = 36;
const VISIBLE_ROWS = 12;

type Order = "file" | "highest" | "lowest";

/** The rows of a run. Only those in sight are in the document, so a long file costs no more than a short one. */
export function ResultTable({ run, version }: { run: FileRun; version: number }): JSX.Element {
  const [top, setTop] = useState(0);
  const [order, setOrder] = useState<Order>("file");
  const rows = useMemo(() => ordered(run, order), [run, order, version]);
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - 2);
  const shown = rows.slice(first, first + VISIBLE_ROWS + 4);
  return (
    <>
      <label class="order">
        Order{" "}
        <select
          value={order}
          onChange={(event) => {
            setOrder(event.currentTarget.value as Order);
          }}
        >
          <option value="file">as in the file</option>
          <option value="highest">highest first</option>
          <option value="lowest">lowest first</option>
        </select>
      </label>
      <div
        class="table-window"
        tabIndex={0}
        role="region"
        aria-label="Scored records"
        onScroll={(event) => {
          setTop(event.currentTarget.scrollTop);
        }}
      >
        <table aria-rowcount={rows.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col">Id</th>
              <th scope="col">Text</th>
              <th scope="col" class="number">
                Reward
              </th>
              <th scope="col" class="number tokens">
                Tokens
              </th>
            </tr>
          </thead>
          <tbody>
            {first > 0 && <Gap rows={first} />}
            {shown.map((row, place) => (
              <Row key={first + place} row={row} index={first + place + 2} />
            ))}
            {rows.length > first + shown.length && <Gap rows={rows.length - first - shown.length} />}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Gap({ rows }: { rows: number }): JSX.Element {
  return <tr aria-hidden="true" class="gap" style={{ height: `${rows * ROW_HEIGHT}px` }} />;
}

function Row({ row, index }: { row: ResultRow; index: number }): JSX.Element {
  const problem = problemOf(row);
  const reward = rewardOf(row);
  return (
    <tr aria-rowindex={index}>
      <th scope="row">{row.record.id}</th>
      <td class="text" title={problem ?? row.record.text}>
        {problem === undefined ? row.record.text : <span class="problem">{problem}</span>}
      </td>
      <td class="number">
        {reward === undefined ? "\u2013" : `${row.record.kind === "pair" ? "Δ " : ""}${formatReward(reward)}`}
      </td>
      <td class="number tokens">{scoresOf(row).reduce((sum, { tokenCount }) => sum + tokenCount, 0)}</td>
    </tr>
  );
}

function ordered(run: FileRun, order: Order): ResultRow[] {
  const rows = run.rows.slice(0, run.doneRows);
  if (order === "file") return rows;
  const sign = order === "highest" ? -1 : 1;
  // Rows without a reward come last either way.
  const key = (row: ResultRow): number => rewardOf(row) ?? sign * Infinity;
  return rows.sort((a, b) => sign * (key(a) - key(b)) || 0);
}
