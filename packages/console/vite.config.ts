// Builds the console into `dist`: hashed files under /assets, and a page whose style nonce the server fills in.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** What the server replaces in `index.html` by a fresh nonce for every answer. */
const noncePlaceholder = '__USHER_NONCE__';

export default defineConfig({
  plugins: [react()],
  html: { cspNonce: noncePlaceholder },
  build: {
    outDir: 'dist',
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
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
