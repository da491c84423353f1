/** The home page's style sheet: light or dark as the reader's system has it, no external resource. */
export const homePageStyle = `
:root { color-scheme: light dark;
  --paper: light-dark(#f5f6f8, #0f1318); --card: light-dark(#fff, #181e26); --line: light-dark(#dfe3e9, #2b333f);
  --ink: light-dark(#1a2029, #e7ebf0); --soft: light-dark(#556070, #9aa6b5); --link: light-dark(#0b57c2, #7fb3ff);
  --good: light-dark(#176c37, #57d083); --fair: light-dark(#8a5500, #f2b84b); --bad: light-dark(#b3261e, #ff8a80); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2.5rem 1.25rem 3rem; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; letter-spacing: -.015em; }
h2 { margin: 2.25rem 0 .75rem; font-size: .8125rem; letter-spacing: .08em; text-transform: uppercase; color: var(--soft); }
h3 { margin: 0; font-size: 1.0625rem; }
p { margin: .25rem 0 0; color: var(--soft); }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
code { font: .875em ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.overall { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; align-items: baseline; margin-top: 1.5rem; padding: .875rem 1.125rem; background: var(--card); border: 1px solid var(--line);
  border-left: .3rem solid var(--tone, var(--soft)); border-radius: .625rem; font-weight: 600; }
.overall small { font-weight: 400; color: var(--soft); }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }
.card { position: relative; display: flex; flex-direction: column; background: var(--card); border: 1px solid var(--line);
  border-radius: .75rem; padding: 1.125rem 1rem; }
.card:has(h3 a):hover { border-color: var(--link); }
.card:has(h3 a:focus-visible) { outline: 2px solid var(--link); outline-offset: 2px; }
.card h3 a { outline: none; }
.card h3 a::after { content: ""; position: absolute; inset: 0; border-radius: inherit; }
.card p { flex: 1; font-size: .9375rem; }
.card p a { position: relative; }
.main { grid-column: 1 / -1; }
.main h3 { font-size: 1.375rem; }
.head { display: flex; flex-wrap: wrap; gap: 0 .75rem; justify-content: space-between; align-items: baseline; }
.state { flex: none; font-size: .8125rem; font-weight: 600; color: var(--tone, var(--soft)); }
.servers { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .875rem 0 0; padding: .625rem 0 0;
  border-top: 1px solid var(--line); font-size: .8125rem; color: var(--soft); }
.servers b { font-weight: 600; color: var(--tone, var(--soft)); }
.parts { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }
.parts .card { padding: .875rem 1rem; }
.parts h3 { font-size: .9375rem; font-weight: 600; }
.good { --tone: var(--good); } .fair { --tone: var(--fair); } .bad { --tone: var(--bad); }
footer { margin-top: 2.25rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .875rem; color: var(--soft); }
`;
