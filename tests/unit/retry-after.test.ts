/** Both who wait for a server, judges and downloads, read `Retry-After` in one way. */
import { expect, test } from '@playwright/test';
import { patiently, refused } from '../../src/hub/patience.ts';
import { retryAfter } from '../../src/core/retry-after.ts';

test('Retry-After is seconds or a date, and anything else says nothing', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const cases: [string | null, number | null][] = [
    ['7', 7], [' 0.4 ', 0.4], ['Thu, 01 Jan 2026 00:00:30 GMT', 30], ['Thu, 01 Jan 2025 00:00:00 GMT', 0],
    [null, null], ['', null], ['soon', null], ['-5', null], ['1e3', null], ['Infinity', null],
  ];
  for (const [header, seconds] of cases) expect(retryAfter(header, now), String(header)).toBe(seconds);
});

test('a download waits until the date that a server names, or tells the person where that is far off', async () => {
  const busy = (date: string) => refused(new Response('', { status: 429, headers: { 'retry-after': date } }), 'x', 'https://example.org', false);
  let tries = 0;
  const after = (date: string): Promise<string> => patiently(async () => {
    tries++;
    if (tries === 1) throw busy(date);
    return 'done';
  });
  expect(await after('Thu, 01 Jan 2026 00:00:00 GMT')).toBe('done');
  tries = 0;
  await expect(after('Fri, 01 Jan 2100 00:00:00 GMT')).rejects.toMatchObject({ code: 'models.busy' });
  expect(tries).toBe(1);
});
