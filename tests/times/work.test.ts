/** How long work takes that a person waits for. For a quiet machine: `npm run test:times`. */
import { expect, test } from '@playwright/test';
import { worldConversations } from '../../src/world/index.ts';
import { fullStudy } from '../fixtures/full-study.ts';
import { studyResults } from '../../src/statistics/index.ts';

test('Lima-X in one language is made in under 200 ms', () => {
  worldConversations('lima-x-world', 'en');
  const times = (['pt', 'nl', 'sv'] as const).map((language) => {
    const begin = performance.now();
    worldConversations('lima-x-world', language);
    return performance.now() - begin;
  });
  // The best of three: the first one also compiles.
  expect(Math.min(...times)).toBeLessThan(200);
});

test('the figures of nine mixes, five languages and eighty questions are worked out in under a second', () => {
  const records = fullStudy();
  const begin = performance.now();
  studyResults(records);
  const milliseconds = performance.now() - begin;
  console.log(`  a full study's figures with 1,000 resamples: ${milliseconds.toFixed(0)} ms`);
  expect(milliseconds).toBeLessThan(1000);
});
