import { expect, test } from '@playwright/test';
import { parseManifest } from '../../src/records/manifest.ts';
import { LossHistory } from '../../src/ui/losses.ts';
import { manifestDiff } from '../../src/ui/manifest-diff.ts';
import { mixLook, sortMixes } from '../../src/ui/names.ts';
import { bytes, difference, duration, rate } from '../../src/ui/numbers.ts';
import { bestMonolingual, readings } from '../../src/ui/reading.ts';
import { href, parseRoute } from '../../src/ui/route.ts';
import { standing } from '../../src/ui/stages.ts';
import { readStudyHash, writeStudyHash } from '../../src/app/address.ts';
import type { Estimate } from '../../src/records/estimate.ts';
import type { LossPoint } from '../../src/records/loss.ts';
import type { StudyResults } from '../../src/records/results.ts';
import type { CellState, StudyState } from '../../src/records/study.ts';

const e = (mean: number, low = mean - 0.5, high = mean + 0.5, n = 160): Estimate => ({ mean, low, high, n });
const key = { model: 'm', dataset: 'd', without: [] };
const heat = (mix: string, mean: number, right = 0.9): StudyResults['heatmap'][number] => ({ ...key, mix, language: 'all', raw: e(mean), gated: e(mean), rightLanguage: e(right, right, right), verdicts: { right: 160 * right, wrong: 160 * (1 - right), untold: 0 }, failed: 0, noRoom: 0 });
const gain = (multilingual: string, monolingual: string, points: Estimate): StudyResults['improvements'][number] => ({ ...key, multilingual, monolingual, points });

test.describe('the reading of a heat map', () => {
  const heatmap = [heat('EN', 4.2), heat('DE', 4.5), heat('ENDEFRITES', 5.3), heat('DEFRITES', 4.6)];

  test('compares with the best one-language mix, in points of the 1 to 10 scale', () => {
    expect(bestMonolingual({ heatmap })).toBe('DE');
    const [first] = readings({ heatmap, improvements: [gain('ENDEFRITES', 'EN', e(11, 7, 15)), gain('ENDEFRITES', 'DE', e(8, 3, 12))] });
    expect(first?.verdict).toBe('better');
    expect(first?.text).toBe('Parallel tuning (ENDEFRITES) beat the best one-language mix (DE) by 0.80 points (95\u00a0% interval 0.30 to 1.20, n\u00a0=\u00a0160).');
  });

  test('says not shown where the interval holds zero, even for a positive difference', () => {
    const [first] = readings({ heatmap, improvements: [gain('DEFRITES', 'DE', e(1, -3, 5))] });
    expect(first?.verdict).toBe('not shown');
    expect(first?.text).toContain('The difference is +0.10 points and its 95\u00a0% interval, −0.30 to 0.50, holds zero');
  });

  test('says it fell behind where the whole interval is below zero, without a double minus', () => {
    const [first] = readings({ heatmap, improvements: [gain('ENDEFRITES', 'DE', e(-8, -12, -3))] });
    expect(first?.verdict).toBe('worse');
    expect(first?.text).toContain('fell behind the best one-language mix (DE) by 0.80 points (95\u00a0% interval 0.30 to 1.20');
  });

  test('counts the comparisons on each side and those not shown', () => {
    const improvements = [gain('ENDEFRITES', 'EN', e(8, 3, 12)), gain('ENDEFRITES', 'DE', e(1, -3, 5)), gain('DEFRITES', 'EN', e(-8, -12, -3))];
    expect(readings({ heatmap, improvements }).find(({ text }) => text.startsWith('Of 3'))?.text).toBe('Of 3 comparisons of a multilingual with a one-language mix, 1 favour the multilingual one, 1 the one-language one, and 1 are not shown either way.');
  });

  test('names what a comparison lacks, and chooses the best one-language mix among those that lack nothing', () => {
    const partial = [{ ...heat('EN', 9), without: ['de'] }, heat('DE', 4.5)];
    expect(bestMonolingual({ heatmap: partial })).toBe('DE');
    const [first] = readings({ heatmap: partial, improvements: [{ ...gain('ENDEFRITES', 'DE', e(8, 3, 12)), without: ['pl'] }] });
    expect(first?.text).toContain('n\u00a0=\u00a0160, without Polish)');
  });

  test('says of how many answers the language cannot be told', () => {
    const cells = [heat('EN', 4.2, 0.5), heat('DE', 4.5, 0.9)].map((cell) => ({ ...cell, verdicts: { right: 1, wrong: 1, untold: 20 } }));
    expect(readings({ heatmap: cells, improvements: [] }).at(-1)?.text).toBe('Answers in the language of the question: from 50% (EN) to 90% (DE), of those whose language can be told (of 40 it cannot).');
  });

  test('has nothing to say without a one-language mix or without grades', () => {
    expect(readings({ heatmap: [heat('ENDEFRITES', 5)], improvements: [] })).toEqual([]);
    expect(bestMonolingual({ heatmap: [{ ...heat('EN', 0), raw: e(0, 0, 0, 0) }] })).toBeNull();
  });
});

test.describe('names and numbers', () => {
  test('a mix is told apart by kind: own hue, ink, dashes', () => {
    expect(mixLook('FR')).toMatchObject({ kind: 'monolingual', languages: ['fr'], dashed: false });
    expect(mixLook('ENDEFRITES')).toMatchObject({ kind: 'union', languages: ['en', 'de', 'fr', 'it', 'es'] });
    expect(mixLook('DEFRITES-sampled')).toMatchObject({ kind: 'sampled', dashed: true, lines: ['DEFRITES', 'sampled'] });
    expect(mixLook('base').kind).toBe('base');
    expect(sortMixes(['ENDE-sampled', 'ENDE', 'DE', 'base', 'EN'], (mix) => mix)).toEqual(['base', 'DE', 'EN', 'ENDE', 'ENDE-sampled']);
  });

  test('durations have at most two units, sizes one', () => {
    expect([8.4, 130, 720, 3600, 4000].map(duration)).toEqual(['8 s', '2 min 10 s', '12 min', '1 h', '1 h 6 min']);
    expect([0, 999, 12_300_000].map(bytes)).toEqual(['0 B', '999 B', '12.3 MB']);
  });

  test('differences carry a true minus, small rates an exponent', () => {
    expect([0.8, -0.3, 0].map((n) => difference(n))).toEqual(['+0.80', '−0.30', '0.00']);
    expect([0.003, 0.42, 0].map(rate)).toEqual(['3e-3', '0.42', '0']);
  });
});

test.describe('routes and links', () => {
  test('a route survives its own address, with ids that hold slashes', () => {
    expect(parseRoute(href('results', 'a/b c'))).toEqual({ page: 'results', id: 'a/b c', link: null });
    expect(parseRoute(href('home'))).toEqual({ page: 'home', id: null, link: null });
    expect(parseRoute('#/nowhere').page).toBe('home');
  });

  test('a study link leads to the Train page with the whole manifest', () => {
    const manifest = parseManifest({ schema: 1, name: 'Übung', models: ['m'], datasets: ['d'], mixes: ['EN'], benchmark: { id: 'b' } });
    const { page, link } = parseRoute(writeStudyHash(manifest));
    expect(page).toBe('train');
    expect(readStudyHash(link as string)).toEqual(manifest);
  });

  test('manifests are compared leaf by leaf', () => {
    const a = parseManifest({ schema: 1, name: 'x', models: ['m'], datasets: ['d'], mixes: ['EN', 'DE'], benchmark: { id: 'b' } });
    const b = { ...a, mixes: ['EN'], training: { ...a.training, learning_rate: 0.1 } };
    expect(manifestDiff(a, b)).toEqual([{ field: 'mixes', a: 'EN, DE', b: 'EN' }, { field: 'training.learning_rate', a: '0.0003', b: '0.1' }]);
    expect(manifestDiff(a, structuredClone(a))).toEqual([]);
  });
});

test.describe('where a study stands', () => {
  const cell = (patch: Partial<CellState>): CellState => ({ id: 'c', model: 'm', dataset: 'd', mix: 'EN', seed: 0, stage: 'training', trained: { done: 0, total: 10 }, answered: { done: 0, total: 10 }, judged: { done: 0, failed: 0, total: 20 }, ...patch });
  const study = (cells: CellState[], status: StudyState['status'] = 'running'): StudyState => ({ cells, status }) as StudyState;

  test('the stage is the first that is not finished, and its share sums the cells', () => {
    const at = standing(study([cell({ trained: { done: 10, total: 10 } }), cell({ trained: { done: 5, total: 10 } })]));
    expect(at.current).toBe('tune');
    expect(at.tune).toEqual({ done: 15, total: 20, share: 0.75 });
    expect(at.share).toBeCloseTo(0.25, 10);
  });

  test('failed judgments count as attended to and are told apart', () => {
    const at = standing(study([cell({ trained: { done: 10, total: 10 }, answered: { done: 10, total: 10 }, judged: { done: 17, failed: 3, total: 20 } })], 'done'));
    expect(at).toMatchObject({ current: 'compare', failed: 3, share: 1 });
  });

  test('an untuned model has no steps to wait for; a cell not begun does', () => {
    expect(standing(study([cell({ stage: 'answering', trained: { done: 0, total: 0 } })])).current).toBe('answer');
    expect(standing(study([cell({ stage: 'waiting', trained: { done: 0, total: 0 } })])).current).toBe('tune');
  });
});

test.describe('loss history', () => {
  const point = (step: number, loss: number, eval_loss?: number): LossPoint => ({ cell: 'c', step, loss, grad_norm: 1, learning_rate: 1, num_tokens: 1, mean_token_accuracy: 1, ...(eval_loss === undefined ? {} : { eval_loss }) });

  test('points that come late or twice end up in order, once each, keeping an eval_loss', () => {
    const history = new LossHistory();
    history.add([point(3, 1), point(4, 0.9)]);
    history.add([point(1, 3), point(2, 2), point(3, 1, 1.5)]);
    history.add([point(3, 1)]);
    const points = history.cells.get('c') ?? [];
    expect(points.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(points[2]?.eval_loss).toBe(1.5);
  });
});
