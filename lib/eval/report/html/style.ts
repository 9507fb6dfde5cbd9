import { Markup } from "./html.js";

/** Colours for light, dark and paper. */
const LIGHT = `
  --page: #ffffff; --panel: #f6f7f9; --text: #1b1f27; --quiet: #566072; --grid: #e3e6ec; --axis: #9aa2b1; --line: #d5d9e1;
  --measured: #1f5fbf; --other: #6d7687; --good: #1f7a4d; --bad: #b3402a; --own: #eaf1fc;
  --run-0: #1f5fbf; --run-1: #b35900; --run-2: #1f7a4d; --run-3: #8a3fa8; --run-4: #b3402a; --run-5: #0b7285;`;
const DARK = `
  --page: #14171d; --panel: #1d2129; --text: #e6e9ef; --quiet: #a3abba; --grid: #2c313c; --axis: #6b7383; --line: #343a46;
  --measured: #6ea8ff; --other: #98a1b2; --good: #55c08a; --bad: #f08a72; --own: #1c2a41;
  --run-0: #6ea8ff; --run-1: #f0a04b; --run-2: #55c08a; --run-3: #cf95e8; --run-4: #f08a72; --run-5: #4cc3d9;`;

/** Look of a page: no font and no image from elsewhere. */
export const STYLE = new Markup(`
:root { color-scheme: light dark;${LIGHT} }
@media (prefers-color-scheme: dark) { :root {${DARK} } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: break-word;
}
main, nav { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-top: 1.5rem; padding-bottom: 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
p { margin: .5rem 0; max-width: 46rem; }
a { color: var(--measured); text-underline-offset: .15em; }
.quiet { color: var(--quiet); font-size: .9rem; }
:focus-visible { outline: 3px solid var(--measured); outline-offset: 2px; }

nav { padding-top: 1rem; font-size: .9rem; }
nav h2 { font-size: .9rem; margin: 0; }
nav ul { list-style: none; margin: .25rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; }
nav a { text-decoration: none; display: inline-block; padding: .15rem 0; }
nav a:hover { text-decoration: underline; }
@media (min-width: 80rem) {
  body { display: grid; grid-template-columns: 13rem minmax(0, 62rem); justify-content: center; gap: 0 1.5rem; }
  nav { grid-column: 1; grid-row: 1; padding-top: 2rem; padding-right: 0; }
  nav > div { position: sticky; top: 2rem; }
  nav ul { flex-direction: column; }
  main { grid-column: 2; grid-row: 1; margin: 0; width: 100%; }
}

.tiles { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1.25rem 0; padding: 0; list-style: none; }
.tiles li { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .85rem; }
.tiles b { display: block; font-size: 1.45rem; line-height: 1.25; font-variant-numeric: tabular-nums; }
.tiles span { display: block; color: var(--quiet); font-size: .85rem; max-width: 16rem; }
.notice { border-left: 4px solid var(--bad); background: var(--panel); padding: .4rem .9rem; margin: 1rem 0; }
.verdict { border-left: 4px solid var(--measured); background: var(--panel); padding: .4rem .9rem; margin: 1rem 0; }

.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 0 2rem; }
.charts > section { min-width: 0; }
figure { margin: 1rem 0 .5rem; }
figure svg { display: block; max-width: 100%; height: auto; }
figcaption { color: var(--quiet); font-size: .9rem; max-width: 46rem; margin-top: .25rem; }
summary { cursor: pointer; }
.numbers > summary { font-size: .9rem; color: var(--quiet); }
`);
