import type { Wording } from './types.ts';

export const IT: Wording = {
  ands: ['e', 'ed'],
  negations: ['non'],
  firstPerson: ['io', 'mi', 'mio', 'mia', 'sono', 'vivo', 'abito', 'lavoro', 'faccio', 'mangio', 'amo', 'adoro', 'ho'],
  you: { livesIn: 'dove abiti?', worksAs: 'che lavoro fai?', likes: 'che cosa ami?' },
  ranking: {
    age: ['chi è il più vecchio?', 'chi è il più giovane?'],
    height: ['chi è il più alto?', 'chi è il più basso?'],
    speed: ['chi è il più veloce?', 'chi è il più lento?'],
  },
  inverse: { fewer: ['meno'], less: ['minore', 'più piccolo', 'meno'], greater: ['maggiore', 'più grande'], smaller: ['più piccolo', 'più piccola', 'meno'], bigger: ['più grande', 'più grosso', 'più grossa'] },
  howMany: { m: 'quanti', f: 'quante' },
  cycles: [
    { which: 'quale mese', the: 'il mese che viene', name: '{a:def}' },
    { which: 'quale giorno', the: 'il giorno che viene', name: '{a:def}' },
  ],
  openers: ['Certo! ', 'Volentieri: ', 'Ecco la risposta: '],
  tasks: {
    portrait: {
      ask: ['Scrivi due frasi su {p}: {job:for p}, {city}, {food:pl}.', 'Descrivi {p} in due frasi. Appunti: {job:for p}, {city}, {food:pl}.', 'Fai un breve testo con questi appunti: {p}, {job:for p}, {city}, {food:pl}.'],
      next: ['Adesso in una frase.', 'Scrivilo in una frase.'],
    },
    join: {
      ask: ['Unisci con {and:quoted}: {s1} {s2}', 'Fai una sola frase con {and:quoted}: {s1} {s2}', 'Unisci queste due frasi con {and:quoted}. {s1} {s2}'],
      next: ['Adesso con {but:quoted}.', 'E adesso invece con {but:quoted}.'],
    },
    about: {
      ask: ['Scrivi una frase su {a:def}.', 'Scrivi qualcosa su {a:def}, in una frase.', 'Descrivi {a:def} in una frase.'],
      next: ['E adesso una su {b:def}.', 'Adesso su {b:def}.'],
    },
    negate: {
      ask: ['Metti questa frase in forma negativa: {s1}', "Di' che non è vero: {s1}", 'Scrivi il contrario: {s1}'],
      next: ['E adesso questa frase: {s2}', 'Adesso questa: {s2}'],
    },
    introduce: {
      ask: ['Sei {p}, {job:for p} di {city}. Presentati.', 'Immagina di essere {p}, {job:for p} di {city}. Chi sei?', 'Fai la parte di {p}, {job:for p} di {city}, e presentati.'],
      next: ['Adesso in terza persona.', 'Dillo in terza persona.'],
    },
    beast: {
      ask: ['Sei {a:indef}. Chi sei e che cosa mangi?', 'Immagina di essere {a:indef}. Racconta che cosa sei e che cosa mangi.', 'Parla come {a:indef}: chi sei e che cosa mangi?'],
      next: ['E adesso come {b:indef}.', 'Adesso sei {b:indef}.'],
    },
    persona: {
      ask: ['Sei {p}. {q1}', 'Immagina di essere {p}: {q1}', 'Rispondi come {p}: {q1}'],
      next: ['E {q2}', '{q2}'],
    },
    greet: {
      ask: ['Sei {p} e incontri {q}. Saluta e racconta chi sei.', 'Fai la parte di {p}: saluta {q} e presentati.', 'Immagina di essere {p}. Saluta {q} e presentati.'],
      next: ['Adesso congedati.', 'E adesso congedati da {q}.'],
    },
    ranking: {
      ask: ['{s1} {s2} {q1}', 'Leggi: {s1} {s2} {q1}', '{q1} {s1} {s2}'],
      next: ['E {q2}', '{q2}'],
    },
    more: {
      ask: ['{s1} {s2} Chi ha più {x:pl}?', 'Chi ha più {x:pl}? {s1} {s2}', '{s1} {s2} Chi dei due ha più {x:pl}?'],
      next: ['{howMany} {x:pl} ha {winner}?', 'E {howMany} sono?'],
    },
    rule: {
      ask: ['{r1} {s1} Che cosa ama {p}?', 'Che cosa ama {p}? {r1} {s1}', '{r1} {s1} Allora che cosa ama {p}?'],
      next: ['{r2} {s2} Che cosa ama {q}?', 'E {q}? {r2} {s2}'],
    },
    handover: {
      ask: ['{s1} {s2} Chi ha ora {thing:def}?', 'Leggi: {s1} {s2} Chi ha ora {thing:def}?', 'Chi ha {thing:def} alla fine? {s1} {s2}'],
      next: ['{s3} E ora?', 'Poi: {s3} Chi ha ora {thing:def}?'],
    },
    double: {
      ask: ['Quanto fa {n} più {m}?', 'Quanto è {n} più {m}?', 'Somma {n} e {m}.'],
      next: ['Raddoppialo.', 'Adesso raddoppia il risultato.'],
    },
    add: {
      ask: ['Quanto fa {n} più {m}?', 'Quanto è {n} più {m}?', 'Calcola {n} più {m}.'],
      next: ['Adesso aggiungi {j}.', 'E ancora {j}?'],
    },
    greater: {
      ask: ['Quale numero è maggiore, {n} o {m}?', 'Qual è maggiore: {n} o {m}?', 'Confronta {n} e {m}: quale numero è maggiore?'],
      next: ['E quale è minore?', 'E il numero minore?'],
    },
    apples: {
      ask: ['{s1} {s2} {howMany} {x:pl} ha ora {p}?', '{howMany} {x:pl} ha {p} alla fine? {s1} {s2}', 'Conta: {s1} {s2} {howMany} {x:pl} ha ora {p}?'],
      next: ['{s3} E ora?', 'Poi: {s3} {howMany} {x:pl} sono ora?'],
    },
    range: {
      ask: ['Scrivi la lista dei numeri da {n:digits} a {m:digits}.', 'Stampa tutti i numeri da {n:digits} a {m:digits} in una lista.', 'Fai una lista: i numeri da {n:digits} a {m:digits}.'],
      next: ["Adesso all'indietro.", 'Inverti la lista.'],
    },
    sort: {
      ask: ['Ordina la lista {list}.', 'Ordina questi numeri: {list}', 'Metti in ordine la lista {list}.'],
      next: ['Adesso dal più grande al più piccolo.', "E adesso all'indietro."],
    },
    repeat: {
      ask: ['Stampa la parola {w:quoted} {n} volte.', 'Scrivi {n} volte {w:quoted}.', 'Ripeti la parola {w:quoted} {n} volte.'],
      next: ['Adesso {m} volte.', 'E adesso {m} volte.'],
    },
    ends: {
      ask: ['Qual è la prima parola della lista {list}?', 'Stampa la prima parola: {list}', 'Prendi la prima parola della lista {list}.'],
      next: ["E l'ultima?", "Adesso l'ultima parola."],
    },
    where: {
      ask: ['{s1} {s2} Dove abita {p}?', 'Dove abita {p}? {s1} {s2}', 'Leggi il testo: {s1} {s2} Dove abita {p}?'],
      next: ['E {q}?', 'E dove abita {q}?'],
    },
    who: {
      ask: ['{s1} {s2} Chi abita a {b}?', 'Chi abita a {b}? {s1} {s2}', 'Leggi il testo: {s1} {s2} Chi abita a {b}?'],
      next: ['E a {a}?', 'E chi abita a {a}?'],
    },
    profile: {
      ask: ['{s1} {s2} Che lavoro fa {p}?', 'Che lavoro fa {p}? {s1} {s2}', 'Leggi il testo: {s1} {s2} Che lavoro fa {p}?'],
      next: ['E che cosa ama {p}?', 'Che cosa ama {p}?'],
    },
    names: {
      ask: ['Elenca i nomi: {s1} {s2}', '{s1} {s2} Quali nomi ci sono nel testo?', 'Trova i nomi nel testo: {s1} {s2}'],
      next: ['Adesso le città.', 'E quali città?'],
    },
    diet: {
      ask: ['Che cosa mangia {a:generic}?', 'Dimmi che cosa mangia {a:generic}.', 'Racconta che cosa mangia {a:generic}.'],
      next: ['E {b:generic}?', 'E che cosa mangia {b:generic}?'],
    },
    size: {
      ask: ['Quale animale è più grande, {a:generic} o {b:generic}?', 'Chi è più grande: {a:generic} o {b:generic}?', 'Confronta {a:generic} e {b:generic}: quale animale è più grande?'],
      next: ['E quale è più piccolo?', "E l'animale più piccolo?"],
    },
    legs: {
      ask: ['Quante zampe ha {a:generic}?', 'Dimmi quante zampe ha {a:generic}.', 'Conta le zampe: quante ne ha {a:generic}?'],
      next: ['E {b:generic}?', 'E quante zampe ha {b:generic}?'],
    },
    material: {
      ask: ['Di che cosa è {o:def}?', 'Dimmi di che materiale è {o:def}.', 'Di che materiale è {o:def}?'],
      next: ['E {u:def}?', 'E di che materiale è {u:def}?'],
    },
    capital: {
      ask: ['Qual è la capitale {country:of}?', 'Nomina la capitale {country:of}.', 'Dimmi: qual è la capitale {country:of}?'],
      next: ['E che lingua si parla lì?', 'Quale lingua si parla in quel paese?'],
    },
    country: {
      ask: ['In quale paese è {a}?', "Nomina il paese: dov'è {a}?", 'Dimmi: in quale paese si trova {a}?'],
      next: ['E {b}?', 'E in quale paese è {b}?'],
    },
    calendar: {
      ask: ['{which} viene dopo {day}?', 'Nomina {the} dopo {day}.', 'Dimmi: {which} viene dopo {day}?'],
      next: ['E prima di {day}?', 'E {which} viene prima di {day}?'],
    },
    workplace: {
      ask: ['Dove lavora {j:indef}?', 'Dimmi dove lavora {j:indef}.', 'Nomina il posto: dove lavora {j:indef}?'],
      next: ['E {k:indef}?', 'E dove lavora {k:indef}?'],
    },
  },
};
