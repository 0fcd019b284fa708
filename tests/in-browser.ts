import { expect, type Page } from '@playwright/test';

const BLANK = '/tests/blank.html';

/** A page of the project's own origin with nothing in it, for modules to be imported into. */
export async function openBlank(page: Page): Promise<void> {
  await page.goto(BLANK);
  expect(await page.evaluate(() => crossOriginIsolated), 'the test page is cross-origin isolated').toBe(true);
}

/**
 * Runs an exported function of one of the project's modules inside the page and returns what it returns.
 * `module` is a path from the repository root, e.g. `tests/gradcheck/cases.ts`; arguments and result are JSON-like.
 */
export async function inBrowser<T>(page: Page, module: string, name: string, ...args: unknown[]): Promise<T> {
  if (!page.url().endsWith(BLANK)) await openBlank(page);
  return page.evaluate(
    async ([path, fn, values]) => {
      const loaded = (await import(path)) as Record<string, (...a: unknown[]) => unknown>;
      const call = loaded[fn];
      if (!call) throw new Error(`${path} exports no ${fn}`);
      return (await call(...values)) as never;
    },
    [`/${module}`, name, args] as const,
  ) as Promise<T>;
}
