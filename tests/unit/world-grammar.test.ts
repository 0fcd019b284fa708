import { expect, test } from '@playwright/test';
import { denyPerson, joinSentences, phrase, render, say, sayPerson, type Slots } from '../../src/world/grammar/index.ts';
import { LEXICONS, WORLD_LANGUAGES, type WorldLanguage } from '../../src/world/lexicon/index.ts';
import { REQUIRED } from '../../src/world/lexicon/types.ts';
import { ANIMALS, CITIES, COLOURS, CONTAINERS, COUNTABLES, COUNTRIES, FOODS, LANGUAGE_NAMES, MATERIALS, MONTHS, PEOPLE, PROFESSIONS, SEASONS, seasonOf, STRANGERS, THINGS, WEEKDAYS } from '../../src/world/facts.ts';
import { PHRASEBOOKS, PLANS, type Plan } from '../../src/world/phrases/index.ts';
import { renderPhrase } from '../../src/world/grammar/render.ts';
import { vocabulary } from '../../src/world/grammar/index.ts';

/** Templates and what a native writes for them: by hand, never copied from the program's own output. */
const PHRASES: Record<WorldLanguage, readonly (readonly [template: string, slots: Slots, expected: string])[]> = {
  en: [
    ['{a:indef}', { a: 'elephant' }, 'an elephant'],
    ['{a:indef c}', { a: 'ant', c: 'red' }, 'a red ant'],
    ['{x:count n}', { x: 'mouse', n: 3 }, 'three mice'],
    ['{x:count n}', { x: 'sheep', n: 21 }, 'twenty-one sheep'],
    ['{a:generic}', { a: 'milk' }, 'milk'],
    ['{job:indef for p}', { job: 'waiter', p: 'tina' }, 'a waitress'],
    ['{list}', { list: ['red', 'green', 'blue'] }, 'red, green and blue'],
    ["{p:gen} {a}", { p: 'ben', a: 'dog' }, "Ben's dog"],
  ],
  de: [
    ['{a:def acc c}', { a: 'ball', c: 'red' }, 'den roten Ball'],
    ['{a:indef c}', { a: 'bicycle', c: 'red' }, 'ein rotes Fahrrad'],
    ['mit {a:indef dat c}', { a: 'bag', c: 'green' }, 'mit einer grünen Tasche'],
    ['in {a:def dat}', { a: 'basket' }, 'im Korb'],
    ['zu {a:def dat}', { a: 'door' }, 'zur Tür'],
    ['in {a:def acc}', { a: 'house' }, 'ins Haus'],
    ['{a:def acc}', { a: 'bear' }, 'den Bären'],
    ['von {a:def dat pl}', { a: 'apple' }, 'von den Äpfeln'],
    ['die Farbe {a:def gen}', { a: 'rice' }, 'die Farbe des Reises'],
    ['{x:count n acc}', { x: 'hat', n: 1 }, 'einen Hut'],
    ['{x:count n}', { x: 'egg', n: 31 }, 'einunddreißig Eier'],
    ['{n} {m} {k}', { n: 1, m: 16, k: 27 }, 'eins sechzehn siebenundzwanzig'],
    ['{x:count n c}', { x: 'ball', n: 3, c: 'blue' }, 'drei blaue Bälle'],
    ['{job for p}', { job: 'doctor', p: 'laura' }, 'Ärztin'],
    ['{p:gen} {a}', { p: 'boris', a: 'cat' }, 'Boris’ Katze'],
    ['{w:quoted}', { w: 'dog' }, '„Hund“'],
  ],
  fr: [
    ['{a:def}', { a: 'elephant' }, "l'éléphant"],
    ['de {a:def}', { a: 'cheese' }, 'du fromage'],
    ['de {a:def pl}', { a: 'horse' }, 'des chevaux'],
    ['à {a:def pl}', { a: 'child' }, 'aux enfants'],
    ['de {p}', { p: 'emma' }, "d'Emma"],
    ['que {p:he}', { p: 'ben' }, "qu'il"],
    ['{a:part}', { a: 'grass' }, "de l'herbe"],
    ['{a:part}', { a: 'meat' }, 'de la viande'],
    ['{a:part}', { a: 'bread' }, 'du pain'],
    ['{a:def pl c}', { a: 'key', c: 'white' }, 'les clés blanches'],
    ['{a:def c}', { a: 'cup', c: 'brown' }, 'la tasse marron'],
    ['{a:indef =old}', { a: 'tree' }, 'un vieil arbre'],
    ['{x:count n}', { x: 'pear', n: 21 }, 'vingt et une poires'],
    ['{n} {m}', { n: 17, m: 38 }, 'dix-sept trente-huit'],
    ['de {n}', { n: 8 }, 'de huit'],
    ['de {city}', { city: 'hamburg' }, 'de Hambourg'],
    ['{country:in}', { country: 'portugal' }, 'au Portugal'],
    ['{w:quoted}', { w: 'word' }, '« mot »'],
  ],
  it: [
    ['{a:def}', { a: 'insect' }, "l'insetto"],
    ['{a:indef}', { a: 'duck' }, "un'anatra"],
    ['{a:def pl}', { a: 'tree' }, 'gli alberi'],
    ['in {a:def}', { a: 'cupboard' }, "nell'armadio"],
    ['di {a:def}', { a: 'milk' }, 'del latte'],
    ['su {a:def}', { a: 'table' }, 'sul tavolo'],
    ['da {a:def pl}', { a: 'friend' }, 'dagli amici'],
    ['a {city}', { city: 'athens' }, 'ad Atene'],
    ['{p} e {q}', { p: 'ben', q: 'emma' }, 'Ben ed Emma'],
    ['{a:def pl c}', { a: 'egg', c: 'white' }, 'le uova bianche'],
    ['{x:count n}', { x: 'egg', n: 2 }, 'due uova'],
    ['{a:def c}', { a: 'ball', c: 'blue' }, 'la palla blu'],
    ['{n} {m} {k}', { n: 21, m: 28, k: 33 }, 'ventuno ventotto trentatré'],
    ['{=year:count n}', { n: 20 }, "vent'anni"],
    ['{=year:count n}', { n: 38 }, 'trentotto anni'],
    ['{country:of}', { country: 'england' }, "dell'Inghilterra"],
  ],
  es: [
    ['{a:def}', { a: 'water' }, 'el agua'],
    ['{a:def c}', { a: 'key', c: 'yellow' }, 'la llave amarilla'],
    ['de {a:def}', { a: 'dog' }, 'del perro'],
    ['a {a:def}', { a: 'horse' }, 'al caballo'],
    ['{a:def pl c}', { a: 'pen', c: 'blue' }, 'los bolígrafos azules'],
    ['{x:count n}', { x: 'book', n: 21 }, 'veintiún libros'],
    ['{x:count n}', { x: 'apple', n: 31 }, 'treinta y una manzanas'],
    ['{x:count n}', { x: 'book', n: 1 }, 'un libro'],
    ['{n} {m}', { n: 16, m: 22 }, 'dieciséis veintidós'],
    ['{p} y {q}', { p: 'ben', q: 'ida' }, 'Ben e Ida'],
    ['{p} o {q}', { p: 'ben', q: 'oscar' }, 'Ben u Oscar'],
    ['{w:quoted}', { w: 'dog' }, '«perro»'],
  ],
  pt: [
    ['em {a:def}', { a: 'drawer' }, 'na gaveta'],
    ['de {a:def pl}', { a: 'dog' }, 'dos cães'],
    ['a {a:def}', { a: 'cat' }, 'ao gato'],
    ['a {a:def}', { a: 'city' }, 'à cidade'],
    ['por {a:def}', { a: 'apple' }, 'pela maçã'],
    ['em {a:indef}', { a: 'box' }, 'numa caixa'],
    ['em {city}', { city: 'porto' }, 'no Porto'],
    ['em {city}', { city: 'lisbon' }, 'em Lisboa'],
    ['{x:count n}', { x: 'lemon', n: 2 }, 'dois limões'],
    ['{x:count n}', { x: 'banana', n: 22 }, 'vinte e duas bananas'],
    ['{a:def pl c}', { a: 'lion', c: 'grey' }, 'os leões cinzentos'],
    ['{n}', { n: 19 }, 'dezanove'],
  ],
  nl: [
    ['{a:def c}', { a: 'book', c: 'red' }, 'het rode boek'],
    ['{a:indef c}', { a: 'book', c: 'red' }, 'een rood boek'],
    ['{a:indef c}', { a: 'ball', c: 'white' }, 'een witte bal'],
    ['{a:def pl}', { a: 'horse' }, 'de paarden'],
    ['{n} {m} {k}', { n: 1, m: 22, k: 31 }, 'één tweeëntwintig eenendertig'],
    ['{x:count n}', { x: 'egg', n: 3 }, 'drie eieren'],
    ['{p:gen} {a}', { p: 'anna', a: 'cat' }, "Anna's kat"],
    ['{p:gen} {a}', { p: 'ben', a: 'dog' }, 'Bens hond'],
    ['na {a:def}', { a: 'monday' }, 'na maandag'],
    ['na {a:def}', { a: 'winter' }, 'na de winter'],
  ],
  sv: [
    ['{a:def c}', { a: 'ball', c: 'red' }, 'den röda bollen'],
    ['{a:indef c}', { a: 'table', c: 'red' }, 'ett rött bord'],
    ['{a:def pl c}', { a: 'hat', c: 'blue' }, 'de blå hattarna'],
    ['{a:def}', { a: 'horse' }, 'hästen'],
    ['{x:count n}', { x: 'apple', n: 1 }, 'ett äpple'],
    ['{x:count n}', { x: 'cat', n: 21 }, 'tjugoen katter'],
    ['{x:count n}', { x: 'egg', n: 31 }, 'trettioett ägg'],
    ['{c:like a}', { c: 'white', a: 'egg' }, 'vitt'],
    ['{country:of} {=capital}', { country: 'sweden' }, 'Sveriges huvudstad'],
    ['{a:pl}', { a: 'mouse' }, 'möss'],
  ],
};

for (const language of WORLD_LANGUAGES) {
  test(`articles, agreement, contractions, plurals and numerals in ${language} are a native's`, () => {
    for (const [template, slots, expected] of PHRASES[language]) expect(phrase(language, template, slots), template).toBe(expected);
  });
}

/** The same statements in all languages, by hand. */
const SENTENCES: readonly (readonly [plan: Plan, slots: Slots, expected: Record<WorldLanguage, string>])[] = [
  ['capitalOf', { city: 'amsterdam', country: 'netherlands' }, {
    en: 'The capital of the Netherlands is Amsterdam.', de: 'Die Hauptstadt der Niederlande ist Amsterdam.', fr: 'La capitale des Pays-Bas est Amsterdam.', it: 'La capitale dei Paesi Bassi è Amsterdam.',
    es: 'La capital de los Países Bajos es Ámsterdam.', pt: 'A capital dos Países Baixos é Amesterdão.', nl: 'De hoofdstad van Nederland is Amsterdam.', sv: 'Nederländernas huvudstad är Amsterdam.',
  }],
  ['foodColour', { food: 'cherry', colour: 'red' }, {
    en: 'A cherry is red.', de: 'Eine Kirsche ist rot.', fr: 'La cerise est rouge.', it: 'La ciliegia è rossa.', es: 'La cereza es roja.', pt: 'A cereja é vermelha.', nl: 'Een kers is rood.', sv: 'Körsbäret är rött.',
  }],
  ['smaller', { a: 'bee', b: 'frog' }, {
    en: 'A bee is smaller than a frog.', de: 'Eine Biene ist kleiner als ein Frosch.', fr: "L'abeille est plus petite que la grenouille.", it: "L'ape è più piccola della rana.",
    es: 'La abeja es más pequeña que la rana.', pt: 'A abelha é mais pequena do que a rã.', nl: 'Een bij is kleiner dan een kikker.', sv: 'Ett bi är mindre än en groda.',
  }],
  ['putsIn', { p: 'ben', thing: 'key', place: 'basket' }, {
    en: 'Ben puts the key in the basket.', de: 'Ben legt den Schlüssel in den Korb.', fr: 'Ben met la clé dans le panier.', it: 'Ben mette la chiave nel cesto.', es: 'Ben pone la llave en la cesta.',
    pt: 'Ben põe a chave no cesto.', nl: 'Ben legt de sleutel in de mand.', sv: 'Ben lägger nyckeln i korgen.',
  }],
  ['plus', { n: 1, m: 20, k: 21 }, {
    en: 'One plus twenty is twenty-one.', de: 'Eins plus zwanzig ist einundzwanzig.', fr: 'Un plus vingt font vingt et un.', it: 'Uno più venti fa ventuno.', es: 'Uno más veinte son veintiuno.',
    pt: 'Um mais vinte são vinte e um.', nl: 'Één plus twintig is eenentwintig.', sv: 'Ett plus tjugo är tjugoett.',
  }],
  ['knowsWhere', { q: 'ben', p: 'anna', city: 'rome' }, {
    en: 'Ben knows where Anna lives: she lives in Rome.', de: 'Ben weiß, wo Anna wohnt: Sie wohnt in Rom.', fr: 'Ben sait où habite Anna : elle habite à Rome.', it: 'Ben sa dove abita Anna: abita a Roma.',
    es: 'Ben sabe dónde vive Anna: vive en Roma.', pt: 'Ben sabe onde vive Anna: vive em Roma.', nl: 'Ben weet waar Anna woont: zij woont in Rome.', sv: 'Ben vet var Anna bor: hon bor i Rom.',
  }],
  ['knowsHowMany', { q: 'ben', p: 'anna', n: 2, x: 'pear' }, {
    en: 'Ben knows how many pears Anna has: two.', de: 'Ben weiß, wie viele Birnen Anna hat: zwei.', fr: 'Ben sait combien de poires a Anna : deux.', it: 'Ben sa quante pere ha Anna: due.',
    es: 'Ben sabe cuántas peras tiene Anna: dos.', pt: 'Ben sabe quantas peras tem Anna: duas.', nl: 'Ben weet hoeveel peren Anna heeft: twee.', sv: 'Ben vet hur många päron Anna har: två.',
  }],
  ['tallest', { p: 'anna' }, {
    en: 'Anna is the tallest.', de: 'Anna ist am größten.', fr: 'Anna est la plus grande.', it: 'Anna è la più alta.', es: 'Anna es la más alta.', pt: 'Anna é a mais alta.', nl: 'Anna is het langst.', sv: 'Anna är längst.',
  }],
  ['hello', { q: 'emma' }, {
    en: 'Hello, Emma!', de: 'Hallo, Emma!', fr: 'Bonjour, Emma !', it: 'Ciao, Emma!', es: '¡Hola, Emma!', pt: 'Olá, Emma!', nl: 'Hallo, Emma!', sv: 'Hej, Emma!',
  }],
];

for (const [plan, slots, expected] of SENTENCES) {
  test(`"${expected.en}" is said as it should be in all eight languages`, () => {
    expect(Object.fromEntries(WORLD_LANGUAGES.map((language) => [language, say(language, plan, slots)]))).toEqual(expected);
  });
}

test('predicates of one person join, take a pronoun, a first person and a negation', () => {
  const slots = { city: 'lyon', job: 'waiter', food: 'salad' };
  expect(sayPerson('en', { person: 'sofia' }, ['livesIn', 'worksAs', 'likes'], slots)).toBe('Sofia lives in Lyon, works as a waitress and likes salad.');
  expect(sayPerson('de', { pronoun: 'sofia' }, ['worksAs'], slots)).toBe('Sie arbeitet als Kellnerin.');
  expect(sayPerson('it', { pronoun: 'daniel' }, ['worksAs', 'livesIn'], slots)).toBe('Lavora come cameriere e abita a Lione.');
  expect(sayPerson('fr', 'I', ['livesIn', 'likes'], slots, 0, 'sofia')).toBe("J'habite à Lyon et j'aime la salade.");
  expect(sayPerson('nl', 'I', ['livesIn', 'worksAs'], slots, 0, 'sofia')).toBe('Ik woon in Lyon en werk als serveerster.');
  expect(() => sayPerson('en', 'I', ['livesIn'], slots)).toThrow(/gender/u);
  expect(denyPerson('de', 'ben', 'hasPet', { pet: 'horse' })).toBe('Ben hat kein Pferd.');
  expect(denyPerson('sv', 'ben', 'hasPet', { pet: 'cat' })).toBe('Ben har ingen katt.');
  expect(denyPerson('fr', 'ben', 'hasPet', { pet: 'duck' })).toBe("Ben n'a pas de canard.");
});

test('two sentences are made one, with the sounds that meet', () => {
  expect(joinSentences('en', 'Ada lives in Rome.', 'Boris lives in Paris.', 'but')).toBe('Ada lives in Rome, but Boris lives in Paris.');
  expect(joinSentences('it', 'Ada abita a Roma.', 'Elena abita a Parigi.', 'and')).toBe('Ada abita a Roma ed Elena abita a Parigi.');
  expect(joinSentences('es', 'Ada vive en Roma.', 'Irma vive en París.', 'and')).toBe('Ada vive en Roma e Irma vive en París.');
});

test('sentences begin with a capital, words in quotation marks stay as they are', () => {
  expect(render('fr', 'à {city} habite {p}. {p:he} aime {a:def}.', { city: 'rome', p: 'anna', a: 'bread' })).toBe('À Rome habite Anna. Elle aime le pain.');
  expect(say('en', 'means', { w: { text: 'dog' }, v: { text: 'Hund' }, language: 'german' })).toBe('"dog" means "Hund" in German.');
});

test('a missing word, an unfilled slot and a malformed slot are named', () => {
  expect(() => phrase('en', '{a:def}', { a: 'unicorn' })).toThrow('The en lexicon has no word for "unicorn".');
  expect(() => phrase('en', '{a:def}', {})).toThrow('Slot "a" is not filled in "{a:def}".');
  expect(() => phrase('en', '{a b:def}', { a: 'dog' })).toThrow(/Malformed slot|not filled/u);
});

test('every lexicon names everything the world has', () => {
  for (const language of WORLD_LANGUAGES) {
    const lexicon = LEXICONS[language];
    const keys = (table: object): string[] => Object.keys(table);
    expect(keys(lexicon.cities), language).toEqual(expect.arrayContaining(CITIES.map((c) => c.id)));
    expect(keys(lexicon.countries), language).toEqual(expect.arrayContaining(COUNTRIES.map((c) => c.id)));
    expect(keys(lexicon.languages), language).toEqual(expect.arrayContaining(LANGUAGE_NAMES.map((l) => l.id)));
    expect(keys(lexicon.professions), language).toEqual(expect.arrayContaining(PROFESSIONS.map((p) => p.id)));
    expect(keys(lexicon.deeds), language).toEqual(expect.arrayContaining(PROFESSIONS.map((p) => p.id)));
    expect(keys(lexicon.places), language).toEqual(expect.arrayContaining([...PROFESSIONS.map((p) => p.workplace), ...ANIMALS.map((a) => a.habitat)]));
    expect(keys(lexicon.voices), language).toEqual(expect.arrayContaining(ANIMALS.filter((a) => a.voice).map((a) => a.id)));
    expect(keys(lexicon.seasons), language).toEqual([...SEASONS]);
    expect(keys(lexicon.colours), language).toEqual([...COLOURS]);
    const things = [...ANIMALS, ...FOODS].map((x) => x.id).concat(MATERIALS.flatMap((m) => [m.id, ...m.objects]), WEEKDAYS, MONTHS, SEASONS, THINGS, CONTAINERS, COUNTABLES, ANIMALS.map((a) => a.eats.id));
    expect(keys(lexicon.nouns), language).toEqual(expect.arrayContaining([...things, ...REQUIRED.nouns]));
    for (const table of ['adjectives', 'verbs', 'interrogatives', 'notation', 'particles'] as const) expect(keys(lexicon[table]), `${language} ${table}`).toEqual(expect.arrayContaining([...REQUIRED[table]]));
    for (const [id, entry] of Object.entries(lexicon.verbs)) expect(entry.split('/'), `${language} ${id}`).toHaveLength(4);
  }
});

test('every template of every phrasebook uses only its plan\'s slots', () => {
  const wrong: string[] = [];
  for (const language of WORLD_LANGUAGES) {
    for (const [plan, templates] of Object.entries(PHRASEBOOKS[language].plans)) {
      const slots = new Set(PLANS[plan as Plan].split(' '));
      for (const template of templates) {
        for (const [, name] of template.matchAll(/\{(?!=)(\w+)/gu)) if (!slots.has(name as string)) wrong.push(`${language} ${plan}: ${template}`);
      }
      if (templates.length === 0) wrong.push(`${language} ${plan} has no template`);
    }
  }
  expect(wrong).toEqual([]);
});

test('the facts hold together', () => {
  const ids = [...PEOPLE, ...STRANGERS].map((p) => p.id);
  expect(new Set(ids).size).toBe(72);
  for (const country of COUNTRIES) expect(CITIES.find((c) => c.id === country.capital)?.country, country.id).toBe(country.id);
  for (const person of PEOPLE) expect([CITIES.some((c) => c.id === person.city), PROFESSIONS.some((p) => p.id === person.profession), FOODS.some((f) => f.id === person.food), COLOURS.includes(person.colour), ANIMALS.some((a) => a.id === person.pet.animal)], person.id).toEqual([true, true, true, true, true]);
  expect(MONTHS.map(seasonOf).filter((s) => s === 'winter')).toHaveLength(3);
  expect([seasonOf('march'), seasonOf('december'), seasonOf('february'), seasonOf('august')]).toEqual(['spring', 'winter', 'winter', 'summer']);
  expect(() => seasonOf('monday')).toThrow('"monday" is not a month of the world.');
});

test('rendering a phrase a second time changes nothing', () => {
  expect(renderPhrase(vocabulary('it'), '{s}', { s: { text: "nell'armadio di Anna ed Emma" } })).toBe("nell'armadio di Anna ed Emma");
});
