import type { JSX } from "preact";
import { download } from "./download.js";

interface ExportButtonsProps {
  /** File name without its ending. */
  name: string;
  jsonl: () => string;
  csv: () => string;
}

/** Offers results as JSON Lines and as CSV. Either text is made when it is asked for. */
export function ExportButtons({ name, jsonl, csv }: ExportButtonsProps): JSX.Element {
  const forms = [
    { label: "Export JSONL", file: `${name}.jsonl`, type: "application/x-ndjson", write: jsonl },
    { label: "Export CSV", file: `${name}.csv`, type: "text/csv", write: csv },
  ];
  return (
    <>
      {forms.map(({ label, file, type, write }) => (
        <button
          key={label}
          type="button"
          class="quiet"
          onClick={() => {
            download(file, type, write());
          }}
        >
          {label}
        </button>
      ))}
    </>
  );
}
