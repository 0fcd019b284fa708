// node tools/licences.mjs: the licence of every package that the page is made of, from package-lock.json. Fails on one that is not allowed.
// A unit test runs it too. Packages that only build or test are left out: nothing of them is given to anybody.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** SPDX names that may be given on inside a work under Apache-2.0 with no more than their notice. */
export const ALLOWED = new Set(['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', '0BSD', 'BlueOak-1.0.0']);

/**
 * @typedef {{ version: string, license?: string, dev?: boolean, optional?: boolean, devOptional?: boolean, link?: boolean }} Locked an entry
 *   of a lock file of version 3
 * @param {{ packages: Record<string, Locked> }} lock
 * @returns {{ name: string, version: string, licence: string, allowed: boolean }[]} every package that is not for development alone,
 *   by name; `licence` is 'unknown' where the lock file names none. Licences joined by OR need one that is allowed, by AND all
 */
export function licences(lock) {
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path, { version, license = 'unknown' }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      licence: license,
      allowed: isAllowed(license),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** @param {string} expression an SPDX expression; of those that nest, none is allowed */
function isAllowed(expression) {
  const bare = expression.replace(/^\((.*)\)$/, '$1');
  if (bare.includes(' OR ')) return bare.split(' OR ').some((one) => ALLOWED.has(one));
  return bare.split(' AND ').every((one) => ALLOWED.has(one));
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { root } = await import('./install.mjs');
  const found = licences(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')));
  for (const { name, version, licence, allowed } of found) console.log(`${`${name} ${version}`.padEnd(60)}${licence}${allowed ? '' : '   NOT ALLOWED'}`);
  const refused = found.filter(({ allowed }) => !allowed);
  console.log(`${found.length} packages, ${refused.length} not allowed`);
  process.exit(refused.length > 0 ? 1 : 0);
}
