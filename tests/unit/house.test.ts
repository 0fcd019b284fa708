import { expect, test } from '@playwright/test';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const SRC = resolve('src');
/** What each room may import, by value or by type. docs/architecture.md prints the same table. */
const MAY_IMPORT: Record<string, readonly string[] | 'any but ui'> = {
  core: [],
  records: ['core'],
  files: ['core', 'records'],
  statistics: ['core', 'records'],
  judging: ['core', 'records', 'files'],
  storage: ['core', 'records', 'files'],
  data: ['core', 'records', 'files'],
  world: ['core', 'records'],
  engine: ['core', 'records', 'files'],
  hub: ['core', 'records', 'files', 'engine'],
  catalog: ['core', 'records', 'data', 'world'],
  studies: ['core', 'records', 'files', 'statistics', 'judging', 'storage', 'data', 'world', 'engine', 'catalog'],
  app: 'any but ui',
  ui: ['core', 'records', 'app'],
};

/** What each part of the compute wing may import of the others. */
const WITHIN_ENGINE: Record<string, readonly string[]> = {
  onnx: [],
  kernels: ['onnx'],
  runtime: ['onnx', 'kernels'],
  models: ['onnx', 'runtime', 'adapters'],
  adapters: ['models'],
  exports: ['onnx', 'models', 'adapters'],
  text: [],
  training: ['onnx', 'runtime', 'models', 'adapters', 'text'],
  generation: ['onnx', 'runtime', 'models', 'adapters', 'text'],
};

/** Packages that only one room may know. */
const OWNERS: readonly (readonly [RegExp, string])[] = [
  [/^onnxruntime-web/, 'engine'],
  [/^idb$/, 'storage'],
  [/^(lit|@lit|@awesome\.me|uplot)/, 'ui'],
];

interface Import {
  file: string;
  room: string;
  target: string;
  typeOnly: boolean;
}

/** Every import in src/, static or dynamic, of values or of types. */
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

test('no room imports a room it must not know, by value or by type', () => {
  const wrong = imports().filter(({ room, target }) => {
    if (room === '' || !target.includes('/') || target.startsWith('@')) return false;
    const other = target.split('/')[0] as string;
    if (!(other in MAY_IMPORT) || other === room) return false;
    const allowed = MAY_IMPORT[room];
    return allowed === 'any but ui' ? other === 'ui' : !allowed?.includes(other);
  });
  expect(wrong.map((i) => `${i.file} imports ${i.target}`)).toEqual([]);
});

test('the page knows the other rooms’ types alone', () => {
  const wrong = imports().filter(({ room, target, typeOnly }) => room === 'ui' && !typeOnly && /^(core|records)\//.test(target));
  expect(wrong.map((i) => `${i.file} imports ${i.target}`)).toEqual([]);
});

test('no part of the compute wing imports a part it must not know', () => {
  const part = (path: string): string => path.split('/')[1] as string;
  const inside = imports().filter(({ room, target }) => room === 'engine' && target.startsWith('engine/'));
  expect([...new Set(inside.map(({ file }) => part(file)))].sort()).toEqual(Object.keys(WITHIN_ENGINE).sort());
  const wrong = inside.filter(({ file, target }) => part(file) !== part(target) && !WITHIN_ENGINE[part(file)]?.includes(part(target)));
  expect(wrong.map((i) => `${i.file} imports ${i.target}`)).toEqual([]);
});

test('no circle runs through files, by value or by type', () => {
  const edges = new Map<string, string[]>();
  for (const { file, target } of imports()) edges.set(file, [...(edges.get(file) ?? []), target]);
  const state = new Map<string, 'open' | 'done'>();
  const circles: string[] = [];
  const walk = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      return;
    }
    state.set(file, 'open');
    for (const next of edges.get(file) ?? []) if (edges.has(next)) walk(next, [...path, file]);
    state.set(file, 'done');
  };
  for (const file of edges.keys()) walk(file, []);
  expect(circles).toEqual([]);
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
