/** The pages' style sheet: dark or light as the reader's system has it, or as the button says. */
export const pageStyle = `
:root { color-scheme: light dark;
  --paper: light-dark(#f3f4f7, #0f1217); --card: light-dark(#fff, #171c24); --line: light-dark(#dde1e8, #2a323e);
  --ink: light-dark(#1b212b, #e4e8ee); --soft: light-dark(#596475, #98a3b3); --link: light-dark(#0b57c2, #7fb3ff);
  --good: light-dark(#1a7f43, #3fb871); --warning: light-dark(#a15c00, #e8a33d); --bad: light-dark(#b3261e, #ef6a5f);
  --neutral: light-dark(#1b212b, #e4e8ee); --grid: light-dark(#e9ecf1, #232a35); }
:root[data-theme="light"] { color-scheme: light; } :root[data-theme="dark"] { color-scheme: dark; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 14px/1.45 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1.25rem; padding: 1rem 1.25rem .25rem; }
h1 { margin: 0; font-size: 1.375rem; letter-spacing: -.01em; }
header p { margin: 0; color: var(--soft); flex: 1 1 20rem; }
header time { color: var(--soft); font-variant-numeric: tabular-nums; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: .25rem 1.25rem .75rem; border-bottom: 1px solid var(--line); }
nav [aria-current] { color: var(--ink); font-weight: 600; }
button { font: inherit; color: var(--soft); background: none; border: 1px solid var(--line); border-radius: .375rem; padding: .125rem .625rem; cursor: pointer; }
main { display: grid; grid-template-columns: repeat(24, minmax(0, 1fr)); gap: .625rem; padding: .75rem 1.25rem 2rem; max-width: 108rem; margin: 0 auto; }
h2 { grid-column: 1 / -1; margin: .875rem 0 0; font-size: .8125rem; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); }
.panel { display: flex; flex-direction: column; min-width: 0; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .625rem .75rem; }
.panel h3 { margin: 0; font-size: .875rem; font-weight: 600; } .panel h3 a { color: inherit; }
.panel > p { margin: .0625rem 0 .375rem; color: var(--soft); font-size: .75rem; }
.none { flex: 1; display: grid; place-items: center; min-height: 4rem; color: var(--soft); }
.chart { position: relative; height: 11.5rem; }
.legend { width: 100%; border-collapse: collapse; margin-top: .375rem; font-size: .75rem; font-variant-numeric: tabular-nums; }
.legend th { font-weight: 400; color: var(--soft); text-align: right; padding: 0 0 0 .75rem; } .legend th:first-child { text-align: left; padding: 0; }
.legend td { padding: .0625rem 0 0 .75rem; text-align: right; white-space: nowrap; }
.legend td:first-child { padding-left: 0; text-align: left; white-space: normal; overflow-wrap: anywhere; width: 99%; }
.legend i { display: inline-block; width: .75rem; height: .1875rem; border-radius: 2px; margin: 0 .5rem .1875rem 0; }
.tiles { flex: 1; display: grid; grid-template-columns: repeat(auto-fit, minmax(6.75rem, 1fr)); gap: .375rem; }
.tile { position: relative; display: flex; flex-direction: column; justify-content: center; align-items: center; min-height: 3.25rem; padding: .375rem .5rem;
  border-radius: .375rem; overflow: hidden; background: color-mix(in srgb, var(--tone) 13%, transparent); }
.tile b { font-size: 1.5rem; font-weight: 600; line-height: 1.15; color: var(--tone); font-variant-numeric: tabular-nums; }
.tile span { font-size: .75rem; color: var(--soft); text-align: center; overflow-wrap: anywhere; }
.tile svg { position: absolute; inset: auto 0 0; width: 100%; height: 40%; opacity: .28; } .tile svg path { fill: var(--tone); }
.good { --tone: var(--good); } .warning { --tone: var(--warning); } .bad { --tone: var(--bad); } .neutral { --tone: var(--neutral); }
.rows { overflow: auto; } .rows table { width: 100%; border-collapse: collapse; font-size: .8125rem; font-variant-numeric: tabular-nums; }
.rows th { position: sticky; top: 0; background: var(--card); text-align: left; font-weight: 600; color: var(--soft); padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); }
.rows td { padding: .1875rem .75rem .1875rem 0; border-bottom: 1px solid var(--grid); overflow-wrap: anywhere; } .rows td.value { text-align: right; white-space: nowrap; color: var(--tone); } .rows th.value { text-align: right; }
footer { padding: 0 1.25rem 1.5rem; max-width: 108rem; margin: 0 auto; color: var(--soft); font-size: .75rem; }
.index { display: block; max-width: 60rem; } .index li { margin: .5rem 0; } .index span { color: var(--soft); }
@media (max-width: 60rem) { main { grid-template-columns: 1fr; } .panel { grid-column: 1 / -1 !important; } }
@media (prefers-reduced-motion: no-preference) { a, button { transition: color .1s; } }
`;
