import { Markup } from "./html.js";

/** Look of the report: no script, no font, no image from elsewhere; colours for light, dark and paper. */
export const STYLE = new Markup(`
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f5f6f8; --text: #1b1f27; --quiet: #5a6272; --grid: #e1e4ea; --axis: #9aa2b1;
  --measured: #1f5fbf; --other: #b4bdcc; --good: #1f7a4d; --bad: #b3402a; --line: #d5d9e1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171d; --panel: #1d2129; --text: #e6e9ef; --quiet: #a3abba; --grid: #2c313c; --axis: #6b7383;
    --measured: #6ea8ff; --other: #525c6e; --good: #55c08a; --bad: #f08a72; --line: #343a46;
  }
}
@media print {
  :root {
    --page: #ffffff; --panel: #ffffff; --text: #000000; --quiet: #444444; --grid: #dddddd; --axis: #888888;
    --measured: #1f5fbf; --other: #b4bdcc; --good: #1f7a4d; --bad: #b3402a; --line: #bbbbbb;
  }
  figure, .pair, table { break-inside: avoid; }
  .scroll { overflow: visible; }
  figure svg { max-width: 100%; }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: break-word;
}
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
p { margin: .5rem 0; max-width: 48rem; }
.quiet { color: var(--quiet); }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0; padding: 0; list-style: none; }
.tiles li { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .9rem; }
.tiles b { display: block; font-size: 1.5rem; line-height: 1.25; font-variant-numeric: tabular-nums; }
.tiles span { display: block; color: var(--quiet); font-size: .85rem; }
figure { margin: 1rem 0; }
.scroll { overflow-x: auto; }
figure svg { display: block; height: auto; }
figcaption { color: var(--quiet); max-width: 48rem; margin-top: .25rem; }
:focus-visible { outline: 3px solid var(--measured); outline-offset: 2px; }
table { border-collapse: collapse; margin: .5rem 0; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .9rem .25rem 0; text-align: right; vertical-align: top; }
th:first-child, td:first-child { text-align: left; overflow-wrap: anywhere; }
thead th { color: var(--quiet); font-weight: 600; }
summary { cursor: pointer; }
.notice { border-left: 4px solid var(--bad); background: var(--panel); padding: .5rem .9rem; margin: 1rem 0; }
.pair { border: 1px solid var(--line); border-radius: .5rem; margin: .75rem 0; padding: .5rem .9rem; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; }
.answers > *, .prompt { min-width: 0; }
.pair h3 { font-size: .95rem; margin: .75rem 0 .25rem; }
.pair .good { color: var(--good); }
.pair .bad { color: var(--bad); }
.message { margin: 0 0 .5rem; }
.message .role { color: var(--quiet); font-size: .8rem; margin: 0; }
.message .text {
  margin: 0; padding: .5rem .7rem; background: var(--panel); border-radius: .35rem;
  white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; max-height: 24rem; overflow-y: auto;
  font: .88rem/1.45 ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace;
}
@media print { .message .text { max-height: none; } }
`);
