import { expect, test } from '@playwright/test';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const SRC = resolve('src');
const COMPUTE = ['core', 'onnx', 'runtime'];
const MODELS = [...COMPUTE, 'models', 'adapters'];

/** What each room may import. docs/architecture.md prints the same table. */
const MAY_IMPORT: Record<string, readonly string[] | 'any but ui'> = {
  core: [],
  onnx: ['core'],
  runtime: ['core', 'onnx'],
  models: MODELS,
  adapters: MODELS,
  exports: MODELS,
  text: ['core'],
  training: [...MODELS, 'text'],
  generation: [...MODELS, 'text'],
  datasets: ['core', 'text'],
  mixes: ['core', 'text', 'datasets'],
  benchmarks: ['core', 'text'],
  judging: ['core', 'text'],
  human: ['core', 'text'],
  statistics: ['core', 'text'],
  world: ['core', 'text'],
  storage: ['core'],
  studies: ['core', 'onnx', 'runtime', 'models', 'adapters', 'exports', 'text', 'training', 'generation', 'datasets', 'mixes', 'benchmarks', 'judging', 'human', 'statistics', 'world', 'storage'],
  app: 'any but ui',
  ui: ['app'],
};

/** Packages that only one room may know. */
const OWNERS: readonly (readonly [RegExp, string])[] = [
  [/^onnxruntime-web/, 'runtime'],
  [/^idb$/, 'storage'],
  [/^(lit|@lit|@awesome\.me|uplot)/, 'ui'],
];

interface Import {
  file: string;
  room: string;
  target: string;
  typeOnly: boolean;
}

/** Every import in src/, static or dynamic. `import type` and `export type` erase to nothing and are always allowed. */
function imports(): Import[] {
  const found: Import[] = [];
  for (const entry of readdirSync(SRC, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const path = join(entry.parentPath, entry.name);
    const file = relative(SRC, path);
    const room = file.includes('/') ? (file.split('/')[0] as string) : '';
    const text = readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
    const pattern = /(?:^|\n)\s*(import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'/g;
    for (const match of text.matchAll(pattern)) {
      const specifier = (match[3] ?? match[4]) as string;
      const target = specifier.startsWith('.') ? relative(SRC, resolve(dirname(path), specifier)) : specifier;
      found.push({ file, room, target, typeOnly: Boolean(match[2]) });
    }
  }
  return found;
}

test('the scan of imports sees the code it is meant to guard', () => {
  expect(imports().filter((i) => i.room === 'core' && i.target.startsWith('core/')).length).toBeGreaterThan(2);
});

test('no room imports a room it must not know', () => {
  const wrong = imports().filter(({ room, target, typeOnly }) => {
    if (room === '' || typeOnly || !target.includes('/') || target.startsWith('@')) return false;
    const other = target.split('/')[0] as string;
    if (!(other in MAY_IMPORT) || other === room) return false;
    const allowed = MAY_IMPORT[room];
    return allowed === 'any but ui' ? other === 'ui' : !allowed?.includes(other);
  });
  expect(wrong.map((i) => `${i.file} imports ${i.target}`)).toEqual([]);
});

test('every room is in the table', () => {
  const rooms = new Set(imports().map((i) => i.room).filter(Boolean));
  expect([...rooms].filter((room) => !(room in MAY_IMPORT))).toEqual([]);
});

test('packages with one owner are imported only there', () => {
  const wrong = imports().filter(({ room, target }) => OWNERS.some(([pattern, owner]) => pattern.test(target) && room !== owner));
  expect(wrong.map((i) => `${i.file} imports ${i.target}`)).toEqual([]);
});

test('only the kit imports the component library', () => {
  const wrong = imports().filter(({ file, target }) => target.startsWith('@awesome.me') && !file.startsWith('ui/kit/'));
  expect(wrong.map((i) => `${i.file} imports ${i.target}`)).toEqual([]);
});
