import { expect, test } from '@playwright/test';
import { judgeLanguage } from '../../src/engine/text/language-gate.ts';
import { DECLARATIONS, textsOf, UNREAD } from '../../tools/language/texts.ts';
import type { LanguageVerdict } from '../../src/records/results.ts';

/** Answers of the kind that models give, written for this test. */
const ANSWERS: Record<string, string[]> = {
  pl: ['Najpierw trzeba zagotować wodę, a potem wsypać makaron i gotować go przez osiem minut.', 'Pociąg wyjeżdża z Krakowa o szóstej rano i jedzie do Gdańska pięć godzin.', 'Nie wiem, ale chętnie sprawdzę.'],
  da: ['Først skal du koge vandet, og derefter kommer du pastaen i og lader den koge i otte minutter.', 'Toget kører fra Aarhus klokken seks om morgenen, og turen tager lidt over tre timer.', 'Jeg kan desværre ikke svare på det spørgsmål.'],
  bg: ['Първо кипнете водата, после сложете макароните и ги варете осем минути.', 'Влакът тръгва от София в шест сутринта и пътува до Варна около седем часа.', 'За съжаление не мога да отговоря на този въпрос.'],
  hr: ['Najprije zakuhajte vodu, zatim dodajte tjesteninu i kuhajte je osam minuta.', 'Vlak kreće iz Zagreba u šest ujutro, a putovanje do Splita traje otprilike šest sati.', 'Nažalost, ne mogu odgovoriti na to pitanje.'],
  sk: ['Najprv prevarte vodu, potom pridajte cestoviny a varte ich osem minút.', 'Vlak odchádza z Bratislavy o šiestej ráno a cesta do Košíc trvá takmer šesť hodín.', 'Na túto otázku vám, žiaľ, neviem odpovedať.'],
  ur: ['پہلے پانی ابالیں، پھر اس میں نوڈلز ڈالیں اور آٹھ منٹ تک پکائیں۔', 'ریل گاڑی صبح چھ بجے لاہور سے چلتی ہے اور کراچی پہنچنے میں کافی وقت لگتا ہے۔', 'معاف کیجیے، میں اس سوال کا جواب نہیں دے سکتا۔'],
  hi: ['पहले पानी उबालें, फिर उसमें नूडल्स डालें और आठ मिनट तक पकाएँ।', 'बिल्ली चूहे से बड़ी है।'],
  ja: ['まずお湯を沸かして、それから麺を入れて八分間ゆでてください。', '電車は朝六時に京都を出て、東京まで二時間ほどかかります。', '申し訳ありませんが、その質問にはお答えできません。'],
};
const ENGLISH = ['First bring the water to the boil, then add the pasta and cook it for eight minutes.', 'The train leaves early in the morning and the journey takes about five hours.', 'I am afraid I cannot answer that question.'];

for (const [code, texts] of Object.entries(ANSWERS)) {
  test(`answers in ${new Intl.DisplayNames('en', { type: 'language' }).of(code)} are right where they were asked for, and English ones wrong`, async () => {
    for (const text of texts) expect(await judgeLanguage(text, code), text).toBe('right');
    for (const text of ENGLISH) expect(await judgeLanguage(text, code), text).toBe('wrong');
    for (const text of texts) expect(await judgeLanguage(text, 'en'), text).toBe('wrong');
  });
}

test('a language that eld does not know has no opinion, nor has a text that says too little', async () => {
  for (const [text, asked] of [['Kwanza chemsha maji, kisha weka tambi na upike kwa dakika nane.', 'sw'], [ENGLISH[0], 'sw'], [ENGLISH[0], 'xx'], [ENGLISH[0], 'constructor'], ['42', 'pl'], ['', 'pl'], ['Gdańsk', 'pl'], ['```js\nreturn the + value;\n```', 'pl']] as const) {
    expect(await judgeLanguage(text ?? '', asked), `${asked}: ${text}`).toBe('untold');
  }
});

test('half an answer in another language is too mixed to tell, and a quotation is not', async () => {
  const [polish = '', more = ''] = ANSWERS['pl'] ?? [];
  const [english = '', train = ''] = ENGLISH;
  expect(await judgeLanguage(`${polish} ${english}`, 'pl')).not.toBe('right');
  expect(await judgeLanguage(`${polish} ${more} ${polish} ${more} „${train}” ${polish} ${more}`, 'pl')).toBe('right');
});

test('near neighbours are not called wrong on a few words, and are on many', async () => {
  // The two Norwegians and Danish share these sentences, letter for letter or nearly.
  for (const [text, asked] of [['Slaveri og slavehandel i alle former', 'no'], ['fra handlinger i strid med De', 'da'], ['z trestného činu, považuje se za nevinného', 'cs']] as const) {
    expect(await judgeLanguage(text, asked), text).not.toBe('wrong');
  }
  const danish = (ANSWERS['da'] ?? []).join(' ').repeat(3);
  expect(await judgeLanguage(danish, 'sv')).toBe('wrong');
  expect(await judgeLanguage((ANSWERS['sk'] ?? []).join(' '), 'cs')).toBe('wrong');
});

test('what eld has only as its nearest kin counts as right: Norwegian by either name, Indonesian, Bosnian, Serbian in Latin letters', async () => {
  const cases: [string, string][] = [
    ['Først må du koke opp vannet, og så har du i pastaen og lar den koke i åtte minutter.', 'nb'],
    ['Fyrst lyt du koka opp vatnet, og så har du i pastaen og lèt han koka i åtte minutt.', 'nn'],
    ['Pertama didihkan air, lalu masukkan mi dan rebus selama delapan menit.', 'id'],
    ['Prvo prokuhajte vodu, zatim ubacite tjesteninu i kuhajte je osam minuta.', 'bs'],
    ['Prvo prokuvajte vodu, zatim ubacite testeninu i kuvajte je osam minuta.', 'sr'],
    ['Прво прокувајте воду, затим убаците тестенину и кувајте је осам минута.', 'sr'],
  ];
  for (const [text, asked] of cases) expect(await judgeLanguage(text, asked), `${asked}: ${text}`).toBe('right');
  for (const asked of ['nb', 'nn', 'id', 'bs', 'sr']) expect(await judgeLanguage(ENGLISH[0] ?? '', asked), asked).toBe('wrong');
});

// All of them, and short texts: docs/languages.md.
test('of paragraphs of the declaration in every language none is called wrong, and at least 9 of 10 are called right', async () => {
  for (const [asked, names] of Object.entries(DECLARATIONS)) {
    const counts: Record<LanguageVerdict, number> = { right: 0, wrong: 0, untold: 0 };
    for (const text of names.flatMap((name) => textsOf(name, asked).long).filter((_, i) => i % 4 === 0)) counts[await judgeLanguage(text, asked)]++;
    expect(counts.wrong, asked).toBe(0);
    expect(counts.right, asked).toBeGreaterThanOrEqual(5);
    expect(counts.untold / (counts.right + counts.untold), asked).toBeLessThanOrEqual(0.1);
  }
});

test('in a script of the language that eld does not read, and in languages it does not know, there is no opinion', async () => {
  for (const [asked, names] of Object.entries(UNREAD)) {
    for (const text of names.flatMap((name) => textsOf(name, asked).long).filter((_, i) => i % 4 === 0)) expect(await judgeLanguage(text, asked), `${asked}: ${text}`).toBe('untold');
  }
});
