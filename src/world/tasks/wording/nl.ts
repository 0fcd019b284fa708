import type { Wording } from './types.ts';

export const NL: Wording = {
  ands: ['en'],
  negations: ['niet', 'geen'],
  firstPerson: ['ik', 'mijn', 'mij', 'me'],
  you: { livesIn: 'waar woon je?', worksAs: 'wat is je beroep?', likes: 'waar houd je van?' },
  ranking: {
    age: ['wie is het oudst?', 'wie is het jongst?'],
    height: ['wie is het langst?', 'wie is het kleinst?'],
    speed: ['wie is het snelst?', 'wie is het langzaamst?'],
  },
  inverse: { fewer: ['minder'], less: ['kleiner', 'minder'], greater: ['groter', 'meer'], smaller: ['kleiner'], bigger: ['groter'] },
  howMany: { m: 'hoeveel', f: 'hoeveel' },
  cycles: [
    { which: 'welke maand', the: 'de maand', name: '{a:def}' },
    { which: 'welke dag', the: 'de dag', name: '{a:def}' },
  ],
  openers: ['Graag! ', 'Natuurlijk: ', 'Het antwoord is: '],
  tasks: {
    portrait: {
      ask: ['Schrijf twee zinnen over {p}: {job:for p}, {city}, {food:pl}.', 'Beschrijf {p} in twee zinnen. Notities: {job:for p}, {city}, {food:pl}.', 'Maak een korte tekst van deze notities: {p}, {job:for p}, {city}, {food:pl}.'],
      next: ['Nu in één zin.', 'Schrijf dat in één zin.'],
    },
    join: {
      ask: ['Verbind met {and:quoted}: {s1} {s2}', 'Maak er één zin van met {and:quoted}: {s1} {s2}', 'Verbind deze twee zinnen met {and:quoted}. {s1} {s2}'],
      next: ['Nu met {but:quoted}.', 'En nu liever met {but:quoted}.'],
    },
    about: {
      ask: ['Schrijf een zin over {a:def}.', 'Schrijf iets over {a:def}, in één zin.', 'Beschrijf {a:def} in één zin.'],
      next: ['En nu een over {b:def}.', 'Nu over {b:def}.'],
    },
    negate: {
      ask: ['Maak deze zin ontkennend: {s1}', 'Zeg dat dit niet waar is: {s1}', 'Schrijf het tegendeel: {s1}'],
      next: ['En nu deze zin: {s2}', 'Nu deze: {s2}'],
    },
    introduce: {
      ask: ['Je bent {p}, {job:for p} uit {city}. Stel je voor.', 'Stel je voor dat je {p} bent, {job:for p} uit {city}. Wie ben je?', 'Speel {p}, {job:for p} uit {city}, en stel jezelf voor.'],
      next: ['Nu in de derde persoon.', 'Zeg dat in de derde persoon.'],
    },
    beast: {
      ask: ['Je bent {a:indef}. Wie ben je en wat eet je?', 'Stel je voor dat je {a:indef} bent. Zeg wat je bent en wat je eet.', 'Spreek als {a:indef}: wie ben je en wat eet je?'],
      next: ['En nu als {b:indef}.', 'Nu ben je {b:indef}.'],
    },
    persona: {
      ask: ['Je bent {p}. {q1}', 'Stel je voor dat je {p} bent: {q1}', 'Antwoord als {p}: {q1}'],
      next: ['En {q2}', '{q2}'],
    },
    greet: {
      ask: ['Je bent {p} en je ontmoet {q}. Zeg hallo en wie je bent.', 'Speel {p}: begroet {q} en zeg je naam.', 'Stel je voor dat je {p} bent. Begroet {q} en stel jezelf voor.'],
      next: ['Neem nu afscheid.', 'En neem nu afscheid van {q}.'],
    },
    ranking: {
      ask: ['{s1} {s2} {q1}', 'Lees dit: {s1} {s2} {q1}', '{q1} {s1} {s2}'],
      next: ['En {q2}', '{q2}'],
    },
    more: {
      ask: ['{s1} {s2} Wie heeft meer {x:pl}?', 'Wie heeft meer {x:pl}? {s1} {s2}', '{s1} {s2} Wie van de twee heeft meer {x:pl}?'],
      next: ['Hoeveel {x:pl} heeft {winner}?', 'En hoeveel {x:pl} zijn dat?'],
    },
    rule: {
      ask: ['{r1} {s1} Waar houdt {p} van?', 'Waar houdt {p} van? {r1} {s1}', '{r1} {s1} Waar houdt {p} dus van?'],
      next: ['{r2} {s2} Waar houdt {q} van?', 'En {q}? {r2} {s2}'],
    },
    handover: {
      ask: ['{s1} {s2} Wie heeft nu {thing:def}?', 'Lees dit: {s1} {s2} Wie heeft nu {thing:def}?', 'Wie heeft op het einde {thing:def}? {s1} {s2}'],
      next: ['{s3} En nu?', 'Dan: {s3} Wie heeft nu {thing:def}?'],
    },
    double: {
      ask: ['Wat is {n} plus {m}?', 'Hoeveel is {n} plus {m}?', 'Tel {n} en {m} op.'],
      next: ['Verdubbel dat.', 'Verdubbel nu het resultaat.'],
    },
    add: {
      ask: ['Wat is {n} plus {m}?', 'Hoeveel is {n} plus {m}?', 'Bereken {n} plus {m}.'],
      next: ['Tel daar nu {j} bij op.', 'En nog {j} erbij?'],
    },
    greater: {
      ask: ['Welk getal is groter, {n} of {m}?', 'Wat is groter: {n} of {m}?', 'Vergelijk {n} en {m}: welk getal is groter?'],
      next: ['En welk is kleiner?', 'En het kleinere getal?'],
    },
    apples: {
      ask: ['{s1} {s2} Hoeveel {x:pl} heeft {p} nu?', 'Hoeveel {x:pl} heeft {p} op het einde? {s1} {s2}', 'Tel: {s1} {s2} Hoeveel {x:pl} heeft {p} nu?'],
      next: ['{s3} En nu?', 'Dan: {s3} Hoeveel {x:pl} zijn het nu?'],
    },
    range: {
      ask: ['Schrijf de lijst van de getallen van {n:digits} tot en met {m:digits}.', 'Geef alle getallen van {n:digits} tot en met {m:digits} als lijst.', 'Maak een lijst: de getallen van {n:digits} tot en met {m:digits}.'],
      next: ['Nu achterstevoren.', 'Keer de lijst om.'],
    },
    sort: {
      ask: ['Sorteer de lijst {list}.', 'Sorteer deze getallen: {list}', 'Zet de lijst {list} op volgorde.'],
      next: ['Nu van groot naar klein.', 'En nu achterstevoren.'],
    },
    repeat: {
      ask: ['Print het woord {w:quoted} {n} keer.', 'Schrijf {n} keer {w:quoted}.', 'Herhaal het woord {w:quoted} {n} keer.'],
      next: ['Nu {m} keer.', 'En nu {m} keer.'],
    },
    ends: {
      ask: ['Wat is het eerste woord van de lijst {list}?', 'Print het eerste woord: {list}', 'Neem het eerste woord van de lijst {list}.'],
      next: ['En het laatste?', 'Nu het laatste woord.'],
    },
    where: {
      ask: ['{s1} {s2} Waar woont {p}?', 'Waar woont {p}? {s1} {s2}', 'Lees de tekst: {s1} {s2} Waar woont {p}?'],
      next: ['En {q}?', 'En waar woont {q}?'],
    },
    who: {
      ask: ['{s1} {s2} Wie woont in {b}?', 'Wie woont in {b}? {s1} {s2}', 'Lees de tekst: {s1} {s2} Wie woont in {b}?'],
      next: ['En in {a}?', 'En wie woont in {a}?'],
    },
    profile: {
      ask: ['{s1} {s2} Wat is het beroep van {p}?', 'Wat is het beroep van {p}? {s1} {s2}', 'Lees de tekst: {s1} {s2} Wat is het beroep van {p}?'],
      next: ['En waar houdt {p} van?', 'Waar houdt {p} van?'],
    },
    names: {
      ask: ['Noem de namen: {s1} {s2}', '{s1} {s2} Welke namen staan in de tekst?', 'Zoek de namen in de tekst: {s1} {s2}'],
      next: ['Nu de steden.', 'En welke steden?'],
    },
    diet: {
      ask: ['Wat eet {a:generic}?', 'Vertel me wat {a:generic} eet.', 'Zeg wat {a:generic} eet.'],
      next: ['En {b:generic}?', 'En wat eet {b:generic}?'],
    },
    size: {
      ask: ['Welk dier is groter, {a:generic} of {b:generic}?', 'Wat is groter: {a:generic} of {b:generic}?', 'Vergelijk {a:generic} en {b:generic}: welk dier is groter?'],
      next: ['En welk is kleiner?', 'En het kleinere?'],
    },
    legs: {
      ask: ['Hoeveel poten heeft {a:generic}?', 'Vertel me hoeveel poten {a:generic} heeft.', 'Tel de poten: hoeveel heeft {a:generic} er?'],
      next: ['En {b:generic}?', 'En hoeveel poten heeft {b:generic}?'],
    },
    material: {
      ask: ['Waar is {o:def} van gemaakt?', 'Vertel me waar {o:def} van gemaakt is.', 'Noem het materiaal: waar is {o:def} van gemaakt?'],
      next: ['En {u:def}?', 'En waar is {u:def} van gemaakt?'],
    },
    capital: {
      ask: ['Wat is de hoofdstad {country:of}?', 'Noem de hoofdstad {country:of}.', 'Vertel me: wat is de hoofdstad {country:of}?'],
      next: ['En welke taal spreekt men daar?', 'Welke taal wordt daar gesproken?'],
    },
    country: {
      ask: ['In welk land ligt {a}?', 'Noem het land: waar ligt {a}?', 'Vertel me: in welk land is {a}?'],
      next: ['En {b}?', 'En in welk land ligt {b}?'],
    },
    calendar: {
      ask: ['{which} komt na {day}?', 'Noem {the} na {day}.', 'Vertel me: {which} komt na {day}?'],
      next: ['En voor {day}?', 'En {which} komt voor {day}?'],
    },
    workplace: {
      ask: ['Waar werkt {j:indef}?', 'Vertel me waar {j:indef} werkt.', 'Noem de plaats: waar werkt {j:indef}?'],
      next: ['En {k:indef}?', 'En waar werkt {k:indef}?'],
    },
  },
};
