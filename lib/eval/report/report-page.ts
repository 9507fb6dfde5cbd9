import { createHash } from "node:crypto";
import { html, Markup } from "./html/html.js";
import { PRINT_STYLE } from "./html/print-style.js";
import { SCRIPT } from "./html/script.js";
import { STYLE } from "./html/style.js";
import { TABLE_STYLE } from "./html/table-style.js";

/** A part of a page, with its place in the list of contents. */
export interface Section {
  /** What a link to it ends with. */
  id: string;
  title: string;
  body: Markup;
  /** Stands beside others where there is room. */
  isChart?: boolean;
}

const STYLES = [STYLE, TABLE_STYLE, PRINT_STYLE].map(({ text }) => text).join("");

/** Only what is written here runs, by its checksum, whatever a dataset holds; nothing is loaded from anywhere. */
const POLICY = [
  "default-src 'none'",
  `script-src ${checksum(SCRIPT.text)}`,
  `style-src ${checksum(STYLES)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** A page of its own in one file. @param lead what stands above the first section */
export function reportPage(title: string, lead: Markup, sections: readonly (Section | null)[]): string {
  const shown = sections.filter((section) => section !== null);
  // What has a checksum is put in as it is: a formatter's blank would change it.
  const style = new Markup(`<style>${STYLES}</style>`);
  const script = new Markup(`<script>${SCRIPT.text}</script>`);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <title>${title}</title>
        ${style}
      </head>
      <body>
        <nav aria-labelledby="contents">
          <div>
            <h2 id="contents">Contents</h2>
            <ul>
              ${shown.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}
            </ul>
          </div>
        </nav>
        <main>
          <h1>${title}</h1>
          ${lead} ${grouped(shown)}
        </main>
        ${script}
      </body>
    </html> `;
  return page.text;
}

/** Charts that follow each other share the width of the page. */
function grouped(sections: readonly Section[]): Markup[] {
  const parts: Markup[] = [];
  for (let index = 0; index < sections.length;) {
    const rest = sections.slice(index);
    const next = rest.findIndex(({ isChart }) => isChart !== true);
    const charts = rest.slice(0, next < 0 ? rest.length : next);
    if (charts.length === 0) parts.push(sectionMarkup(rest[0] as Section));
    else parts.push(html`<div class="charts">${charts.map(sectionMarkup)}</div>`);
    index += Math.max(1, charts.length);
  }
  return parts;
}

function sectionMarkup({ id, title, body }: Section): Markup {
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${body}
  </section>`;
}

function checksum(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
