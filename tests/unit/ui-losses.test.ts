import { expect, test } from '@playwright/test';
import { smoothed, smoothingWindow } from '../../src/ui/losses.ts';

test('a smoothed point is the mean of the steps up to it, no more than the window', () => {
  expect(smoothed([6, 2, 4, 0, 8], 3)).toEqual([6, 4, 4, 2, 4]);
  expect(smoothed([5, 7], 1)).toEqual([5, 7]);
  expect(smoothed([], 4)).toEqual([]);
});

test('the window is a twentieth of the run, and at least one step', () => {
  expect([0, 6, 40, 320, 2000].map(smoothingWindow)).toEqual([1, 1, 2, 16, 100]);
});
