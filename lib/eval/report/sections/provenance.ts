import type { Provenance } from "../../provenance/provenance.js";
import { count, counted } from "../html/format.js";
import { html, type Insertable, type Markup } from "../html/html.js";
import type { Section } from "../report-page.js";
import { whole, words } from "../tables/cells.js";
import { dataTable } from "../tables/data-table.js";

/** A dataset may have thousands of files. */
const SHOWN_FILES = 50;

/** When, with what and from which files the figures came about. @param more further lines, by name */
export function provenanceSection(
  { date, version, platform, command, scoredBy, files }: Provenance,
  more: Readonly<Record<string, string>> = {},
): Section {
  const lines: [string, Insertable][] = [
    ["Date", html`<time datetime="${date}">${date.replace("T", " ").replace(/\.\d+Z$/, " UTC")}</time>`],
    ["Version", `llama-reward ${version}; ${platform}`],
    ...(scoredBy === null ? [] : scorerLines(scoredBy)),
    ...Object.entries(more),
  ];
  return {
    id: "provenance",
    title: "Provenance",
    body: html`<dl>
        ${lines.map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>
      ${
        command === null
          ? null
          : html`<h3>Command</h3>
              <pre class="command" tabindex="0">${command}</pre>`
      }
      ${filesTable(files)}`,
  };
}

function scorerLines({
  name,
  type,
  fingerprint,
  settings,
}: NonNullable<Provenance["scoredBy"]>): [string, Insertable][] {
  const { device, ...rest } = settings;
  return [
    ["Model", `${name}, ${type}`],
    ["Fingerprint", html`<code>${fingerprint}</code>`],
    ...(device === undefined ? [] : ([["Device", device]] as [string, string][])),
    [
      "Settings",
      Object.entries(rest)
        .map(([key, value]) => `${key} ${value}`)
        .join(", "),
    ],
  ];
}

function filesTable(files: Provenance["files"]): Markup {
  if (files.length === 0) return html``;
  const shown = files.slice(0, SHOWN_FILES);
  return html`<h3>Files</h3>
    ${dataTable({
      id: "files",
      title: "Files with their checksums",
      columns: [
        { title: "File", isText: true },
        { title: "Is", isText: true },
        { title: "Bytes" },
        { title: "SHA-256", isText: true },
      ],
      groups: [
        {
          name: "",
          rows: shown.map(({ path, role, sizeBytes, sha256 }) => ({
            cells: [words(path), words(role), whole(sizeBytes), words(sha256, html`<code>${sha256}</code>`)],
          })),
        },
      ],
      note:
        files.length > shown.length
          ? `The first ${count(SHOWN_FILES)}; summary.json has ${counted(files.length - shown.length, "more", "more")}.`
          : undefined,
    })}`;
}
