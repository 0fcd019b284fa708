import type { Wording } from './types.ts';

export const SV: Wording = {
  ands: ['och'],
  negations: ['inte', 'ingen', 'inga', 'inget'],
  firstPerson: ['jag', 'min', 'mitt', 'mig'],
  you: { livesIn: 'var bor du?', worksAs: 'vad är ditt yrke?', likes: 'vad gillar du?' },
  ranking: {
    age: ['vem är äldst?', 'vem är yngst?'],
    height: ['vem är längst?', 'vem är kortast?'],
    speed: ['vem är snabbast?', 'vem är långsammast?'],
  },
  inverse: { fewer: ['färre', 'mindre'], less: ['mindre'], greater: ['större', 'mer'], smaller: ['mindre'], bigger: ['större'] },
  howMany: { m: 'hur många', f: 'hur många' },
  cycles: [
    { which: 'vilken månad', the: 'månaden', name: '{a:def}' },
    { which: 'vilken dag', the: 'dagen', name: '{a:def}' },
  ],
  openers: ['Gärna! ', 'Självklart: ', 'Svaret är: '],
  tasks: {
    portrait: {
      ask: ['Skriv två meningar om {p}: {job:for p}, {city}, {food:pl}.', 'Beskriv {p} i två meningar. Anteckningar: {job:for p}, {city}, {food:pl}.', 'Gör en kort text av de här anteckningarna: {p}, {job:for p}, {city}, {food:pl}.'],
      next: ['Nu i en mening.', 'Skriv det i en mening.'],
    },
    join: {
      ask: ['Sätt ihop med {and:quoted}: {s1} {s2}', 'Gör en enda mening med {and:quoted}: {s1} {s2}', 'Sätt ihop de här två meningarna med {and:quoted}. {s1} {s2}'],
      next: ['Nu med {but:quoted}.', 'Och nu hellre med {but:quoted}.'],
    },
    about: {
      ask: ['Skriv en mening om {a:def}.', 'Skriv något om {a:def}, i en mening.', 'Beskriv {a:def} i en mening.'],
      next: ['Och nu en om {b:def}.', 'Nu om {b:def}.'],
    },
    negate: {
      ask: ['Gör den här meningen negativ: {s1}', 'Säg att det inte är sant: {s1}', 'Skriv motsatsen: {s1}'],
      next: ['Och nu den här meningen: {s2}', 'Nu den här: {s2}'],
    },
    introduce: {
      ask: ['Du är {p}, {job:for p} från {city}. Presentera dig.', 'Tänk dig att du är {p}, {job:for p} från {city}. Vem är du?', 'Spela {p}, {job:for p} från {city}, och presentera dig.'],
      next: ['Nu i tredje person.', 'Säg det i tredje person.'],
    },
    beast: {
      ask: ['Du är {a:indef}. Vem är du och vad äter du?', 'Tänk dig att du är {a:indef}. Säg vad du är och vad du äter.', 'Tala som {a:indef}: vem är du och vad äter du?'],
      next: ['Och nu som {b:indef}.', 'Nu är du {b:indef}.'],
    },
    persona: {
      ask: ['Du är {p}. {q1}', 'Tänk dig att du är {p}: {q1}', 'Svara som {p}: {q1}'],
      next: ['Och {q2}', '{q2}'],
    },
    greet: {
      ask: ['Du är {p} och träffar {q}. Säg hej och vem du är.', 'Spela {p}: hälsa på {q} och säg ditt namn.', 'Tänk dig att du är {p}. Hälsa på {q} och presentera dig.'],
      next: ['Säg nu hej då.', 'Och säg nu hej då till {q}.'],
    },
    ranking: {
      ask: ['{s1} {s2} {q1}', 'Läs detta: {s1} {s2} {q1}', '{q1} {s1} {s2}'],
      next: ['Och {q2}', '{q2}'],
    },
    more: {
      ask: ['{s1} {s2} Vem har fler {x:pl}?', 'Vem har fler {x:pl}? {s1} {s2}', '{s1} {s2} Vem av de två har fler {x:pl}?'],
      next: ['Hur många {x:pl} har {winner}?', 'Och hur många {x:pl} är det?'],
    },
    rule: {
      ask: ['{r1} {s1} Vad gillar {p}?', 'Vad gillar {p}? {r1} {s1}', '{r1} {s1} Vad gillar alltså {p}?'],
      next: ['{r2} {s2} Vad gillar {q}?', 'Och {q}? {r2} {s2}'],
    },
    handover: {
      ask: ['{s1} {s2} Vem har {thing:def} nu?', 'Läs detta: {s1} {s2} Vem har {thing:def} nu?', 'Vem har {thing:def} till slut? {s1} {s2}'],
      next: ['{s3} Och nu?', 'Sedan: {s3} Vem har {thing:def} nu?'],
    },
    double: {
      ask: ['Vad är {n} plus {m}?', 'Hur mycket är {n} plus {m}?', 'Addera {n} och {m}.'],
      next: ['Dubbla det.', 'Dubbla nu resultatet.'],
    },
    add: {
      ask: ['Vad är {n} plus {m}?', 'Hur mycket är {n} plus {m}?', 'Räkna ut {n} plus {m}.'],
      next: ['Lägg nu till {j}.', 'Och {j} till?'],
    },
    greater: {
      ask: ['Vilket tal är större, {n} eller {m}?', 'Vad är större: {n} eller {m}?', 'Jämför {n} och {m}: vilket tal är större?'],
      next: ['Och vilket är mindre?', 'Och det mindre talet?'],
    },
    apples: {
      ask: ['{s1} {s2} Hur många {x:pl} har {p} nu?', 'Hur många {x:pl} har {p} till slut? {s1} {s2}', 'Räkna: {s1} {s2} Hur många {x:pl} har {p} nu?'],
      next: ['{s3} Och nu?', 'Sedan: {s3} Hur många {x:pl} är det nu?'],
    },
    range: {
      ask: ['Skriv listan med talen från {n:digits} till {m:digits}.', 'Skriv ut alla tal från {n:digits} till {m:digits} som en lista.', 'Gör en lista: talen från {n:digits} till {m:digits}.'],
      next: ['Nu baklänges.', 'Vänd på listan.'],
    },
    sort: {
      ask: ['Sortera listan {list}.', 'Sortera de här talen: {list}', 'Ordna listan {list}.'],
      next: ['Nu från stort till litet.', 'Och nu baklänges.'],
    },
    repeat: {
      ask: ['Skriv ut ordet {w:quoted} {n} gånger.', 'Skriv {w:quoted} {n} gånger.', 'Upprepa ordet {w:quoted} {n} gånger.'],
      next: ['Nu {m} gånger.', 'Och nu {m} gånger.'],
    },
    ends: {
      ask: ['Vilket är det första ordet i listan {list}?', 'Skriv ut det första ordet: {list}', 'Ta det första ordet i listan {list}.'],
      next: ['Och det sista?', 'Nu det sista ordet.'],
    },
    where: {
      ask: ['{s1} {s2} Var bor {p}?', 'Var bor {p}? {s1} {s2}', 'Läs texten: {s1} {s2} Var bor {p}?'],
      next: ['Och {q}?', 'Och var bor {q}?'],
    },
    who: {
      ask: ['{s1} {s2} Vem bor i {b}?', 'Vem bor i {b}? {s1} {s2}', 'Läs texten: {s1} {s2} Vem bor i {b}?'],
      next: ['Och i {a}?', 'Och vem bor i {a}?'],
    },
    profile: {
      ask: ['{s1} {s2} Vad är {p:gen} yrke?', 'Vad är {p:gen} yrke? {s1} {s2}', 'Läs texten: {s1} {s2} Vad är {p:gen} yrke?'],
      next: ['Och vad gillar {p}?', 'Vad gillar {p}?'],
    },
    names: {
      ask: ['Räkna upp namnen: {s1} {s2}', '{s1} {s2} Vilka namn finns i texten?', 'Hitta namnen i texten: {s1} {s2}'],
      next: ['Nu städerna.', 'Och vilka städer?'],
    },
    diet: {
      ask: ['Vad äter {a:generic}?', 'Berätta vad {a:generic} äter.', 'Säg vad {a:generic} äter.'],
      next: ['Och {b:generic}?', 'Och vad äter {b:generic}?'],
    },
    size: {
      ask: ['Vilket djur är större, {a:generic} eller {b:generic}?', 'Vad är större: {a:generic} eller {b:generic}?', 'Jämför {a:generic} och {b:generic}: vilket djur är större?'],
      next: ['Och vilket är mindre?', 'Och det mindre?'],
    },
    legs: {
      ask: ['Hur många ben har {a:generic}?', 'Berätta hur många ben {a:generic} har.', 'Räkna benen: hur många har {a:generic}?'],
      next: ['Och {b:generic}?', 'Och hur många ben har {b:generic}?'],
    },
    material: {
      ask: ['Vad består {o:def} av?', 'Berätta vad {o:def} består av.', 'Nämn materialet: vad består {o:def} av?'],
      next: ['Och {u:def}?', 'Och vad består {u:def} av?'],
    },
    capital: {
      ask: ['Vad heter huvudstaden {country:in}?', 'Nämn huvudstaden {country:in}.', 'Berätta: vad heter huvudstaden {country:in}?'],
      next: ['Och vilket språk talar man där?', 'Vilket språk talas där?'],
    },
    country: {
      ask: ['I vilket land ligger {a}?', 'Nämn landet: var ligger {a}?', 'Berätta: i vilket land ligger {a}?'],
      next: ['Och {b}?', 'Och i vilket land ligger {b}?'],
    },
    calendar: {
      ask: ['{which} kommer efter {day}?', 'Nämn {the} efter {day}.', 'Berätta: {which} kommer efter {day}?'],
      next: ['Och före {day}?', 'Och {which} kommer före {day}?'],
    },
    workplace: {
      ask: ['Var arbetar {j:indef}?', 'Berätta var {j:indef} arbetar.', 'Nämn platsen: var arbetar {j:indef}?'],
      next: ['Och {k:indef}?', 'Och var arbetar {k:indef}?'],
    },
  },
};
