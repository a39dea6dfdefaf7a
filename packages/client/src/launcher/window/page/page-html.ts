// The window's page: places for texts, and nothing else. The script fills them.

/** The document. */
export const pageHtml = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Usher</title>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/page.css" />
    <script src="/page.js" defer></script>
  </head>
  <body>
    <main>
      <div id="dialog" role="alertdialog" aria-labelledby="title" aria-describedby="body">
        <div id="content">
          <p id="notice" hidden></p>
          <div id="head">
            <span id="sign" aria-hidden="true"></span>
            <div>
              <p id="product" dir="auto" hidden></p>
              <h1 id="title" tabindex="-1" dir="auto"></h1>
            </div>
          </div>
          <p id="status" dir="auto" hidden></p>
          <textarea id="copy-field" readonly rows="4" aria-labelledby="title" hidden></textarea>
          <div id="body"></div>
          <div id="progress" hidden>
            <p id="stage"></p>
            <progress id="bar" max="1" aria-labelledby="stage left"></progress>
            <p id="numbers"><span id="amount"></span> <span id="left"></span></p>
          </div>
          <section id="notes" aria-labelledby="notes-title" hidden>
            <h2 id="notes-title"></h2>
            <div id="notes-text" role="group" aria-labelledby="notes-title" tabindex="0"></div>
          </section>
          <ul id="details" hidden></ul>
          <div id="quiet"></div>
        </div>
        <footer id="choices"></footer>
        <p id="announcer" role="status"></p>
      </div>
    </main>
  </body>
</html>
`;

/** The sign in the title bar of the window. */
export const pageIcon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
  <circle cx="16" cy="16" r="15" fill="#1f5fd0" />
  <path d="M16 8v13m-6-6 6 6 6-6M10 25h12" fill="none" stroke="#fff" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round" />
</svg>
`;
