/** One column of text beside a list of events; colours follow the system. */
export const STYLE = `
:root { color-scheme: light dark; --back: #fff; --soft: #f5f6f8; --line: #e1e4e8; --text: #1d2129; --dim: #656d78;
  --link: #0b62c4; --in: #0f7b4a; --out: #7a3fc0; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --back: #14161a; --soft: #1d2026; --line: #30343c; --text: #e6e8ec;
  --dim: #9aa3af; --link: #6db1ff; --in: #4fc58c; --out: #bd96f2; --bad: #ff8a80; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
.page { display: grid; grid-template-columns: 16rem minmax(0, 52rem); gap: 2.5rem; max-width: 74rem; margin: 0 auto;
  padding: 0 1.5rem; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 2rem 0; font-size: .875rem; }
nav h2 { margin: 1.4rem 0 .3rem; padding: 0; border: 0; font-size: .75rem; letter-spacing: .06em;
  text-transform: uppercase; color: var(--dim); }
nav a { display: block; padding: .1rem 0; color: inherit; text-decoration: none; font-family: ui-monospace, monospace; }
nav a:hover { color: var(--link); }
nav .plain { font-family: inherit; }
main { padding: 2rem 0 6rem; min-width: 0; }
h1 { margin: 0 0 .5rem; font-size: 2rem; line-height: 1.2; }
h2 { margin: 2.5rem 0 .8rem; padding-top: 1.4rem; border-top: 1px solid var(--line); font-size: 1.4rem; }
h3 { margin: 0; font: 600 1.15rem ui-monospace, monospace; }
h4 { margin: 1.2rem 0 .4rem; font-size: .8rem; letter-spacing: .05em; text-transform: uppercase; color: var(--dim); }
a { color: var(--link); }
p { margin: .6rem 0; }
code { padding: .1em .3em; border-radius: 4px; background: var(--soft); font: .9em ui-monospace, monospace; }
pre { margin: .4rem 0; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--soft);
  overflow-x: auto; font: .85rem/1.5 ui-monospace, monospace; }
.event { margin: 1.4rem 0; padding: 1.2rem 1.4rem; border: 1px solid var(--line); border-radius: 12px; }
.event header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .7rem; }
.badge { font-size: .75rem; font-weight: 600; }
.client .badge { color: var(--in); } .server .badge { color: var(--out); }
.limit, .none, .optional, .rules { color: var(--dim); font-size: .85rem; }
.limit { margin-left: auto; }
.optional { margin-left: .5rem; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--dim); font-weight: 500; }
td:first-child { white-space: nowrap; }
.codes { display: flex; flex-wrap: wrap; gap: .4rem; padding: 0; margin: .4rem 0; list-style: none; }
.codes a { padding: .1rem .5rem; border: 1px solid var(--line); border-radius: 999px; color: var(--bad);
  font: .78rem ui-monospace, monospace; text-decoration: none; }
@media (max-width: 56rem) { .page { display: block; } nav { position: static; height: auto; padding-bottom: 0; }
  nav a { display: inline-block; margin-right: .8rem; } }
`;
