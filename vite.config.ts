import { defineConfig } from 'vite';
import { fileURLToPath } from 'node:url';
import { ISOLATION } from './tools/policy.mjs';
import { safety } from './tools/safety.mjs';
import { serviceWorker } from './tools/service-worker.mjs';

export default defineConfig({
  base: './',
  plugins: [serviceWorker(), safety()],
  // Lit's own, which components import too, writes style attributes: see there.
  resolve: { alias: { 'lit/directives/style-map.js': fileURLToPath(new URL('src/ui/kit/style-map.ts', import.meta.url)) } },
  // A cache a port, so that several development servers can run side by side.
  cacheDir: `node_modules/.vite-${process.env['PINCH_PORT'] ?? 'dev'}`,
  build: { target: 'es2023', sourcemap: true, assetsInlineLimit: 0, chunkSizeWarningLimit: 1500 },
  worker: { format: 'es' },
  server: { headers: ISOLATION, hmr: false, watch: null },
  optimizeDeps: {
    // Workers are no imports of the page: what only they need was found late, and the page reloaded under whoever used it.
    entries: ['index.html', 'workers/*.ts', 'tests/fixtures/*.html'],
    // ORT finds its wasm beside its own module; pre-bundling would move the one without the other.
    exclude: ['onnxruntime-web'],
  },
});
