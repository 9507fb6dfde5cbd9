import { Markup } from "./html.js";

/** Look of tables, dot plots and pairs, and of all of them on paper. */
export const TABLE_STYLE = new Markup(`
.data { margin: .75rem 0 1rem; }
.scroll { overflow-x: auto; position: relative; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .93rem; }
caption, .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { border-bottom: 1px solid var(--line); padding: .2rem .55rem; text-align: right; vertical-align: middle; font-weight: normal; }
th:first-child, td:first-child { padding-left: 0; text-align: left; overflow-wrap: anywhere; min-width: 12rem; }
th.text, td.text { text-align: left; }
td { white-space: nowrap; }
td.text { white-space: normal; overflow-wrap: anywhere; min-width: 3.6rem; }
thead th { color: var(--quiet); font-weight: 600; vertical-align: bottom; line-height: 1.25; font-size: .87rem; }
th.plot, td.plot { padding-left: .4rem; padding-right: .4rem; width: 36%; min-width: 6.5rem; }
thead th.plot { padding-bottom: 0; }
.total th, .total td { font-weight: 600; }
tbody + tbody .total th, tbody + tbody .total td { padding-top: .8rem; }
.total ~ tr th:first-child { padding-left: .9rem; }
.own th, .own td { background: var(--own); font-weight: 600; }
.few { color: var(--quiet); }
th .few { font-size: .8em; border: 1px solid var(--line); border-radius: .3rem; padding: 0 .3rem; white-space: nowrap; }
thead button {
  all: unset; cursor: pointer; color: inherit; display: inline-block;
}
thead button:focus-visible { outline: 3px solid var(--measured); outline-offset: 2px; }
thead button:hover { text-decoration: underline; }
th[aria-sort] button::after { content: " \\2193"; }
th[aria-sort="ascending"] button::after { content: " \\2191"; }
.tools { display: flex; gap: .5rem; margin-top: .4rem; }
.tools button, pre.command + button {
  font: inherit; font-size: .82rem; color: var(--quiet); background: none; border: 1px solid var(--line); border-radius: .35rem;
  padding: .1rem .55rem; cursor: pointer;
}
.tools button:hover, pre.command + button:hover { color: var(--text); border-color: var(--axis); }

svg.dots { display: block; overflow: visible; }
svg.dots text { fill: var(--quiet); font: 11px system-ui, sans-serif; }
svg.dots .grid { stroke: var(--grid); }
svg.dots .reference { stroke: var(--axis); stroke-width: 1.5; }
svg.dots .whisker { stroke: currentColor; stroke-width: 2; }
svg.dots path { fill: currentColor; stroke: currentColor; stroke-width: 1.5; }
svg.dots .hollow path { fill: var(--page); }
svg.dots .measured { color: var(--measured); }
svg.dots .other { color: var(--other); }
svg.dots .good { color: var(--good); }
svg.dots .bad { color: var(--bad); }
${[0, 1, 2, 3, 4, 5].map((run) => `.run-${run} { color: var(--run-${run}); }`).join("\n")}
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; padding: 0; margin: .5rem 0; font-size: .9rem; }
.legend svg { vertical-align: middle; margin-right: .35rem; overflow: visible; }
.legend path { fill: currentColor; }
.legend span { color: var(--text); }

dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem 1rem; font-size: .93rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font: .85rem/1.45 ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; }
code { overflow-wrap: anywhere; }
pre.command { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--panel); padding: .5rem .7rem; border-radius: .35rem; margin: .25rem 0; }

.pair { border: 1px solid var(--line); border-radius: .5rem; margin: .75rem 0; padding: .5rem .9rem; }
.pair summary { overflow-wrap: anywhere; }
.pair-texts { scroll-margin-top: 4.5rem; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 0 1rem; }
.answers > *, .prompt { min-width: 0; }
.pair h3 { font-size: .95rem; margin: .75rem 0 .25rem; }
.pair .good { color: var(--good); }
.pair .bad { color: var(--bad); }
.message { margin: 0 0 .5rem; }
.message .role { color: var(--quiet); font-size: .8rem; margin: 0; }
.message .text {
  margin: 0; padding: .5rem .7rem; background: var(--panel); border-radius: .35rem;
  white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; max-height: 24rem; overflow-y: auto;
}

@media (max-width: 40rem) {
  main, nav { padding-left: 1rem; padding-right: 1rem; }
  table { font-size: .8rem; }
  thead th { font-size: .74rem; }
  th, td { padding-left: .2rem; padding-right: .2rem; }
  th.plot, td.plot { width: 24%; min-width: 4.5rem; padding-left: .2rem; padding-right: .2rem; }
  th:first-child, td:first-child { min-width: 5rem; }
  .total ~ tr th:first-child { padding-left: .4rem; }
  svg.dots text { font-size: 10px; }
  svg.dots text:nth-child(even) { display: none; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin-bottom: .4rem; }
}
`);
