import { html, type Markup } from "./html/html.js";
import { STYLE } from "./html/style.js";

/** A page of its own: no script, nothing from elsewhere. */
export function reportPage(title: string, sections: readonly Markup[]): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${sections}
        </main>
      </body>
    </html> `;
  return page.text;
}
