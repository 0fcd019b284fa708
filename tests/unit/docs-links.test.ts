import { expect, test } from '@playwright/test';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PAGES = ['README.md', 'CONTRIBUTING.md', ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).map((name) => join('docs', name))];

/** Relative targets of links and images, without their anchors. */
function targets(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].map(([, target]) => target as string).filter((target) => !/^[a-z]+:/.test(target));
}

test('every link of a page leads to a file that is there', () => {
  const broken = PAGES.flatMap((page) => targets(page).filter((target) => !existsSync(join(dirname(page), target))).map((target) => `${page}: ${target}`));
  expect(broken).toEqual([]);
  expect(PAGES.flatMap(targets).length).toBeGreaterThan(100);
});
