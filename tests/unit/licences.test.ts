import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { licences } from '../../tools/licences.mjs';

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

test('every package that the page is made of has a licence that Apache-2.0 may carry', () => {
  const found = licences(read('package-lock.json'));
  expect(found.filter(({ allowed }) => !allowed).map(({ name, licence }) => `${name}: ${licence}`)).toEqual([]);
  const names = found.map(({ name }) => name);
  for (const name of Object.keys(read('package.json').dependencies)) expect(names).toContain(name);
  // One that only another package asks for.
  expect(names).toContain('protobufjs');
});

test('an unknown licence, and one that is not on the list, is refused by name; tools are not asked', () => {
  const entry = (license?: string, more = {}) => ({ version: '1.0.0', ...(license ? { license } : {}), ...more });
  const found = licences({
    packages: {
      '': entry('Apache-2.0'),
      'node_modules/silent': entry(),
      'node_modules/copyleft': entry('AGPL-3.0-only'),
      'node_modules/@a/choice': entry('(MIT OR GPL-3.0)'),
      'node_modules/both': entry('MIT AND GPL-3.0'),
      'node_modules/b/node_modules/nested': entry('SEE LICENSE IN LICENSE.txt'),
      'node_modules/tool': entry('GPL-3.0', { dev: true }),
    },
  });
  expect(found).toEqual([
    { name: '@a/choice', version: '1.0.0', licence: '(MIT OR GPL-3.0)', allowed: true },
    { name: 'both', version: '1.0.0', licence: 'MIT AND GPL-3.0', allowed: false },
    { name: 'copyleft', version: '1.0.0', licence: 'AGPL-3.0-only', allowed: false },
    { name: 'nested', version: '1.0.0', licence: 'SEE LICENSE IN LICENSE.txt', allowed: false },
    { name: 'silent', version: '1.0.0', licence: 'unknown', allowed: false },
  ]);
});
