/** What the built page may load and run: its policy, that nothing it does breaks it, and that no text becomes markup. */
import { expect, test, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { startJudgeServer } from '../judge-server.ts';
import { writeStudyHash } from '../../src/app/address.ts';
import { hostile, hostileBundle, hostileDataset } from './hostile-study.ts';
import { type LabWindow, ready } from './lab-page.ts';
import { built, product } from './product.ts';

test.skip(!built, 'this is about the built page');
test.use({ actionTimeout: 15_000 });
const patient = expect.configure({ timeout: 20_000 });

type Watched = LabWindow & { ran: string[]; violations: string[] };

/** From before the page's own code on: scripts that run although they should not, and what the policy has stopped. */
async function watch(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const watched = window as unknown as Watched & { pwned(where: string): void };
    watched.ran = [];
    watched.violations = [];
    watched.pwned = (where) => watched.ran.push(where);
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => watched.violations.push(`${violatedDirective} ${blockedURI} ${sample}`));
  });
}

const seen = (page: Page): Promise<{ ran: string[]; violations: string[] }> => page.evaluate(() => {
  const { ran, violations } = window as unknown as Watched;
  return { ran, violations };
});

const settled = (page: Page): Promise<void> => patient(page.locator('main .hold, main [aria-busy="true"]')).toHaveCount(0);

const opened = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
  await settled(page);
};

test('document, workers and files have the policies of the build, by header, by meta element and in _headers', async ({ page, request }) => {
  const policy = async (path: string): Promise<string> => (await request.get(new URL(path, product).href)).headers()['content-security-policy'] ?? '';
  const document = await policy('');
  for (const part of ["default-src 'none'", "require-trusted-types-for 'script'", "connect-src 'self' data:", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"]) expect(document).toContain(part);
  for (const loose of ["'unsafe-inline'", "'unsafe-eval'", "'wasm-unsafe-eval'", 'https:', '*']) expect(document).not.toContain(loose);
  await page.goto(product);
  const meta = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(document).toBe(`${meta}; frame-ancestors 'none'`);
  const headers = readFileSync('dist/_headers', 'utf8');
  expect(headers).toContain(`/index.html\n  Content-Security-Policy: ${document}\n`);
  const workers = [...headers.matchAll(/^\/(assets\/(?:engine|data|ort)-\S+|service\.js)\n  Content-Security-Policy: (.*)$/gm)].map(([, path, value]) => [path, value] as [string, string]);
  expect(workers.map(([path]) => path.replace(/-[\w-]{8}\./, '.')).join(' ')).toMatch(/assets\/data\.js.*assets\/engine\.js.*ort.*service\.js/);
  for (const [path, value] of workers) expect(await policy(path), path).toBe(value);
  expect(workers.filter(([, value]) => value.includes('unsafe-eval')).every(([path]) => /engine|ort/.test(path))).toBe(true);
  const { 'referrer-policy': referrer, 'permissions-policy': permissions, 'x-content-type-options': sniff } = (await request.get(product)).headers();
  expect([referrer, sniff]).toEqual(['no-referrer', 'nosniff']);
  expect(permissions).toContain('camera=()');
});

test('an inline script, an event handler, a script of elsewhere, markup and eval do not run', async ({ page }) => {
  await watch(page);
  await page.goto(product);
  await ready(page);
  const tried = await page.evaluate(() => {
    const attempt = (work: () => void): string => {
      try {
        work();
        return 'done';
      } catch (error) {
        return (error as Error).name;
      }
    };
    const add = (element: HTMLElement): void => void document.body.append(element);
    return [
      attempt(() => (document.body.appendChild(document.createElement('div')).innerHTML = '<img src=x onerror="pwned(1)">')),
      attempt(() => void setTimeout('pwned(2)' as unknown as () => void, 0)),
      attempt(() => {
        const script = document.createElement('script');
        script.textContent = 'pwned(3)';
        add(script);
      }),
      attempt(() => {
        const image = document.createElement('img');
        image.setAttribute('onerror', 'pwned(4)');
        image.src = 'x';
        add(image);
      }),
      attempt(() => void new Worker('https://elsewhere.example/worker.js')),
      attempt(() => void new Worker('data:text/javascript,1')),
    ];
  });
  // Trusted Types refuse all but the attribute, which the policy then does not run.
  expect(tried).toEqual(['TypeError', 'TypeError', 'TypeError', 'TypeError', 'TypeError', 'TypeError']);
  await page.waitForTimeout(200);
  const { ran, violations } = await seen(page);
  expect(ran).toEqual([]);
  expect(violations.length).toBeGreaterThan(0);
  expect(await page.evaluate(() => fetch('https://elsewhere.example/').then(() => 'sent', () => 'refused'))).toBe('refused');
});

test('what a person, a file, a model or a judge wrote is shown as text on every page, and the pages break no rule of the policy', async ({ page }) => {
  await watch(page);
  await page.goto(`${product}?device=wasm`);
  await ready(page);
  const bundle = (await hostileBundle()).toString('base64');
  const id = await page.evaluate(async ([text, asked]) => {
    const { lab } = window as unknown as LabWindow;
    const bytes = Uint8Array.from(atob(text as string), (char) => char.charCodeAt(0));
    const line = JSON.stringify({ question_id: '81_EN', category: 'math', turns: [asked, asked] });
    await lab.benchmarks.importFiles([new File([line], 'question_en.jsonl')], { name: asked as string });
    return (await lab.studies.importBundle(new Blob([bytes]))).id;
  }, [bundle, hostile('asked')]);

  await opened(page, 'Data');
  await page.locator('pinch-drop-zone input[type="file"]').first().setInputFiles(hostileDataset());
  await patient(page.getByText('[role]').first()).toBeVisible();
  await page.getByRole('button', { name: /^Browse records.*train/ }).click();
  for (const where of ['record id 0', 'user', 'assistant']) await patient(page.locator('pinch-record-browser').getByText(`[${where}]`).first(), where).toBeVisible();
  await page.getByRole('button', { name: /^Browse questions.*asked/ }).click();
  await patient(page.locator('pinch-question-browser').getByText('[asked]').first()).toBeVisible();
  await page.goto(`${product}?device=wasm#/train/${id}`);
  await settled(page);
  for (const where of ['study name', 'error message', 'note']) await patient(page.getByText(`[${where}]`).first(), where).toBeVisible();
  await opened(page, 'Judge');
  await page.goto(`${product}?device=wasm#/results/${id}`);
  await settled(page);
  for (const where of ['study name', 'judge model', 'benchmark', 'model']) await patient(page.getByText(`[${where}]`).first(), where).toBeVisible();
  await page.locator('[data-cell="EN/en"]').click();
  const drawer = page.locator('wa-drawer');
  await patient(drawer.locator('.model-words').first()).toContainText('[answer 1]');
  await drawer.locator('details').evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
  for (const where of ['answer 2', 'judge’s words', 'prompt sent', 'error message', 'error hint']) await patient(drawer.getByText(`[${where}]`).first(), where).toBeVisible();
  expect(await seen(page)).toEqual({ ran: [], violations: [] });
  expect(await page.locator('main img, main script, wa-drawer img').count()).toBe(0);
});

test('the policy lets through all that a study needs, on WASM and on WebGPU', async ({ page }) => {
  await watch(page);
  const wrong: string[] = [];
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  page.on('pageerror', ({ message }) => wrong.push(message));
  for (const device of ['wasm', 'webgpu']) {
    await page.goto(`${product}?device=${device}`);
    await ready(page);
    const { text, kind } = await page.evaluate(async () => {
      const { lab } = window as unknown as LabWindow;
      const { text } = await lab.models.chat({ model: 'world-dense', messages: [{ role: 'user', content: 'Hi' }], max_new_tokens: 1 });
      return { text, kind: (await lab.device()).kind };
    });
    expect(kind).toBe(device);
    expect(text).not.toBe('');
    expect((await seen(page)).violations).toEqual([]);
  }
  expect(wrong).toEqual([]);
});

test('a link to a study starts nothing, asks no judge and sends nothing', async ({ page, context }) => {
  const server = await startJudgeServer();
  const asked: string[] = [];
  context.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(product).origin && !request.url().startsWith('data:')) asked.push(request.url());
  });
  try {
    const link = writeStudyHash({ schema: 1, name: 'By a link', models: ['world-dense'], datasets: ['lima-x-world'], mixes: ['EN'], benchmark: { id: 'mt-bench-x-world' }, judge: { kind: 'openai', base_url: server.url, model: 'm' } });
    await page.goto(`${product}?device=wasm${link}`);
    await settled(page);
    await patient(page.locator('wa-input[label="Name"]')).toHaveJSProperty('value', 'By a link');
    await page.waitForTimeout(1000);
    expect(await page.evaluate(() => (window as unknown as LabWindow).lab.studies.list())).toEqual([]);
    expect(server.calls).toHaveLength(0);
    expect(asked).toEqual([]);
  } finally {
    await server.close();
  }
});
