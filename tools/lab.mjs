// npm run lab: a study without a screen, or a part of one, and the parts put together. docs/headless.md says how to use it.
import { pathToFileURL } from 'node:url';
import { ensurePackages } from './install.mjs';
import { readOptions, Refusal } from './lab/options.mjs';

try {
  const options = readOptions(process.argv.slice(2));
  ensurePackages();
  const { bundle } = await import('./run-ts.mjs');
  const studies = await import(pathToFileURL(await bundle('tools/lab/studies.ts')).href);
  if (options.merge) process.exitCode = await (await import('./lab/merge.mjs')).mergeRuns(options.merge, options.out, studies);
  else process.exitCode = await (await import('./lab/run.mjs')).runStudy(options, studies);
} catch (error) {
  // The lab's own errors say what to do; anything else is a fault whose place should be seen.
  const known = typeof error.hint === 'string';
  console.error(known ? [error.message.replace(/\.?$/, '.'), error.hint].filter(Boolean).join(' ') : error);
  process.exitCode = error instanceof Refusal ? 2 : 1;
}
// A stuck browser must not keep the command from ending.
setTimeout(() => process.exit(), 5000).unref();
