import { defineConfig } from 'vite';
import { serviceWorker } from './tools/service-worker.mjs';

/** Cross-origin isolation, without which there is no SharedArrayBuffer and so no WASM threads. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export default defineConfig({
  base: './',
  plugins: [serviceWorker()],
  // A cache a port, so that several development servers can run side by side.
  cacheDir: `node_modules/.vite-${process.env['PINCH_PORT'] ?? 'dev'}`,
  build: { target: 'es2023', sourcemap: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 1500 },
  worker: { format: 'es' },
  server: { headers: isolation, hmr: false, watch: null },
  preview: { headers: isolation },
  optimizeDeps: {
    // Workers are no imports of the page: what only they need was found late, and the page reloaded under whoever used it.
    entries: ['index.html', 'workers/*.ts', 'tests/fixtures/*.html'],
    // ORT finds its wasm beside its own module; pre-bundling would move the one without the other.
    exclude: ['onnxruntime-web'],
  },
});
