import { expect, test } from '@playwright/test';
import { redactSpellings } from '../../src/judging/spellings.ts';

const KEY = 'sk-Test/4f9c+2b7e.1a_Z';
const codes = (write: (code: number) => string): string => [...KEY].map((char) => write(char.charCodeAt(0))).join('');
const hex = (code: number): string => code.toString(16).padStart(2, '0');

const SPELLINGS: Readonly<Record<string, string>> = {
  'as it is': KEY,
  'in capitals': KEY.toUpperCase(),
  'in a header': `Bearer ${KEY}`,
  'percent-encoded where it must be': encodeURIComponent(KEY),
  'percent-encoded twice': encodeURIComponent(encodeURIComponent(KEY)),
  'percent-encoded throughout': codes((code) => `%${hex(code).toUpperCase()}`),
  'as JSON escapes': codes((code) => `\\u00${hex(code)}`),
  'as JSON escapes in JSON': codes((code) => `\\\\u00${hex(code)}`),
  'with slashes escaped': KEY.replaceAll('/', '\\/'),
  'as decimal entities': codes((code) => `&#${code};`),
  'as hexadecimal entities': codes((code) => `&#x${hex(code)};`),
  'in a string of escapes': codes((code) => `\\x${hex(code)}`),
  'in hexadecimal': codes(hex),
  'in hexadecimal with colons': codes((code) => `${hex(code)}:`),
  'half and half': KEY.slice(0, 9) + encodeURIComponent(KEY.slice(9)),
};

for (const [name, text] of Object.entries(SPELLINGS)) {
  test(`a key is cut out of a text ${name}`, () => {
    const clean = redactSpellings(`before ${text} behind. Rating: [[7]]`, KEY);
    expect(clean).toMatch(/^before (Bearer )?\[key\]:? behind\. Rating: \[\[7\]\]$/);
  });
}

test('a key is cut out of Base64 at any place of a longer text, in either alphabet', () => {
  for (const key of [KEY, 'sk-1234567890abcdef', 'aaaaaaaaaaaa', '????>>>>~~~~']) {
    for (const before of ['', 'B', 'Be', 'Bearer ', 'user:']) {
      for (const after of ['', '!', '!!', ' and more']) {
        const coded = btoa(before + key + after);
        for (const text of [coded, coded.replaceAll('+', '-').replaceAll('/', '_')]) {
          const clean = redactSpellings(`x ${text} y`, key);
          expect(clean, `${before}|${key}|${after}`).toContain('[key]');
          // At most the edges are left, which hold bits of the neighbours.
          expect(clean.length - '[key]'.length - 4).toBeLessThanOrEqual(Math.ceil(((before.length + after.length) * 4) / 3) + 8);
        }
      }
    }
  }
});

test('a text without the key, and one beside a short key, is left as it is', () => {
  const text = 'The answer says none; sk-other is not it. Rating: [[8]]';
  expect(redactSpellings(text, KEY)).toBe(text);
  expect(redactSpellings(text, 'none')).toBe(text);
  expect(redactSpellings(text, null)).toBe(text);
});
