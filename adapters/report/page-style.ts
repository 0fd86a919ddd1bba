/** The page's style sheet: one column of text, colours as variables for light and dark. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1d2126; --muted: #667080; --line: #dde1e6; --paper: #ffffff; --panel: #f6f7f9; --notice: #8a4b00; --notice-paper: #fff4e2;
  --series-a: #1f5fa8; --series-b: #c05a1b; --series-c: #2c7d5b; --series-d: #8a4a9e; --series-e: #8b7a1d; --series-f: #6b7280; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7eb; --muted: #97a1ae; --line: #343b45; --paper: #14171b; --panel: #1c2026; --notice: #ffc67a; --notice-paper: #35270f;
  --series-a: #6ea8ea; --series-b: #ef9a5e; --series-c: #67c29a; --series-d: #c591d8; --series-e: #d3c25c; --series-f: #9aa3af; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
main { max-width: 66rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; font-weight: 600; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); font-weight: 600; }
p.kind { margin: 0 0 1rem; color: var(--muted); }
p.synthetic, div.insufficient { background: var(--notice-paper); color: var(--notice); padding: .6rem .9rem; border-radius: 4px; margin: 0 0 1rem; }
p.synthetic { font-weight: 600; }
div.insufficient ul { margin: .3rem 0 0; padding-left: 1.2rem; }
ul.summary { margin: 0 0 1rem; padding-left: 1.2rem; }
nav { margin: 1.25rem 0 0; font-size: .9rem; }
nav a { margin-right: 1rem; white-space: nowrap; }
a { color: var(--series-a); text-decoration: none; }
a:hover { text-decoration: underline; }
figure { margin: 1rem 0; padding: .75rem .9rem; background: var(--panel); border-radius: 4px; }
figcaption { font-weight: 600; font-size: .92rem; margin-bottom: .3rem; }
figure svg { width: 100%; max-height: 22rem; height: auto; display: block; font-family: inherit; }
div.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 28rem), 1fr)); gap: 1rem; }
div.charts figure { margin: 0; }
div.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .86rem; margin: .75rem 0; }
caption { text-align: left; font-weight: 600; padding-bottom: .3rem; }
th, td { text-align: left; padding: .22rem .7rem .22rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
thead th { color: var(--muted); font-size: .8rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.number, th.number { padding-right: 1rem; }
.unit, .source { color: var(--muted); }
.source { font-size: .78rem; font-family: ui-monospace, "Liberation Mono", monospace; white-space: nowrap; }
details > summary { cursor: pointer; color: var(--series-a); margin: .5rem 0; }
pre { overflow-x: auto; background: var(--panel); padding: .8rem; border-radius: 4px; font-size: .78rem; }
td a { color: inherit; text-decoration: underline dotted; text-underline-offset: 3px; }
td a:hover { color: var(--series-a); }
figure p.source { margin: .4rem 0 0; white-space: normal; }
h3 { font-size: .92rem; margin: 0 0 .2rem; font-weight: 600; }
aside.artifact { border-bottom: 1px solid var(--line); padding: .6rem 0; font-size: .82rem; }
aside.artifact .close { display: none; float: right; font-size: 1.2rem; line-height: 1; padding: 0 .3rem; }
aside.artifact dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .9rem; margin: 0; }
aside.artifact dt { color: var(--muted); }
aside.artifact dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, "Liberation Mono", monospace; font-size: .78rem; }
aside.artifact p { margin: 0; }
aside.artifact:target { position: fixed; left: 0; right: 0; bottom: 0; margin: 0 auto; max-width: 66rem; padding: .9rem 1.25rem 1.1rem; background: var(--panel); border: 1px solid var(--line); border-bottom: 0; border-radius: 6px 6px 0 0; box-shadow: 0 -6px 24px rgb(0 0 0 / .18); }
aside.artifact:target .close { display: block; }
@media print { main { max-width: none; } details > summary { display: none; } }
`;
