import { expect, test } from '@playwright/test';
import * as fc from 'fast-check';
import { parseJson, repeatedKey } from '../../src/files/json.ts';

test('an integer that a double would round is read as its digits', () => {
  expect(parseJson('{"id": 9007199254740993}')).toEqual({ id: '9007199254740993' });
  expect(parseJson('[9007199254740993, 9007199254740992]')).toEqual(['9007199254740993', '9007199254740992']);
  expect(parseJson('{"id": 1234567890123456789}')).toEqual({ id: '1234567890123456789' });
  expect(parseJson('-9007199254740993')).toBe('-9007199254740993');
});

test('every other number is what JSON.parse makes of it', () => {
  for (const text of [
    '9007199254740991',
    '-9007199254740991',
    '0.12345678901234567',
    '1e308',
    '1.7976931348623157e308',
    '0.30000000000000004',
    '"12345678901234567890"',
    '1234567890123456.5',
    '{"a": [1, "1234567890123456789", null]}',
  ]) {
    expect(parseJson(text), text).toEqual(JSON.parse(text));
  }
});

test('what is not JSON is refused, with long numbers and without', () => {
  expect(() => parseJson('{"id": 9007199254740993')).toThrow(SyntaxError);
  expect(() => parseJson('{"id": 1')).toThrow(SyntaxError);
});

test('a long number elsewhere in the text changes nothing else of what is read', () => {
  const texts = [
    '{"__proto__": {"a": 1}, "b": 2}',
    '{"a": 1, "a": 2}',
    '{"a": {"b": 1}, "a": {"c": 2}}',
    '{"constructor": 1, "toString": null, "": []}',
    '["\\u0000\\ud800", "\\ud83d\\ude42"]',
    '[-0, 0, 1e400, 1e-400]',
  ];
  for (const text of texts) {
    const withLong = parseJson(`[${text}, 12345678901234567890]`) as unknown[];
    expect(withLong, text).toEqual([JSON.parse(text), '12345678901234567890']);
    expect(Object.getPrototypeOf(withLong[0]), text).toBe(Object.getPrototypeOf(JSON.parse(text)));
    expect(Object.keys(withLong[0] as object), text).toEqual(Object.keys(JSON.parse(text)));
  }
  expect(({} as Record<string, unknown>)['a']).toBeUndefined();
});

test('any JSON reads as JSON.parse reads it, and beside a long number too', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const expected: unknown = JSON.parse(text);
      if (!/[0-9]{16}/.test(text)) expect(parseJson(text)).toEqual(expected);
      if (!/[0-9]{16}/.test(text))
        expect(parseJson(`[9007199254740993, ${text}]`)).toEqual(['9007199254740993', expected]);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('a text that is nested deeper than the stack is read, or refused as what it is', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  expect(() => parseJson(deep)).not.toThrow();
  expect(() => parseJson(`{"id": 9007199254740993, "x": ${deep}}`)).toThrow(/nested too deeply/);
  expect(repeatedKey(deep, JSON.parse(deep))).toBeNull();
});

test('a key that stands twice with two values is found, wherever it stands', () => {
  const found = (text: string): string | null => repeatedKey(text, JSON.parse(text));
  expect(found('{"output": "a", "output": "b"}')).toBe('output');
  expect(found('{"a": [{"b:\\"": 1, "x": {"c": 1, "d": 2, "c": 3}}]}')).toBe('c');
  expect(found('{"id": 9007199254740993, "id": 9007199254740992}')).toBe('id');
  expect(found('{"__proto__": 1, "__proto__": 2}')).toBe('__proto__');
  expect(found('{"a": 1, "a": 1}'), 'twice the same says the same').toBeNull();
  expect(found('{"a": "x: \\\\", "b": ":\\\\\\":", "c": [":", {}, {"a": 1}]}')).toBeNull();
});

test('no text without such a key is taken for one that has', () => {
  fc.assert(
    fc.property(fc.json(), (text) => repeatedKey(text, JSON.parse(text)) === null),
    { seed: 1, numRuns: 300 },
  );
});
