/** The service worker, on the built lab, behind a static host that sends no headers of its own. */
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { LabWindow } from './lab-page.ts';
import { built } from './product.ts';

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml', '.wasm': 'application/wasm', '.webmanifest': 'application/manifest+json' };

/** What a host of static files does: files, types, nothing else. `change` stands in for a new deployment. */
async function staticHost(): Promise<{ url: string; server: Server; change: Map<string, (text: string) => string> }> {
  const change = new Map<string, (text: string) => string>();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const name = path.endsWith('/') ? `${path}index.html` : path;
    const file = join('dist', name);
    if (!existsSync(file)) return void response.writeHead(404).end();
    const edit = change.get(name);
    response.writeHead(200, { 'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream' });
    response.end(edit ? edit(readFileSync(file, 'utf8')) : readFileSync(file));
  });
  await new Promise<void>((listening) => server.listen(0, 'localhost', listening));
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/`, server, change };
}

const labReady = (page: Page): Promise<unknown> => page.waitForFunction(() => 'lab' in window && crossOriginIsolated, undefined, { timeout: 60_000 });

async function withHost(context: BrowserContext, body: (host: Awaited<ReturnType<typeof staticHost>>, page: Page) => Promise<void>): Promise<void> {
  const host = await staticHost();
  try {
    await body(host, await context.newPage());
  } finally {
    host.server.closeAllConnections();
    host.server.close();
  }
}

test.skip(!built, 'the service worker is part of the built lab');

test('a host that sends no headers still gets a cross-origin isolated lab with threads', async ({ context }) => {
  await withHost(context, async ({ url }, page) => {
    await page.goto(`${url}?device=wasm`);
    await labReady(page);
    const device = await page.evaluate(() => (window as unknown as LabWindow).lab.device());
    expect(device.crossOriginIsolated).toBe(true);
    expect(device.threads).toBeGreaterThan(1);
    expect(new URL(page.url()).search).toBe('?device=wasm');
  });
});

test('a lab that was opened once opens without a network', async ({ context }) => {
  await withHost(context, async ({ url, server }, page) => {
    await page.goto(`${url}?device=wasm`);
    await labReady(page);
    // Once with the worker in charge, so that what is kept on first use has been used.
    await page.evaluate(() => (window as unknown as LabWindow).lab.device());
    await page.reload();
    await labReady(page);
    await page.evaluate(() => (window as unknown as LabWindow).lab.device());
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    await page.reload();
    await labReady(page);
    const offline = await page.evaluate(async () => {
      const { lab } = window as unknown as LabWindow;
      return { device: (await lab.device()).kind, datasets: (await lab.datasets.list()).length, title: document.title };
    });
    expect(offline).toEqual({ device: 'wasm', datasets: 3, title: 'Pinch Lab' });
  });
});

test('a new version is shown at the next load and its worker takes over', async ({ context }) => {
  await withHost(context, async ({ url, change }, page) => {
    await page.goto(`${url}?device=wasm`);
    await labReady(page);
    const cachesBefore = await page.evaluate(() => caches.keys());
    change.set('/index.html', (text) => text.replace('<head>', '<head><meta name="edition" content="second">'));
    change.set('/service.js', (text) => text.replace(/(`pinch-lab\/`,\w+=\w+\+")\w+"/, '$1second"'));
    await page.reload();
    await expect(page.locator('meta[name=edition]')).toHaveAttribute('content', 'second');
    await labReady(page);
    // The page finds the new worker, and lets it in at the load after.
    await expect.poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting?.state ?? 'none'), { timeout: 20_000 }).toBe('installed');
    await page.reload();
    await labReady(page);
    await expect.poll(() => page.evaluate(() => caches.keys()), { timeout: 20_000 }).toEqual(['pinch-lab/second']);
    expect(cachesBefore).toHaveLength(1);
    expect(cachesBefore).not.toEqual(['pinch-lab/second']);
  });
});
