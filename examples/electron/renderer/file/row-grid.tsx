import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { formatReward } from "../ui/format.js";
import { problemOf, rewardOf, scoresOf, type ResultRow } from "./file-run.js";

/** Height of a row in pixels; the style sheet says the same. */
const ROW_HEIGHT = 36;
const VISIBLE_ROWS = 12;

interface RowGridProps {
  rows: readonly ResultRow[];
  /** Place of the row the keyboard is at. */
  active: number;
  /** Place of the row whose details are shown. */
  openRow: number | undefined;
  onActive: (place: number) => void;
  onOpen: (place: number) => void;
}

/**
 * The rows that are in sight: a long file costs no more than a short one. The focus stays on the grid, which tells the row it is at, so
 * that it is not lost with a row that is scrolled away. Arrows move, Enter opens.
 */
export function RowGrid({ rows, active, openRow, onActive, onOpen }: RowGridProps): JSX.Element {
  const [top, setTop] = useState(0);
  const view = useRef<HTMLDivElement>(null);
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - 2);
  const shown = rows.slice(first, first + VISIBLE_ROWS + 4);
  useEffect(() => {
    keepInSight(view.current, active);
  }, [active]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: VISIBLE_ROWS, PageUp: -VISIBLE_ROWS }[event.key];
    const jump = { Home: 0, End: rows.length - 1 }[event.key];
    if (event.key === "Enter" || event.key === " ") onOpen(active);
    else if (step === undefined && jump === undefined) return;
    else onActive(Math.max(0, Math.min(rows.length - 1, jump ?? active + (step ?? 0))));
    event.preventDefault();
  };
  return (
    <div
      class="table-window"
      ref={view}
      onScroll={(event) => {
        setTop(event.currentTarget.scrollTop);
      }}
    >
      <table
        id="rows"
        role="grid"
        tabIndex={0}
        aria-label="Scored records"
        aria-rowcount={rows.length + 1}
        aria-activedescendant={active >= first && active < first + shown.length ? rowId(active) : undefined}
        onKeyDown={onKeyDown}
      >
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
          {shown.map((row, index) => {
            const place = first + index;
            return (
              <Row
                key={place}
                row={row}
                place={place}
                isActive={place === active}
                isOpen={place === openRow}
                onOpen={() => {
                  onOpen(place);
                }}
              />
            );
          })}
          {rows.length > first + shown.length && <Gap rows={rows.length - first - shown.length} />}
        </tbody>
      </table>
    </div>
  );
}

const rowId = (place: number): string => `row-${place}`;

function keepInSight(view: HTMLDivElement | null, place: number): void {
  if (view === null) return;
  const header = ROW_HEIGHT;
  const [from, to] = [place * ROW_HEIGHT, (place + 1) * ROW_HEIGHT + header];
  if (from < view.scrollTop) view.scrollTop = from;
  else if (to > view.scrollTop + view.clientHeight) view.scrollTop = to - view.clientHeight;
}

function Gap({ rows }: { rows: number }): JSX.Element {
  return <tr aria-hidden="true" class="gap" style={{ height: `${rows * ROW_HEIGHT}px` }} />;
}

interface RowProps {
  row: ResultRow;
  place: number;
  isActive: boolean;
  isOpen: boolean;
  onOpen: () => void;
}

function Row({ row, place, isActive, isOpen, onOpen }: RowProps): JSX.Element {
  const problem = problemOf(row);
  const reward = rewardOf(row);
  return (
    <tr
      id={rowId(place)}
      aria-rowindex={place + 2}
      aria-selected={isOpen}
      class={isActive ? "active" : undefined}
      onClick={onOpen}
    >
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
