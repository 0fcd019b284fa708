import { expect, test } from '@playwright/test';
import { LANGUAGES } from '../../src/core/languages.ts';
import { IDENTIFIABLE, identifyLanguage } from '../../src/text/identify.ts';

const sentences: Record<string, string[]> = {
  en: ['The cat is bigger than the mouse.', 'She works as a teacher in a small town.', 'It costs twelve coins.'],
  de: ['Die Katze ist größer als die Maus.', 'Sie arbeitet als Lehrerin in einer kleinen Stadt.', 'Es kostet zwölf Münzen.'],
  fr: ['Le chat est plus grand que la souris.', 'Elle travaille comme professeure dans une petite ville.', 'Cela coûte douze pièces.'],
  it: ['Il gatto è più grande del topo.', 'Lavora come insegnante in una piccola città.', 'Costa dodici monete.'],
  es: ['El gato es más grande que el ratón.', 'Trabaja como profesora en una ciudad pequeña.', 'El libro cuesta doce monedas.'],
  pt: ['O gato é maior do que o rato.', 'Ela trabalha como professora numa cidade pequena.', 'Isso custa doze moedas.'],
  nl: ['De kat is groter dan de muis.', 'Zij werkt als lerares in een kleine stad.', 'Het kost twaalf munten.'],
  sv: ['Katten är större än musen.', 'Hon arbetar som lärare i en liten stad.', 'Det kostar tolv mynt.'],
  ar: ['القطة أكبر من الفأر.'],
  zh: ['猫比老鼠大。'],
  cs: ['Kočka je větší než myš.'],
  et: ['Kass on suurem kui hiir.'],
  fi: ['Kissa on suurempi kuin hiiri.'],
  he: ['החתול גדול מהעכבר.'],
  hi: ['बिल्ली चूहे से बड़ी है।'],
  ru: ['Кошка больше мыши.'],
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

test('candidates can be narrowed', async () => {
  const portuguese = 'O gato é maior do que o rato e dorme na casa.';
  expect((await identifyLanguage(portuguese)).language).toBe('pt');
  expect((await identifyLanguage(portuguese, ['en', 'de', 'es'])).language).toBe('es');
});

test('Swahili, which the database lacks, is not claimed', () => {
  expect(IDENTIFIABLE).not.toContain('sw');
  expect(IDENTIFIABLE).toHaveLength(LANGUAGES.size - 1);
});
