import { expect, test } from '@playwright/test';
import { parseJson } from '../../src/core/json.ts';

test('an integer that a double would round is read as its digits', () => {
  expect(parseJson('{"id": 9007199254740993}')).toEqual({ id: '9007199254740993' });
  expect(parseJson('[9007199254740993, 9007199254740992]')).toEqual(['9007199254740993', '9007199254740992']);
  expect(parseJson('{"id": 1234567890123456789}')).toEqual({ id: '1234567890123456789' });
  expect(parseJson('-9007199254740993')).toBe('-9007199254740993');
});

test('every other number is what JSON.parse makes of it', () => {
  for (const text of ['9007199254740991', '-9007199254740991', '0.12345678901234567', '1e308', '1.7976931348623157e308', '0.30000000000000004', '"12345678901234567890"', '1234567890123456.5', '{"a": [1, "1234567890123456789", null]}']) {
    expect(parseJson(text), text).toEqual(JSON.parse(text));
  }
});

test('what is not JSON is refused, with long numbers and without', () => {
  expect(() => parseJson('{"id": 9007199254740993')).toThrow(SyntaxError);
  expect(() => parseJson('{"id": 1')).toThrow(SyntaxError);
});
