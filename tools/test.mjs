// npm test: install what is missing (a browser included), type-check, lint, build, and run every test.
// The last line it prints is "N passed, N failed". Arguments go to Playwright: npm test -- --project=unit
//   --quick   types, lint, unit tests and one golden test: what to run while one writes
//   --full    the whole matrix of families on the software GPU too: what a change of the engine passes before it lands
//   --times   the tests that measure time, one after another, on a machine that does nothing else
import { spawnSync } from 'node:child_process';
import { ensurePackages, root } from './install.mjs';

const MODES = {
  '--quick': { servers: 'dev', build: false, args: ['--project=unit', '--project=golden'], env: { PINCH_QUICK: '1' } },
  '--full': { servers: 'all', build: true, args: [], env: { PINCH_FULL: '1' } },
  '--times': { servers: 'all', build: true, args: ['--project=times', '--workers=1'], env: { PINCH_TIMES: '1' } },
};
const SOURCES = ['src', 'workers', 'tests', 'tools'];
const given = process.argv.slice(2);
const mode = MODES[given[0]] ?? { build: true, args: [], env: {} };
const args = [...mode.args, ...(given[0] in MODES ? given.slice(1) : given)];

ensurePackages();
const { ensureChromium } = await import('./chromium.mjs');
ensureChromium();

const steps = [
  ['type check', ['tsc', '--noEmit']],
  ['lint', ['oxlint', '--deny-warnings', ...SOURCES]],
  ['lint by types', ['oxlint', '--config', '.oxlintrc.types.json', '--type-aware', ...SOURCES]],
  ['search for what nothing uses', ['knip', '--no-progress']],
  ...(mode.build ? [['build', ['vite', 'build', '--logLevel', 'warn']]] : []),
];
const skipSteps = process.env.PINCH_TESTS_ONLY === '1';
for (const [name, command] of skipSteps ? [] : steps) {
  console.log(`# ${name}`);
  const { status } = spawnSync('npx', command, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.log(`The ${name} failed, so no test ran.\n\n0 passed, 1 failed`);
    process.exit(1);
  }
}
const env = { ...process.env, ...mode.env, ...(mode.servers && !process.env.PINCH_SERVERS ? { PINCH_SERVERS: mode.servers } : {}) };
const { status } = spawnSync('npx', ['playwright', 'test', ...args], { cwd: root, stdio: 'inherit', env });
process.exit(status ?? 1);
