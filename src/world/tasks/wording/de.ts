import type { Wording } from './types.ts';

export const DE: Wording = {
  ands: ['und'],
  negations: ['nicht', 'kein', 'keine', 'keinen', 'keinem', 'keiner'],
  firstPerson: ['ich', 'mein', 'meine', 'mir', 'mich'],
  you: { livesIn: 'wo wohnst du?', worksAs: 'was bist du von Beruf?', likes: 'was magst du?' },
  ranking: {
    age: ['wer ist am ältesten?', 'wer ist am jüngsten?'],
    height: ['wer ist am größten?', 'wer ist am kleinsten?'],
    speed: ['wer ist am schnellsten?', 'wer ist am langsamsten?'],
  },
  inverse: { fewer: ['weniger'], less: ['kleiner', 'weniger'], greater: ['größer', 'mehr'], smaller: ['kleiner'], bigger: ['größer'] },
  howMany: { m: 'wie viele', f: 'wie viele' },
  cycles: [
    { which: 'welcher Monat', the: 'den Monat', name: '{a:def dat}' },
    { which: 'welcher Tag', the: 'den Tag', name: '{a:def dat}' },
  ],
  openers: ['Gern! ', 'Natürlich: ', 'Die Antwort lautet: '],
  tasks: {
    portrait: {
      ask: ['Schreib zwei Sätze über {p}: {job:for p}, {city}, {food:pl}.', 'Beschreibe {p} in zwei Sätzen. Notizen: {job:for p}, {city}, {food:pl}.', 'Mach aus diesen Notizen einen kurzen Text: {p}, {job:for p}, {city}, {food:pl}.'],
      next: ['Jetzt in einem Satz.', 'Schreib das in einem Satz.'],
    },
    join: {
      ask: ['Verbinde mit {and:quoted}: {s1} {s2}', 'Mach daraus einen Satz mit {and:quoted}: {s1} {s2}', 'Verbinde diese beiden Sätze mit {and:quoted}. {s1} {s2}'],
      next: ['Jetzt mit {but:quoted}.', 'Und nun lieber mit {but:quoted}.'],
    },
    about: {
      ask: ['Schreib einen Satz über {a:def acc}.', 'Schreib etwas über {a:def acc}, in einem Satz.', 'Beschreibe {a:def acc} in einem Satz.'],
      next: ['Und jetzt einen über {b:def acc}.', 'Jetzt über {b:def acc}.'],
    },
    negate: {
      ask: ['Verneine diesen Satz: {s1}', 'Sag, dass das nicht stimmt: {s1}', 'Schreib das Gegenteil: {s1}'],
      next: ['Und jetzt diesen Satz: {s2}', 'Nun diesen: {s2}'],
    },
    introduce: {
      ask: ['Du bist {p}, {job:for p} aus {city}. Stell dich vor.', 'Stell dir vor, du bist {p}, {job:for p} aus {city}. Wer bist du?', 'Spiel {p}, {job:for p} aus {city}, und stell dich vor.'],
      next: ['Jetzt in der dritten Person.', 'Sag das in der dritten Person.'],
    },
    beast: {
      ask: ['Du bist {a:indef}. Wer bist du und was frisst du?', 'Stell dir vor, du bist {a:indef}. Sag, was du bist und was du frisst.', 'Sprich als {a}: Wer bist du und was frisst du?'],
      next: ['Und jetzt als {b}.', 'Jetzt bist du {b:indef}.'],
    },
    persona: {
      ask: ['Du bist {p}. {q1}', 'Stell dir vor, du bist {p}. {q1}', 'Antworte als {p}. {q1}'],
      next: ['Und {q2}', '{q2}'],
    },
    greet: {
      ask: ['Du bist {p} und triffst {q}. Sag hallo und wer du bist.', 'Spiel {p}: Begrüße {q} und sag deinen Namen.', 'Stell dir vor, du bist {p}. Begrüße {q} und stell dich vor.'],
      next: ['Jetzt verabschiede dich.', 'Und jetzt verabschiede dich von {q}.'],
    },
    ranking: {
      ask: ['{s1} {s2} {q1}', 'Lies das: {s1} {s2} {q1}', '{q1} {s1} {s2}'],
      next: ['Und {q2}', '{q2}'],
    },
    more: {
      ask: ['{s1} {s2} Wer hat mehr {x:pl}?', 'Wer hat mehr {x:pl}? {s1} {s2}', '{s1} {s2} Wer von den beiden hat mehr {x:pl}?'],
      next: ['Wie viele {x:pl} hat {winner}?', 'Und wie viele {x:pl} sind das?'],
    },
    rule: {
      ask: ['{r1} {s1} Was mag {p}?', 'Was mag {p}? {r1} {s1}', '{r1} {s1} Was mag {p} also?'],
      next: ['{r2} {s2} Was mag {q}?', 'Und {q}? {r2} {s2}'],
    },
    handover: {
      ask: ['{s1} {s2} Wer hat jetzt {thing:def acc}?', 'Lies das: {s1} {s2} Wer hat jetzt {thing:def acc}?', 'Wer hat am Ende {thing:def acc}? {s1} {s2}'],
      next: ['{s3} Und jetzt?', 'Dann: {s3} Wer hat jetzt {thing:def acc}?'],
    },
    double: {
      ask: ['Was ist {n} plus {m}?', 'Wie viel ist {n} plus {m}?', 'Addiere {n} und {m}.'],
      next: ['Verdopple das.', 'Verdopple jetzt das Ergebnis.'],
    },
    add: {
      ask: ['Was ist {n} plus {m}?', 'Wie viel ist {n} plus {m}?', 'Berechne {n} plus {m}.'],
      next: ['Addiere jetzt {j}.', 'Und noch {j} dazu?'],
    },
    greater: {
      ask: ['Welche Zahl ist größer, {n} oder {m}?', 'Was ist größer: {n} oder {m}?', 'Vergleiche {n} und {m}: Welche Zahl ist größer?'],
      next: ['Und welche ist kleiner?', 'Und die kleinere Zahl?'],
    },
    apples: {
      ask: ['{s1} {s2} Wie viele {x:pl} hat {p} jetzt?', 'Wie viele {x:pl} hat {p} am Ende? {s1} {s2}', 'Zähle: {s1} {s2} Wie viele {x:pl} hat {p} jetzt?'],
      next: ['{s3} Und jetzt?', 'Dann: {s3} Wie viele {x:pl} sind es jetzt?'],
    },
    range: {
      ask: ['Schreib die Liste der Zahlen von {n:digits} bis {m:digits}.', 'Gib alle Zahlen von {n:digits} bis {m:digits} als Liste aus.', 'Mach eine Liste: die Zahlen von {n:digits} bis {m:digits}.'],
      next: ['Jetzt rückwärts.', 'Dreh die Liste um.'],
    },
    sort: {
      ask: ['Sortiere die Liste {list}.', 'Sortiere diese Zahlen: {list}', 'Ordne die Liste {list}.'],
      next: ['Jetzt von groß nach klein.', 'Und jetzt rückwärts.'],
    },
    repeat: {
      ask: ['Gib das Wort {w:quoted} {n} Mal aus.', 'Schreib {n} Mal {w:quoted}.', 'Wiederhole das Wort {w:quoted} {n} Mal.'],
      next: ['Jetzt {m} Mal.', 'Und jetzt {m} Mal.'],
    },
    ends: {
      ask: ['Was ist das erste Wort der Liste {list}?', 'Gib das erste Wort aus: {list}', 'Nimm das erste Wort der Liste {list}.'],
      next: ['Und das letzte?', 'Jetzt das letzte Wort.'],
    },
    where: {
      ask: ['{s1} {s2} Wo wohnt {p}?', 'Wo wohnt {p}? {s1} {s2}', 'Lies den Text: {s1} {s2} Wo wohnt {p}?'],
      next: ['Und {q}?', 'Und wo wohnt {q}?'],
    },
    who: {
      ask: ['{s1} {s2} Wer wohnt in {b}?', 'Wer wohnt in {b}? {s1} {s2}', 'Lies den Text: {s1} {s2} Wer wohnt in {b}?'],
      next: ['Und in {a}?', 'Und wer wohnt in {a}?'],
    },
    profile: {
      ask: ['{s1} {s2} Was ist {p} von Beruf?', 'Was ist {p} von Beruf? {s1} {s2}', 'Lies den Text: {s1} {s2} Was ist {p} von Beruf?'],
      next: ['Und was mag {p}?', 'Was mag {p}?'],
    },
    names: {
      ask: ['Nenne die Namen: {s1} {s2}', '{s1} {s2} Welche Namen stehen im Text?', 'Finde die Namen im Text: {s1} {s2}'],
      next: ['Jetzt die Städte.', 'Und welche Städte?'],
    },
    diet: {
      ask: ['Was frisst {a:generic}?', 'Sag mir, was {a:generic} frisst.', 'Nenne das Futter: Was frisst {a:generic}?'],
      next: ['Und {b:generic}?', 'Und was frisst {b:generic}?'],
    },
    size: {
      ask: ['Welches Tier ist größer, {a:generic} oder {b:generic}?', 'Was ist größer: {a:generic} oder {b:generic}?', 'Vergleiche {a:generic acc} und {b:generic acc}: Welches Tier ist größer?'],
      next: ['Und welches ist kleiner?', 'Und das kleinere?'],
    },
    legs: {
      ask: ['Wie viele Beine hat {a:generic}?', 'Sag mir, wie viele Beine {a:generic} hat.', 'Zähle die Beine: Wie viele hat {a:generic}?'],
      next: ['Und {b:generic}?', 'Und wie viele Beine hat {b:generic}?'],
    },
    material: {
      ask: ['Woraus ist {o:def}?', 'Sag mir, woraus {o:def} ist.', 'Nenne das Material: Woraus ist {o:def}?'],
      next: ['Und {u:def}?', 'Und woraus ist {u:def}?'],
    },
    capital: {
      ask: ['Was ist die Hauptstadt {country:of}?', 'Nenne die Hauptstadt {country:of}.', 'Sag mir: Was ist die Hauptstadt {country:of}?'],
      next: ['Und welche Sprache spricht man dort?', 'Welche Sprache wird dort gesprochen?'],
    },
    country: {
      ask: ['In welchem Land liegt {a}?', 'Nenne das Land: Wo liegt {a}?', 'Sag mir: In welchem Land ist {a}?'],
      next: ['Und {b}?', 'Und in welchem Land liegt {b}?'],
    },
    calendar: {
      ask: ['{which} kommt nach {day}?', 'Nenne {the} nach {day}.', 'Sag mir, {which} nach {day} kommt.'],
      next: ['Und vor {day}?', 'Und {which} kommt vor {day}?'],
    },
    workplace: {
      ask: ['Wo arbeitet {j:indef}?', 'Sag mir, wo {j:indef} arbeitet.', 'Nenne den Ort: Wo arbeitet {j:indef}?'],
      next: ['Und {k:indef}?', 'Und wo arbeitet {k:indef}?'],
    },
  },
};
