// A vite plugin that gives the built page its Content-Security-Policy: as a meta element, in _headers, and as headers of `vite preview`.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { headersFile, headersOf, pagePolicy } from './policy.mjs';

/** @param {string} html @param {RegExp} element @returns {string[]} */
const hashes = (html, element) => [...html.matchAll(element)].map(([, content]) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`);

/** @param {string} html with its inline script and style as they will be served */
export function policyOf(html) {
  return pagePolicy({ scripts: hashes(html, /<script>([\s\S]*?)<\/script>/g), styles: hashes(html, /<style>([\s\S]*?)<\/style>/g) });
}

/** @returns {import('vite').Plugin} */
export function safety() {
  let policy = '';
  let dist = '';
  return {
    name: 'pinch-lab:safety',
    configResolved: ({ root, build }) => {
      dist = join(root, build.outDir);
    },
    transformIndexHtml: {
      order: 'post',
      handler(html, { server }) {
        // The development server puts scripts of its own into the page.
        if (server) return html;
        policy = policyOf(html);
        // Before anything that it is about.
        return html.replace(/(<meta charset[^>]*>)/, `$1\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`);
      },
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        if (policy) this.emitFile({ type: 'asset', fileName: '_headers', source: headersFile(policy, Object.keys(bundle).sort()) });
      },
    },
    configurePreviewServer({ middlewares }) {
      const page = policyOf(readFileSync(join(dist, 'index.html'), 'utf8'));
      middlewares.use((request, response, next) => {
        const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname).slice(1);
        for (const [name, value] of Object.entries(headersOf(path, page))) response.setHeader(name, value);
        next();
      });
    },
  };
}
