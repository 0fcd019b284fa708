// A vite plugin that builds workers/service.ts as service.js and tells it its version and which files make up the page.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Scripts and styles; what is large or rarely needed (wasm, checkpoints, maps) is kept when it is first used. */
const SHELL = /\.(js|mjs|css)$/;

/** @returns {import('vite').Plugin} */
export function serviceWorker() {
  let publicDir = '';
  return {
    name: 'pinch-lab:service-worker',
    apply: 'build',
    config: () => ({
      build: {
        rolldownOptions: {
          input: { index: 'index.html', service: 'workers/service.ts' },
          // A service worker's name must never change: it is how the next version is found.
          output: { entryFileNames: ({ name }) => (name === 'service' ? 'service.js' : 'assets/[name]-[hash].js') },
        },
      },
    }),
    configResolved: (config) => {
      publicDir = config.publicDir;
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const service = bundle['service.js'];
        if (service?.type !== 'chunk') throw new Error('workers/service.ts was not built as service.js');
        if (/^\s*(import|export)\b/m.test(service.code)) throw new Error('workers/service.ts must stay one classic script without imports');
        const built = Object.keys(bundle).filter((name) => name !== 'service.js').sort();
        const version = createHash('sha256').update(built.join('\n')).update(service.code);
        for (const file of filesOf(publicDir)) version.update(relative(publicDir, file)).update(readFileSync(file));
        const shell = ['./', ...built.filter((name) => SHELL.test(name))];
        service.code = service.code.replaceAll('BUILD_VERSION', JSON.stringify(version.digest('hex').slice(0, 12))).replaceAll('BUILD_SHELL', JSON.stringify(shell));
      },
    },
  };
}

/** @param {string} folder @returns {string[]} every file below it, sorted */
function filesOf(folder) {
  if (!folder || !existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
