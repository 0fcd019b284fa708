import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { LANGUAGES } from '../../src/core/languages.ts';
import { IDENTIFIABLE, typicalScore } from '../../src/engine/text/identifiable.ts';
import { identifyLanguage } from '../../src/engine/text/identify.ts';

const sentences: Record<string, string[]> = {
  en: ['The cat is bigger than the mouse.', 'She works as a teacher in a small town.', 'It costs twelve coins.'],
  de: ['Die Katze ist größer als die Maus.', 'Sie arbeitet als Lehrerin in einer kleinen Stadt.', 'Es kostet zwölf Münzen.'],
  fr: ['Le chat est plus grand que la souris.', 'Elle travaille comme professeure dans une petite ville.', 'Cela coûte douze pièces.'],
  it: ['Il gatto è più grande del topo.', 'Lavora come insegnante in una piccola città.', 'Costa dodici monete.'],
  es: ['El gato es más grande que el ratón.', 'Trabaja como profesora en una ciudad pequeña.', 'El libro cuesta doce monedas.'],
  pt: ['O gato é maior do que o rato.', 'Ela trabalha como professora numa cidade pequena.', 'Isso custa doze moedas.'],
  nl: ['De kat is groter dan de muis.', 'Zij werkt als lerares in een kleine stad.', 'Het kost twaalf munten.'],
  sv: ['Katten är större än musen.', 'Hon arbetar som lärare i en liten stad.', 'Biljetten till ön kostar tolv mynt.'],
  ar: ['القطة أكبر من الفأر.'],
  zh: ['猫比老鼠大，喜欢在门口睡觉。'],
  cs: ['Kočka je větší než myš.'],
  et: ['Kass on suurem kui hiir.'],
  fi: ['Kissa on suurempi kuin hiiri.'],
  he: ['החתול גדול מהעכבר.'],
  ru: ['Кошка больше мыши и любит спать под крышей.'],
};

for (const [code, texts] of Object.entries(sentences)) {
  test(`${LANGUAGES.get(code)!.name} sentences are identified, reliably`, async () => {
    for (const text of texts) expect(await identifyLanguage(text), text).toMatchObject({ language: code, reliable: true });
  });
}

test('texts without enough words in them are left undecided', async () => {
  for (const text of ['', '42', '3 + 4 = 7', '...', 'Ja.', '```python\nfor value in values:\n    print(value)\n```', 'https://example.org/the/quick/brown/fox', 'x = y * z']) {
    expect(await identifyLanguage(text), text).toMatchObject({ reliable: false });
  }
});

test('code inside an answer does not decide its language', async () => {
  const answer = 'Hier ist die Funktion, die du wolltest:\n```python\ndef the_sum_of_all_the_numbers(numbers):\n    return sum(number for number in numbers if number is not None)\n```\nSie zählt alles zusammen.';
  expect(await identifyLanguage(answer)).toMatchObject({ language: 'de', reliable: true });
});

test('Hindi is found, and its lead over Marathi too thin to rely on while both are candidates', async () => {
  const text = 'बिल्ली चूहे से बड़ी है।';
  expect(await identifyLanguage(text)).toMatchObject({ language: 'hi', reliable: false });
  expect(await identifyLanguage(text, [...LANGUAGES.keys()])).toMatchObject({ language: 'hi', reliable: true });
});

test('candidates can be narrowed', async () => {
  const portuguese = 'O gato é maior do que o rato e dorme na casa.';
  expect((await identifyLanguage(portuguese)).language).toBe('pt');
  expect((await identifyLanguage(portuguese, ['en', 'de', 'es'])).language).toBe('es');
});

test('a long text is read whole: eld itself looks at its first 350 bytes alone', async () => {
  const english = 'The quoted letter says that the harbour was closed because the storm had broken both of its old wooden piers. '.repeat(4);
  const german = 'Der Brief wurde im Winter geschrieben, als niemand mehr wusste, wie lange die Arbeiten am Hafen noch dauern würden. '.repeat(16);
  expect(await identifyLanguage(english + german)).toMatchObject({ language: 'de', reliable: true });
});

test('composed and decomposed letters are the same text', async () => {
  const vietnamese = 'Con mèo lớn hơn con chuột và thích ngủ cả ngày dưới mái hiên.';
  for (const form of ['NFC', 'NFD']) expect(await identifyLanguage(vietnamese.normalize(form)), form).toMatchObject({ language: 'vi', reliable: true });
});

test('text that is in no language stays undecided, however long', async () => {
  expect(await identifyLanguage('xq zzkv wprt jjkl qqwx vbnm zxcv lkjh '.repeat(20))).toMatchObject({ reliable: false });
});

test('each of eld’s databases knows the sixty languages, with the scores it gives them', async () => {
  // Each database begins with its languages; to load them all would take seconds.
  for (const name of ['extrasmall', 'small', 'medium', 'large']) {
    const [, languages = ''] = /languages:\{([^}]*)\}/.exec(readFileSync(`node_modules/eld/src/ngrams/${name}.js`, 'utf8').slice(0, 4000)) ?? [];
    expect([...languages.matchAll(/'(\w+)'/g)].map(([, code]) => code).toSorted(), name).toEqual([...IDENTIFIABLE].toSorted());
  }
  const source = readFileSync('node_modules/eld/src/avgScore.js', 'utf8');
  const avgScore = Object.fromEntries([...source.matchAll(/^ *'(\w\w)': ([\d.]+)/gm)].map(([, code, score]) => [code, Number(score)]));
  expect(Object.fromEntries(IDENTIFIABLE.map((code) => [code, typicalScore(code)]))).toEqual(avgScore);
  expect([...LANGUAGES.keys()].filter((code) => !IDENTIFIABLE.includes(code))).toEqual(['sw']);
});
