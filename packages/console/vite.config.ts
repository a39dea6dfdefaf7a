// Builds the console into `dist`: hashed files under /assets, each also compressed, and a page whose style nonce the server fills in.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** What the server replaces in `index.html` by a fresh nonce for every answer. */
const noncePlaceholder = '__USHER_NONCE__';

const compress = promisify(brotliCompress);

/** Puts `NAME.br` beside each text file: compressed once, as small as it gets, and not while somebody waits for it. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    // Of the files as they were written: until then parts of them are still placeholders.
    async writeBundle({ dir = '' }, bundle) {
      const names = Object.keys(bundle).filter((name) => /\.(js|css|svg)$/.test(name));
      await Promise.all(
        names.map(async (name) => writeFile(join(dir, `${name}.br`), await compress(await readFile(join(dir, name))))),
      );
    },
  };
}

export default defineConfig({
  plugins: [react(), compressed()],
  html: { cspNonce: noncePlaceholder },
  build: {
    outDir: 'dist',
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // Compressing takes its time.
      checks: { bundlerTimings: false },
      output: {
        // Few files for what every page needs; charts and Markdown stay with the pages that show them.
        codeSplitting: {
          groups: [
            {
              name: 'framework',
              test: /node_modules[\\/](react|react-dom|scheduler|@tanstack|i18next|react-i18next)[\\/]/,
            },
            {
              name: 'interface',
              test: /node_modules[\\/](@mantine[\\/](core|hooks|store|notifications)|@floating-ui|lucide-react|clsx|tabbable|react-(remove-scroll|remove-scroll-bar|style-singleton|number-format|transition-group))[\\/]/,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': process.env.USHER_CONSOLE_API ?? 'http://127.0.0.1:8080' } },
});
