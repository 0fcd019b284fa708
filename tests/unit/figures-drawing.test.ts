import { expect, test } from '@playwright/test';
import type { Category } from '../../src/records/question.ts';
import { composition } from '../../src/ui/figures/composition.ts';
import { counts } from '../../src/ui/figures/counts.ts';
import { cellSentence, heatmap, heatmapTable, type HeatCell } from '../../src/ui/figures/heatmap.ts';
import { improvements, improvementsTable, shown } from '../../src/ui/figures/improvements.ts';
import { radar, radarTable, spoke } from '../../src/ui/figures/radar.ts';
import { aroundZero, linear, ticks } from '../../src/ui/figures/scale.ts';
import { turns, turnsTable } from '../../src/ui/figures/turns.ts';
import { attributes, templateText } from '../fixtures/template-text.ts';
import type { Estimate } from '../../src/records/estimate.ts';

const e = (mean: number, low: number, high: number, n = 16): Estimate => ({ mean, low, high, n });
const none = e(0, 0, 0, 0);

test.describe('scales', () => {
  test('a linear scale maps the ends of its domain onto the ends of its range, also backwards', () => {
    const x = linear([1, 10], [100, 550]);
    expect([x(1), x(10), x(5.5)]).toEqual([100, 550, 325]);
    expect(linear([0, 10], [116, 0])(2.5)).toBe(87);
  });

  test('a scale of one value does not divide by zero', () => {
    expect(linear([3, 3], [20, 90])(3)).toBe(20);
  });

  test('ticks are round, inside the domain and free of binary dust', () => {
    expect(ticks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(ticks(-3, 12, 5)).toEqual([0, 5, 10]);
    expect(ticks(0, 0.3, 3)).toEqual([0, 0.1, 0.2, 0.3]);
  });

  test('a domain around zero holds zero and every value, and is never empty', () => {
    expect(aroundZero([3.2, 18.9])).toEqual([0, 20]);
    expect(aroundZero([-7, 4])).toEqual([-8, 4]);
    expect(aroundZero([0, 0])).toEqual([-1, 1]);
  });
});

test.describe('heat map', () => {
  const full: HeatCell = { mix: 'EN', language: 'de', score: e(6.25, 5.1, 7.3), rightLanguage: e(0.875, 0.8, 0.95), verdicts: { right: 7, wrong: 1, untold: 8 }, without: [], failed: 2, noRoom: 0 };
  const empty: HeatCell = { mix: 'DE', language: 'de', score: none, rightLanguage: none, verdicts: { right: 0, wrong: 0, untold: 0 }, without: [], failed: 0, noRoom: 0 };
  const data = { mixes: ['EN', 'DE'], languages: ['de', 'all'], cells: [full, empty] };

  test('a cell says its mean, interval, n, language share and failures in one sentence', () => {
    expect(cellSentence(full)).toBe('EN in German: 6.25 (95 % interval 5.10 to 7.30, n = 16); 88% in the right language (7 right, 1 wrong, 8 untold); 2 failed and not counted');
    const untold: HeatCell = { ...full, rightLanguage: none, verdicts: { right: 0, wrong: 0, untold: 16 }, failed: 0 };
    expect(cellSentence(untold)).toBe('EN in German: 6.25 (95 % interval 5.10 to 7.30, n = 16); the language of its 16 answers cannot be told');
    expect(cellSentence({ ...full, noRoom: 54 })).toMatch(/; 2 failed and not counted; 54 without room for an answer$/);
    expect(cellSentence({ ...full, language: 'all', without: ['fr', 'pl'] })).toContain('EN over all languages but French, Polish, which have no score: 6.25');
  });

  test('a cell without grades shows a dash and no number, however its mean is stored', () => {
    expect(cellSentence(empty)).toBe('DE in German: no score yet');
    const text = templateText(heatmap(data));
    // Four places: one score, three without.
    expect(text.match(/class="cell num"/g)).toHaveLength(1);
    expect(text.match(/class="cell empty"/g)).toHaveLength(3);
    expect(text).not.toContain('0.00');
  });

  test('the table shows n of right, wrong and untold', () => {
    const cells = templateText(heatmapTable({ ...data, cells: [full] })).match(/<td class="num">[^<]*/g)?.map((cell) => cell.slice(16));
    expect(cells).toEqual(['6.25', '5.10 to 7.30', '16', '88%', '7', '1', '8', '2', '0']);
  });

  test('a mean that lacks a language is marked', () => {
    expect(templateText(heatmap({ ...data, cells: [{ ...full, failed: 0, without: ['fr'] }] }))).toContain('6.25<sup>†</sup>');
  });

  test('a mean that leaves failures out is marked', () => {
    expect(templateText(heatmap(data))).toContain('6.25<sup>*</sup>');
  });

  test('a click opens exactly the cell it was on', () => {
    const opened: HeatCell[] = [];
    const call = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(call);
      else if (typeof value === 'object' && value !== null && 'strings' in value) {
        const { strings, values } = value as unknown as { strings: string[]; values: unknown[] };
        values.forEach((inner, i) => (strings[i]?.endsWith('@click=') ? (inner as () => void)() : call(inner)));
      }
    };
    call(heatmap(data, { onOpen: (cell) => opened.push(cell) }));
    expect(opened).toEqual([full]);
  });

  test('the table holds every cell with n and interval', () => {
    const text = templateText(heatmapTable(data));
    expect(text).toContain('5.10 to 7.30');
    expect(text.match(/<th scope="row">/g)).toHaveLength(2);
  });
});

test.describe('radar', () => {
  test('the first spoke points up, the third of eight to the right, the centre is zero', () => {
    expect(spoke(0, 8, 10).map(Math.round)).toEqual([190, 44]);
    expect(spoke(2, 8, 10).map(Math.round)).toEqual([306, 160]);
    expect(spoke(5, 8, 0).map(Math.round)).toEqual([190, 160]);
  });

  test('a series that lacks a category is drawn as points, never as a closed outline over the gap', () => {
    const categories: Category[] = ['writing', 'math', 'coding'];
    const whole = { name: 'EN', color: 'red', dashed: false, scores: { writing: e(5, 4, 6), math: e(5, 4, 6), coding: e(5, 4, 6) } };
    const gap = { name: 'DE', color: 'blue', dashed: false, scores: { writing: e(5, 4, 6), math: none } };
    const text = templateText(radar({ categories, series: [whole, gap] }));
    expect(text.match(/class="series"/g)).toHaveLength(1);
    expect(text.match(/class="dot"/g)).toHaveLength(4);
    expect(templateText(radarTable({ categories, series: [gap] }))).toContain('–');
  });
});

test.describe('improvement bars', () => {
  const gain = { multilingual: 'ENDEFRITES', monolingual: 'EN', points: e(8, 3, 12) };
  const nothing = { multilingual: 'ENDEFRITES', monolingual: 'DE', points: e(2, -3, 7) };
  const loss = { multilingual: 'DEFRITES', monolingual: 'EN', points: e(-5, -9, -1) };

  test('a difference is shown only where its interval leaves zero out', () => {
    expect([gain, nothing, loss].map(({ points }) => shown(points))).toEqual([true, false, true]);
    expect(shown(e(1, 0, 2))).toBe(false);
  });

  test('bars run from the zero line to the mean, to the left for a loss', () => {
    // Domain [-10, 15] over x 48..546 of a 600 px drawing: 19.92 px a point, zero at 247.2.
    const text = templateText(improvements([gain, nothing, loss], { width: 600 }));
    const left = attributes(text, 'rect', 'x').map(Number);
    const widths = attributes(text, 'rect', 'width').map(Number);
    expect(left[0]).toBeCloseTo(247.2, 1);
    expect(widths[0]).toBeCloseTo(8 * 19.92, 1);
    expect(left[2]).toBeCloseTo(247.2 - 5 * 19.92, 1);
    expect(widths[2]).toBeCloseTo(5 * 19.92, 1);
    expect(attributes(text, 'line', 'class').filter((name) => name === 'zero')).toHaveLength(1);
  });

  test('the height follows from the bars, so that nothing moves when the width changes', () => {
    const heights = [360, 1100].map((width) => attributes(templateText(improvements([gain, nothing, loss], { width })), 'svg', 'height')[0]);
    // Two groups of 30 px heading, three bars of 24, 34 for the axis.
    expect(heights).toEqual(['166', '166']);
  });

  test('the table says which differences are not shown', () => {
    const text = templateText(improvementsTable([gain, nothing]));
    expect(text).toContain('+3.0 to +12.0');
    expect(text).toContain('−3.0 to +7.0');
    expect(text.match(/not shown/g)).toHaveLength(1);
  });
});

test.describe('turns, compositions and counts', () => {
  test('both turns lie on the 1 to 10 scale, and a turn without grades is not drawn', () => {
    const pairs = [{ mix: 'EN', first: e(10, 9, 10), second: e(1, 1, 2) }, { mix: 'DE', first: e(5.5, 5, 6), second: none }];
    const text = templateText(turns(pairs, { width: 600 }));
    // x runs from 176 to 588.
    expect(attributes(text, 'circle', 'cx').map(Number)).toEqual([588, 176, 382]);
    expect(templateText(turnsTable(pairs))).toContain('10.00 (9.00 to 10.00; n 16)');
  });

  test('a composition fills exactly the squares of the languages a record is held in', () => {
    const text = templateText(composition({ mix: 'ENDE-sampled', languages: ['en', 'de'], total: 2, records: [{ id: 'a', languages: ['en'] }, { id: 'b', languages: ['de'] }, { id: 'c', languages: [] }] }));
    expect(attributes(text, 'rect', 'class')).toEqual(['held', 'free', 'free', 'free', 'held', 'free']);
    expect(text).toContain('Of the first 3 records it holds English 1, German 1.');
  });

  test('bars of counts share one scale', () => {
    const text = templateText(counts({ languages: ['en', 'de', 'fr'], counts: { en: 240, de: 60 }, most: 240 }));
    expect([...text.matchAll(/inlineSize:(\d+)%/g)].map(([, share]) => Number(share))).toEqual([100, 25, 0]);
    expect(attributes(text, 'div', 'data-none')).toEqual(['false', 'false', 'true']);
  });
});
