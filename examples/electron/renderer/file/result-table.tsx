import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { FileRun } from "./file-run.js";
import { nextFailed } from "./file-run.js";
import { orderRows, type RowOrder } from "./order-rows.js";
import { RowDetail } from "./row-detail.js";
import { RowGrid } from "./row-grid.js";
import { focusSoon } from "../ui/focus-soon.js";

/** The rows of a run: in an order, one of them open. */
export function ResultTable({ run, version }: { run: FileRun; version: number }): JSX.Element {
  const [order, setOrder] = useState<RowOrder>("file");
  const [active, setActive] = useState(0);
  const [openRow, setOpenRow] = useState<number>();
  const rows = useMemo(() => orderRows(run, order), [run, order, version]);
  const failed = nextFailed(rows, active);
  const opened = openRow === undefined ? undefined : rows[openRow];
  return (
    <>
      <div class="actions table-actions">
        <label class="order">
          Order{" "}
          <select
            value={order}
            onChange={(event) => {
              setOrder(event.currentTarget.value as RowOrder);
              setOpenRow(undefined);
              setActive(0);
            }}
          >
            <option value="file">as in the file</option>
            <option value="highest">highest first</option>
            <option value="lowest">lowest first</option>
          </select>
        </label>
        {failed >= 0 && (
          <button
            type="button"
            class="quiet"
            onClick={() => {
              setActive(failed);
              setOpenRow(failed);
            }}
          >
            Next failed
          </button>
        )}
      </div>
      <RowGrid
        rows={rows}
        active={active}
        openRow={openRow}
        onActive={setActive}
        onOpen={(place) => {
          setActive(place);
          setOpenRow(place === openRow ? undefined : place);
        }}
      />
      {opened !== undefined && (
        <RowDetail
          row={opened}
          onClose={() => {
            setOpenRow(undefined);
            focusSoon("rows");
          }}
        />
      )}
    </>
  );
}
