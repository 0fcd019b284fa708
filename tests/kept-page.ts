/**
 * Tests that share a page: one browser context, one page and the engine it has started, kept by a worker from test to test.
 * For tests that call modules inside a blank page and leave nothing there; a test that fails takes its page with it.
 */
import { expect, type Browser, type Page, test as base } from '@playwright/test';
import { openBlank } from './in-browser.ts';

/** The page of a worker, opened when the first test asks for it. */
class KeptPage {
  private page: Page | null = null;

  constructor(private readonly browser: Browser) {}

  async open(baseURL: string | undefined): Promise<Page> {
    if (this.page && !this.page.isClosed()) return this.page;
    const context = await this.browser.newContext(baseURL ? { baseURL } : {});
    this.page = await context.newPage();
    await openBlank(this.page);
    return this.page;
  }

  /** What a test left behind goes with the page. */
  async drop(): Promise<void> {
    await this.page?.context().close();
    this.page = null;
  }
}

export const test = base.extend<object, { kept: KeptPage }>({
  kept: [async ({ browser }, use) => {
    const kept = new KeptPage(browser);
    await use(kept);
    await kept.drop();
  }, { scope: 'worker' }],

  page: async ({ kept, baseURL }, use, info) => {
    const page = await kept.open(baseURL);
    await use(page);
    if (info.status !== info.expectedStatus || page.isClosed()) return kept.drop();
    await page.unrouteAll();
    // The address is what tells a test that its modules are still loaded.
    if (!page.url().endsWith('/tests/blank.html')) return kept.drop();
    const left = () => page.evaluate(() => (globalThis as { openSessions?: () => number }).openSessions?.() ?? 0);
    await expect.poll(left, { message: 'sessions of ONNX Runtime that the test left open', timeout: 5000, intervals: [0, 20, 100] }).toBe(0);
  },
});

export { expect };
