// npm test: install what is missing (a browser included), type-check, lint, build, and run every test.
// The last line it prints is "N passed, N failed". Arguments go to Playwright: npm test -- --project=unit
import { spawnSync } from 'node:child_process';
import { ensurePackages, root } from './install.mjs';

ensurePackages();
const { ensureChromium } = await import('./chromium.mjs');
ensureChromium();

const steps = [
  ['type check', ['tsc', '--noEmit']],
  ['lint', ['oxlint', '--deny-warnings', 'src', 'workers', 'tests', 'tools']],
  ['build', ['vite', 'build', '--logLevel', 'warn']],
];
const skipSteps = process.env.PINCH_TESTS_ONLY === '1';
for (const [name, args] of skipSteps ? [] : steps) {
  console.log(`# ${name}`);
  const { status } = spawnSync('npx', args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.log(`The ${name} failed, so no test ran.\n\n0 passed, 1 failed`);
    process.exit(1);
  }
}
const { status } = spawnSync('npx', ['playwright', 'test', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
