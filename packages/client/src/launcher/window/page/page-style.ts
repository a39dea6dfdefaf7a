// The look of the window's page: small, calm, in the person's colours (light or dark) and at their size of text.

/** The style sheet. The signs of the states are drawn as masks, so that they take the colour of the state. */
export const pageStyle = `:root {
  color-scheme: light dark;
  --ground: #ffffff;
  --foot: #f4f6f8;
  --line: #d5dbe1;
  --text: #1a1e23;
  --soft: #505a66;
  --accent: #1b59c8;
  --on-accent: #ffffff;
  --accent-hover: #174cab;
  --button: #ffffff;
  --button-hover: #eaeef2;
  --button-line: #8a949f;
  --notice: #fff5d9;
  --notice-text: #5c4400;
  --warn: #b45309;
  --stop: #c0291f;
  --good: #1a7f43;
  --state: var(--accent);
  --sign: url('/signs/update.svg');
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #1d2026;
    --foot: #24282f;
    --line: #3a4049;
    --text: #eceef1;
    --soft: #aab3be;
    --accent: #7aaeff;
    --on-accent: #0c1829;
    --accent-hover: #97c0ff;
    --button: #2f343c;
    --button-hover: #3a404a;
    --button-line: #78828e;
    --notice: #3a3118;
    --notice-text: #f5dd9b;
    --warn: #f3b25c;
    --stop: #ff8a80;
    --good: #67d391;
  }
}
[data-kind='required'] { --state: var(--warn); }
[data-kind='refused'], [data-kind='put-off'] { --state: var(--warn); }
[data-kind='prohibited'], [data-kind='failed'] { --state: var(--stop); }
[data-kind='done'] { --state: var(--good); }

* { box-sizing: border-box; }
[hidden] { display: none !important; }
html, body { height: 100%; }
body {
  margin: 0;
  background: var(--ground);
  color: var(--text);
  font: 0.9375rem/1.45 'Segoe UI', system-ui, -apple-system, 'Noto Sans', 'DejaVu Sans', sans-serif;
  overflow-wrap: anywhere;
}
main, main > div { height: 100%; min-height: 0; }
main > div { display: flex; flex-direction: column; }
#content {
  flex: 1 1 auto;
  min-height: 0;
  display: flex;
  flex-direction: column;
  gap: 0.75rem;
  padding: 1.375rem 1.5rem 1.25rem;
  overflow-y: auto;
}
#content > * { flex: none; }
p, h1, h2, h3, ul, ol, pre { margin: 0; }

#notice, #status {
  padding: 0.5rem 0.75rem;
  border-radius: 0.375rem;
  background: var(--notice);
  color: var(--notice-text);
  font-size: 0.875rem;
}
#status { background: var(--foot); color: var(--text); }
#head { display: flex; gap: 1rem; align-items: flex-start; }
#head > div { min-width: 0; }
#sign { flex: none; width: 2.5rem; height: 2.5rem; margin-top: 0.125rem; background: var(--state); -webkit-mask: var(--sign) center / contain no-repeat; mask: var(--sign) center / contain no-repeat; }
#product { color: var(--soft); font-size: 0.875rem; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
h1 { font-size: 1.1875rem; line-height: 1.3; font-weight: 600; outline: none; text-wrap: pretty; }
#body { display: grid; gap: 0.375rem; }
#body:empty { display: none; }

#progress { display: grid; gap: 0.5rem; }
#bar { width: 100%; height: 0.5rem; appearance: none; border: 0; border-radius: 0.25rem; overflow: hidden; background: var(--line); accent-color: var(--accent); }
#bar::-webkit-progress-bar { background: var(--line); }
#bar::-webkit-progress-value { background: var(--accent); border-radius: 0.25rem; transition: inline-size 0.3s linear; }
#bar:indeterminate { background: linear-gradient(90deg, var(--line) 30%, var(--accent) 50%, var(--line) 70%) 0 / 200% 100%; animation: sweep 1.8s linear infinite; }
#bar:indeterminate::-webkit-progress-bar { background: transparent; }
@keyframes sweep { from { background-position: 150% 0; } to { background-position: -50% 0; } }
@media (prefers-reduced-motion: reduce) {
  #bar:indeterminate { animation: none; background: repeating-linear-gradient(90deg, var(--accent) 0 0.5rem, var(--line) 0.5rem 1rem); }
  #bar::-webkit-progress-value { transition: none; }
}
#stage { font-weight: 600; }
#numbers { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; min-height: 1.45em; color: var(--soft); font-size: 0.875rem; font-variant-numeric: tabular-nums; }

#notes { flex: 1 1 auto; display: flex; flex-direction: column; min-height: 7rem; gap: 0.375rem; }
#notes h2 { font-size: 0.875rem; font-weight: 600; color: var(--soft); }
#notes-text { flex: 1 1 auto; min-height: 0; overflow-y: auto; padding: 0.625rem 0.875rem; border: 1px solid var(--line); border-radius: 0.375rem; font-size: 0.875rem; }
#notes-text > * + * { margin-top: 0.5rem; }
#notes-text h3 { font-size: 0.9375rem; font-weight: 600; }
#notes-text ul, #notes-text ol { padding-inline-start: 1.25rem; }
#notes-text li + li { margin-top: 0.125rem; }
code, pre { font-family: 'Cascadia Mono', Consolas, 'DejaVu Sans Mono', monospace; font-size: 0.8125rem; }
pre { white-space: pre-wrap; }

#details { list-style: none; padding: 0.625rem 0.875rem; border-radius: 0.375rem; background: var(--foot); color: var(--soft); font-size: 0.8125rem; user-select: text; }
#details li + li { margin-top: 0.25rem; }
#copy-field { width: 100%; font: inherit; font-size: 0.8125rem; color: inherit; background: var(--foot); border: 1px solid var(--line); border-radius: 0.375rem; padding: 0.5rem; }

#announcer { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

footer { flex: none; display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 0.5rem; padding: 0.875rem 1.5rem; border-top: 1px solid var(--line); background: var(--foot); }
footer:empty { display: none; }
button { min-height: 2.125rem; min-width: 5.5rem; max-width: 100%; padding: 0.3125rem 1rem; border: 1px solid var(--button-line); border-radius: 0.375rem; background: var(--button); color: var(--text); font: inherit; cursor: default; }
button:hover { background: var(--button-hover); }
button.primary { border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; }
button.primary:hover { background: var(--accent-hover); }
button.quiet { min-width: 0; padding-inline: 0.5rem; border-color: transparent; background: transparent; color: var(--accent); }
button.quiet:hover { background: var(--button-hover); }
#quiet { display: flex; flex-wrap: wrap; gap: 0.5rem; margin-inline-start: -0.5rem; }
#quiet:empty { display: none; }
button[aria-disabled='true'] { opacity: 0.6; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
h1:focus-visible { outline: none; }
@media (forced-colors: active) {
  #sign { background: CanvasText; forced-color-adjust: none; }
  button { border: 1px solid ButtonText; }
}

[data-kind='prohibited'] { --sign: url('/signs/stop.svg'); }
[data-kind='refused'], [data-kind='put-off'] { --sign: url('/signs/wait.svg'); }
[data-kind='failed'] { --sign: url('/signs/failed.svg'); }
[data-kind='done'] { --sign: url('/signs/done.svg'); }
`;

const sign = (path: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><g fill="none" stroke="#000" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"><circle cx="20" cy="20" r="17.5" />${path}</g></svg>`;

/** The signs of the states, by their names in the style sheet. Only their shape counts. */
export const pageSigns: ReadonlyMap<string, string> = new Map([
  ['update', sign('<path d="M20 11.5v13m-5.5-5.5 5.5 5.5 5.5-5.5M14 28.5h12" />')],
  ['stop', sign('<path d="M8 8l24 24" />')],
  ['wait', sign('<path d="M20 11v9.5l6 3.5" />')],
  ['failed', sign('<path d="M20 11v11.5M20 28v.2" />')],
  ['done', sign('<path d="m12.5 20.5 5.5 5.5 10-11" />')],
]);
