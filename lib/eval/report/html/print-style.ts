import { Markup } from "./html.js";

/** On paper: everything that is a number is open, nothing that is for a screen is left. */
export const PRINT_STYLE = new Markup(`
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --panel: #ffffff; --text: #000000; --quiet: #444444; --grid: #dddddd; --axis: #888888; --line: #bbbbbb;
    --measured: #1f5fbf; --other: #6d7687; --good: #1f7a4d; --bad: #b3402a; --own: #eeeeee;
    --run-0: #1f5fbf; --run-1: #b35900; --run-2: #1f7a4d; --run-3: #8a3fa8; --run-4: #b3402a; --run-5: #0b7285;
  }
  body { display: block; font-size: 10pt; }
  main { max-width: none; padding: 0; }
  nav, .tools, pre.command + button, .pair-link { display: none; }
  .numbers > summary { list-style: none; }
  .numbers::details-content { content-visibility: visible; display: block; height: auto; }
  figure, tr, .tiles li, .notice, .verdict { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .charts { grid-template-columns: 1fr 1fr; }
  .charts > section { break-inside: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; }
  th, td { padding: .1rem .3rem; }
  th:first-child, td:first-child { min-width: 5rem; }
  th.plot, td.plot { min-width: 4rem; }
  .numbers table { font-size: 7.5pt; }
  .numbers th:first-child, .numbers td:first-child { min-width: 0; }
  thead { display: table-header-group; }
  .message .text { max-height: none; }
  a { color: inherit; text-decoration: none; }
}
`);
