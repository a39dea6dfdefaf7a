// The few plain pages that the server makes itself: no script, one style, nothing from elsewhere.
import { createHash } from 'node:crypto';

const style = `
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
main { display: block; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid #8884; }
label { display: block; margin-top: 1rem; }
input { display: block; width: 100%; max-width: 24rem; font: inherit; padding: 0.4rem; box-sizing: border-box; }
button { margin-top: 1.5rem; font: inherit; padding: 0.5rem 1.5rem; }
summary { cursor: pointer; padding: 0.35rem 0; }
details > div { margin: 0 0 1rem 1.5rem; }
pre { overflow-x: auto; padding: 0.5rem 0.75rem; border-left: 0.25rem solid #8884; white-space: pre-wrap; }
pre i { font-family: system-ui, sans-serif; opacity: 0.8; }
.button { display: inline-block; margin-top: 0.5rem; padding: 0.5rem 1.25rem; border: 1px solid #8888; border-radius: 0.375rem; color: inherit; text-decoration: none; }
.button:hover { border-color: currentcolor; }
.fault { border-left: 0.25rem solid #c33; padding-left: 0.75rem; }
`;

/** How the content security policy names the one style of these pages. */
export const styleSource = `'sha256-${createHash('sha256').update(style, 'utf8').digest('base64')}'`;

/** Text that is safe in HTML, between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** A whole page. @param body HTML; everything that came from outside in it is escaped already @param language of both */
export function htmlPage(title: string, body: string, language = 'en'): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`;
}
