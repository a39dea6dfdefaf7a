// Starts the console: language, style nonce, then the first page.
import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './styles.css';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App, beginFirstPage } from './app.tsx';
import { startI18n } from './i18n/i18n.ts';
import { languages, pickLanguage } from './i18n/languages.ts';
import { readStored } from './state/stored.ts';

/** The nonce that the server put into this page; styles made at run time carry it, as the policy demands. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
setNonce(nonce);

beginFirstPage();
const stored = languages.find((language) => language === readStored('language'));
await startI18n(stored ?? pickLanguage(navigator.languages));

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root element');
createRoot(root).render(
  <StrictMode>
    <App nonce={nonce} />
  </StrictMode>,
);
