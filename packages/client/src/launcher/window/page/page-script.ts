// The script of the window's page. It runs in the browser: the launcher serves this one function's own source.
import type { NoteBlock, Screen, ScreenChoice, Span } from './screen.ts';

/**
 * Shows each screen that the launcher sends, and sends back what is chosen. Texts become text nodes: nothing that came
 * from elsewhere is ever read as markup. Uses nothing from outside of itself, as its source is all that the page gets.
 */
export function runPage(): void {
  let shown: Screen | null = null;
  let answered = -1;

  const part = (id: string): HTMLElement => {
    const found = document.getElementById(id);
    if (found === null) throw new Error(`The page has no ${id}.`);
    return found;
  };

  const make = (tag: string, text: string): HTMLElement => {
    const made = document.createElement(tag);
    made.dir = 'auto';
    made.textContent = text;
    return made;
  };

  const setText = (id: string, text: string | null): void => {
    const element = part(id);
    if (element.textContent !== (text ?? '')) element.textContent = text ?? '';
    element.hidden = text === null || text === '';
  };

  /** Said by a screen reader, wherever the focus is. */
  const announce = (...texts: readonly (string | null)[]): void => {
    part('announcer').textContent = texts.filter((text) => text !== null && text !== '').join(' ');
  };

  const withSpans = (tag: string, spans: readonly Span[]): HTMLElement => {
    const tags = { plain: 'span', strong: 'strong', emphasis: 'em', code: 'code' };
    const made = make(tag, '');
    made.append(
      ...spans.map(({ text, style }) => (style === 'plain' ? document.createTextNode(text) : make(tags[style], text))),
    );
    return made;
  };

  const noteElement = (block: NoteBlock): HTMLElement => {
    if (block.kind === 'code') return make('pre', block.text);
    if (block.kind === 'list') {
      const list = document.createElement(block.ordered ? 'ol' : 'ul');
      list.append(...block.items.map((spans) => withSpans('li', spans)));
      return list;
    }
    return withSpans(block.kind === 'heading' ? 'h3' : 'p', block.spans);
  };

  const copyDetails = async ({ copy }: Screen): Promise<void> => {
    try {
      await navigator.clipboard.writeText(copy.text);
      setText('status', copy.done);
      announce(copy.done);
    } catch {
      // The browser forbids it: the text is shown, chosen whole, so that the person can copy it.
      const field = part('copy-field') as HTMLTextAreaElement;
      field.hidden = false;
      field.value = copy.text;
      field.focus();
      field.select();
    }
  };

  const answer = (screen: Screen, choice: ScreenChoice): void => {
    if (choice.id === 'copy-details') {
      void copyDetails(screen);
      return;
    }
    if (answered === screen.serial) return;
    answered = screen.serial;
    for (const button of document.querySelectorAll('button')) button.setAttribute('aria-disabled', 'true');
    void fetch('/answer', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ serial: screen.serial, choice: choice.id }),
    });
  };

  const buttonOf = (screen: Screen, choice: ScreenChoice): HTMLElement => {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.choice = choice.id;
    button.className = choice.look;
    button.textContent = choice.label;
    button.addEventListener('click', () => answer(screen, choice));
    return button;
  };

  const showProgress = ({ progress }: Screen): void => {
    part('progress').hidden = progress === null;
    if (progress === null) return;
    setText('stage', progress.stage);
    setText('amount', progress.amount);
    setText('left', progress.left);
    const bar = part('bar') as HTMLProgressElement;
    if (progress.fraction === null) bar.removeAttribute('value');
    else bar.value = progress.fraction;
  };

  /** A screen that only goes on (a download's bytes) leaves the focus, and what is announced, as they are. */
  const show = (screen: Screen): void => {
    const isNew = shown?.serial !== screen.serial;
    shown = screen;
    const stageBefore = part('stage').textContent;
    showProgress(screen);
    const stage = screen.progress?.stage ?? null;
    if (!isNew && stage !== null && stage !== stageBefore) announce(stage);
    if (!isNew) return;
    setText('notice', screen.notice);
    announce(screen.notice, screen.status, screen.title, ...screen.body, stage);
    document.documentElement.lang = screen.language;
    document.documentElement.dataset.kind = screen.kind;
    document.title = screen.product === '' ? screen.title : screen.product;
    setText('product', screen.product);
    setText('title', screen.title);
    setText('status', screen.status);
    part('copy-field').hidden = true;
    part('body').replaceChildren(...screen.body.map((line) => make('p', line)));
    part('notes').hidden = screen.notes === null;
    setText('notes-title', screen.notes?.title ?? null);
    part('notes-text').replaceChildren(...(screen.notes?.blocks ?? []).map(noteElement));
    part('details').replaceChildren(...screen.details.map((line) => make('li', line)));
    part('details').hidden = screen.details.length === 0;
    for (const [place, isQuiet] of [
      ['quiet', true],
      ['choices', false],
    ] as const) {
      const choices = screen.choices.filter(({ look }) => (look === 'quiet') === isQuiet);
      part(place).replaceChildren(...choices.map((choice) => buttonOf(screen, choice)));
    }
    part('content').scrollTop = 0;
    document.documentElement.dataset.serial = String(screen.serial);
    const safe = screen.choices.find(({ isSafe }) => isSafe);
    const first =
      safe === undefined ? part('title') : document.querySelector<HTMLElement>(`[data-choice="${safe.id}"]`);
    first?.focus();
  };

  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || shown === null) return;
    const safe = shown.choices.find(({ isSafe }) => isSafe);
    if (safe !== undefined) answer(shown, safe);
  });
  const events = new EventSource('/events');
  events.addEventListener('screen', (event: MessageEvent<string>) => show(JSON.parse(event.data) as Screen));
  events.addEventListener('close', () => {
    events.close();
    window.close();
  });
  // The launcher is gone, and nothing here can be answered any more.
  events.addEventListener('error', () =>
    setTimeout(() => events.readyState !== EventSource.OPEN && window.close(), 5000),
  );
}
