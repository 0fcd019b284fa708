/** The files that the headless lab hands to its page (tools/lab/files.mjs). */
import { expect, test } from '@playwright/test';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rangeOf, sendFile } from '../../tools/lab/files.mjs';

test('one range of bytes is understood in its three forms, cut at the end of the file; anything else is the whole file', () => {
  const table: [string | undefined, ReturnType<typeof rangeOf>][] = [
    ['bytes=0-0', { from: 0, to: 0 }],
    ['bytes=10-99', { from: 10, to: 99 }],
    ['bytes=90-300', { from: 90, to: 99 }],
    ['bytes=40-', { from: 40, to: 99 }],
    ['bytes=-30', { from: 70, to: 99 }],
    ['bytes=-300', { from: 0, to: 99 }],
    ['bytes=100-', 'outside'],
    ['bytes=-0', 'outside'],
    [undefined, 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=9-3', 'whole'],
    ['bytes=0-1,5-6', 'whole'],
    ['lines=0-1', 'whole'],
  ];
  for (const [header, range] of table) expect(rangeOf(header, 100), header).toEqual(range);
  expect(rangeOf('bytes=0-0', 0)).toBe('whole');
});

test('a file is sent whole, in part with its size, or not at all outside its end', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'pinch-files-')), 'file');
  writeFileSync(path, 'abcdefghij');
  const server = createServer((request, response) => void sendFile(request, response, path));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const ask = async (range?: string): Promise<unknown[]> => {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { headers: range === undefined ? {} : { range } });
    return [response.status, response.headers.get('content-range'), response.headers.get('content-length'), await response.text()];
  };
  try {
    expect(await ask()).toEqual([200, null, '10', 'abcdefghij']);
    expect(await ask('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '3', 'cde']);
    expect(await ask('bytes=8-99')).toEqual([206, 'bytes 8-9/10', '2', 'ij']);
    expect((await ask('bytes=10-')).slice(0, 2)).toEqual([416, 'bytes */10']);
  } finally {
    server.close();
  }
});
