// A file of this machine, sent to the page: whole, or the part that a range asks for, so that a checkpoint is never in memory as a whole.
import { createReadStream, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/**
 * @param {string | undefined} header what the request says, e.g. `bytes=0-99`
 * @param {number} size of the file
 * @returns {{ from: number, to: number } | 'whole' | 'outside'} first and last byte. Anything but one range of bytes is answered
 *   with the whole file, as RFC 9110 allows
 */
export function rangeOf(header, size) {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if ((first === '' && last === '') || size === 0) return 'whole';
  if (first === '') return Number(last) === 0 ? 'outside' : { from: Math.max(0, size - Number(last)), to: size - 1 };
  const [from, to] = [Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1)];
  if (last !== '' && Number(last) < from) return 'whole';
  return from < size ? { from, to } : 'outside';
}

export async function sendFile(request, response, path) {
  const { size, mtimeMs } = statSync(path);
  const range = rangeOf(request.headers.range, size);
  // The ETag tells the page that a file was changed between two parts of it.
  const headers = { 'Content-Type': 'application/octet-stream', 'Accept-Ranges': 'bytes', ETag: `"${size}-${mtimeMs}"` };
  if (range === 'outside') {
    response.writeHead(416, { ...headers, 'Content-Range': `bytes */${size}` }).end();
    return;
  }
  if (range === 'whole') response.writeHead(200, { ...headers, 'Content-Length': size });
  else response.writeHead(206, { ...headers, 'Content-Length': range.to - range.from + 1, 'Content-Range': `bytes ${range.from}-${range.to}/${size}` });
  await pipeline(createReadStream(path, range === 'whole' ? {} : { start: range.from, end: range.to }), response);
}
