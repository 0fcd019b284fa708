// Runs a TypeScript file in Node: node tools/run-ts.mjs tools/world/build.ts [arguments]
// Bundles it (and what it imports from this repository) into .cache/run/ and imports the result.
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { root } from './install.mjs';

/** @param {string} entry a TypeScript file @returns {Promise<string>} the path of the bundled module */
export async function bundle(entry) {
  const name = relative(root, resolve(entry)).replace(/[\\/]/g, '-').replace(/\.ts$/, '');
  const file = join(root, '.cache', 'run', `${name}.mjs`);
  const build = await rolldown({
    input: resolve(entry),
    platform: 'node',
    // Packages stay where they are; only our own files are bundled.
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && !/^[A-Za-z]:/.test(id),
    logLevel: 'warn',
  });
  await build.write({ file, format: 'esm', sourcemap: 'inline', codeSplitting: false });
  return file;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [entry, ...args] = process.argv.slice(2);
  if (!entry) throw new Error('Usage: node tools/run-ts.mjs FILE.ts [arguments]');
  process.argv = [process.argv[0], entry, ...args];
  await import(pathToFileURL(await bundle(entry)).href);
}
