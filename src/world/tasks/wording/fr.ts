import type { Wording } from './types.ts';

export const FR: Wording = {
  ands: ['et'],
  negations: ['pas', "n'", 'ne'],
  firstPerson: ['je', "j'", 'mon', 'ma', 'moi'],
  you: { livesIn: 'où habites-tu ?', worksAs: 'quel est ton métier ?', likes: "qu'est-ce que tu aimes ?" },
  ranking: {
    age: ['qui est le plus vieux ?', 'qui est le plus jeune ?'],
    height: ['qui est le plus grand ?', 'qui est le plus petit ?'],
    speed: ['qui est le plus rapide ?', 'qui est le plus lent ?'],
  },
  inverse: { fewer: ['moins'], less: ['plus petit', 'inférieur', 'moins'], greater: ['plus grand', 'supérieur'], smaller: ['plus petit', 'plus petite', 'moins'], bigger: ['plus grand', 'plus grande', 'plus gros', 'plus grosse'] },
  howMany: { m: 'combien', f: 'combien' },
  cycles: [
    { which: 'quel mois', the: 'le mois qui vient', name: '{a:def}' },
    { which: 'quel jour', the: 'le jour qui vient', name: '{a:def}' },
  ],
  openers: ['Bien sûr : ', 'Avec plaisir ! ', 'Voici la réponse : '],
  tasks: {
    portrait: {
      ask: ['Écris deux phrases sur {p} : {job:for p}, {city}, {food:pl}.', 'Décris {p} en deux phrases. Notes : {job:for p}, {city}, {food:pl}.', 'Fais un petit texte avec ces notes : {p}, {job:for p}, {city}, {food:pl}.'],
      next: ['Maintenant en une phrase.', 'Écris cela en une phrase.'],
    },
    join: {
      ask: ['Relie avec {and:quoted} : {s1} {s2}', 'Fais une seule phrase avec {and:quoted} : {s1} {s2}', 'Relie ces deux phrases avec {and:quoted}. {s1} {s2}'],
      next: ['Maintenant avec {but:quoted}.', 'Et maintenant plutôt avec {but:quoted}.'],
    },
    about: {
      ask: ['Écris une phrase sur {a:def}.', 'Écris quelque chose sur {a:def}, en une phrase.', 'Décris {a:def} en une phrase.'],
      next: ['Et maintenant une sur {b:def}.', 'Maintenant sur {b:def}.'],
    },
    negate: {
      ask: ['Mets cette phrase à la forme négative : {s1}', "Dis que ce n'est pas vrai : {s1}", 'Écris le contraire : {s1}'],
      next: ['Et maintenant cette phrase : {s2}', 'Maintenant celle-ci : {s2}'],
    },
    introduce: {
      ask: ['Tu es {p}, {job:for p} de {city}. Présente-toi.', 'Imagine que tu es {p}, {job:for p} de {city}. Qui es-tu ?', 'Joue {p}, {job:for p} de {city}, et présente-toi.'],
      next: ['Maintenant à la troisième personne.', 'Dis cela à la troisième personne.'],
    },
    beast: {
      ask: ['Tu es {a:indef}. Qui es-tu et que manges-tu ?', 'Imagine que tu es {a:indef}. Dis ce que tu es et ce que tu manges.', 'Parle comme {a:indef} : qui es-tu et que manges-tu ?'],
      next: ['Et maintenant comme {b:indef}.', 'Maintenant, tu es {b:indef}.'],
    },
    persona: {
      ask: ['Tu es {p}. {q1}', 'Imagine que tu es {p} : {q1}', 'Réponds comme {p} : {q1}'],
      next: ['Et {q2}', '{q2}'],
    },
    greet: {
      ask: ['Tu es {p} et tu rencontres {q}. Dis bonjour et qui tu es.', 'Joue {p} : salue {q} et dis ton nom.', 'Imagine que tu es {p}. Salue {q} et présente-toi.'],
      next: ['Maintenant dis au revoir.', 'Et maintenant dis au revoir à {q}.'],
    },
    ranking: {
      ask: ['{s1} {s2} {q1}', 'Lis ceci : {s1} {s2} {q1}', '{q1} {s1} {s2}'],
      next: ['Et {q2}', '{q2}'],
    },
    more: {
      ask: ['{s1} {s2} Qui a plus de {x:pl} ?', 'Qui a plus de {x:pl} ? {s1} {s2}', '{s1} {s2} Qui des deux a plus de {x:pl} ?'],
      next: ['Combien de {x:pl} a {winner} ?', 'Et cela fait combien de {x:pl} ?'],
    },
    rule: {
      ask: ["{r1} {s1} Qu'est-ce que {p} aime ?", "Qu'est-ce que {p} aime ? {r1} {s1}", "{r1} {s1} Alors qu'est-ce que {p} aime ?"],
      next: ["{r2} {s2} Qu'est-ce que {q} aime ?", 'Et {q} ? {r2} {s2}'],
    },
    handover: {
      ask: ['{s1} {s2} Qui a {thing:def} maintenant ?', 'Lis ceci : {s1} {s2} Qui a {thing:def} maintenant ?', 'Qui a {thing:def} à la fin ? {s1} {s2}'],
      next: ['{s3} Et maintenant ?', 'Puis : {s3} Qui a {thing:def} maintenant ?'],
    },
    double: {
      ask: ['Combien font {n} plus {m} ?', 'Que font {n} plus {m} ?', 'Additionne {n} et {m}.'],
      next: ['Double cela.', 'Maintenant, double le résultat.'],
    },
    add: {
      ask: ['Combien font {n} plus {m} ?', 'Que font {n} plus {m} ?', 'Calcule {n} plus {m}.'],
      next: ['Maintenant, ajoute {j}.', 'Et encore {j} ?'],
    },
    greater: {
      ask: ['Quel nombre est plus grand, {n} ou {m} ?', 'Lequel est plus grand : {n} ou {m} ?', 'Compare {n} et {m} : quel nombre est plus grand ?'],
      next: ['Et lequel est plus petit ?', 'Et le plus petit nombre ?'],
    },
    apples: {
      ask: ['{s1} {s2} Combien de {x:pl} a {p} maintenant ?', 'Combien de {x:pl} a {p} à la fin ? {s1} {s2}', 'Compte : {s1} {s2} Combien de {x:pl} a {p} maintenant ?'],
      next: ['{s3} Et maintenant ?', 'Puis : {s3} Combien de {x:pl} cela fait-il maintenant ?'],
    },
    range: {
      ask: ['Écris la liste des nombres de {n:digits} à {m:digits}.', 'Affiche tous les nombres de {n:digits} à {m:digits} en liste.', 'Fais une liste : les nombres de {n:digits} à {m:digits}.'],
      next: ["Maintenant à l'envers.", 'Inverse la liste.'],
    },
    sort: {
      ask: ['Trie la liste {list}.', 'Trie ces nombres : {list}', "Range la liste {list} dans l'ordre."],
      next: ['Maintenant du plus grand au plus petit.', "Et maintenant à l'envers."],
    },
    repeat: {
      ask: ['Affiche le mot {w:quoted} {n} fois.', 'Écris {n} fois {w:quoted}.', 'Répète le mot {w:quoted} {n} fois.'],
      next: ['Maintenant {m} fois.', 'Et maintenant {m} fois.'],
    },
    ends: {
      ask: ['Quel est le premier mot de la liste {list} ?', 'Affiche le premier mot : {list}', 'Prends le premier mot de la liste {list}.'],
      next: ['Et le dernier ?', 'Maintenant le dernier mot.'],
    },
    where: {
      ask: ['{s1} {s2} Où habite {p} ?', 'Où habite {p} ? {s1} {s2}', 'Lis le texte : {s1} {s2} Où habite {p} ?'],
      next: ['Et {q} ?', 'Et où habite {q} ?'],
    },
    who: {
      ask: ['{s1} {s2} Qui habite à {b} ?', 'Qui habite à {b} ? {s1} {s2}', 'Lis le texte : {s1} {s2} Qui habite à {b} ?'],
      next: ['Et à {a} ?', 'Et qui habite à {a} ?'],
    },
    profile: {
      ask: ['{s1} {s2} Quel est le métier de {p} ?', 'Quel est le métier de {p} ? {s1} {s2}', 'Lis le texte : {s1} {s2} Quel est le métier de {p} ?'],
      next: ["Et qu'est-ce que {p} aime ?", "Qu'est-ce que {p} aime ?"],
    },
    names: {
      ask: ['Nomme les personnes : {s1} {s2}', '{s1} {s2} Quels noms sont dans le texte ?', 'Trouve les noms dans le texte : {s1} {s2}'],
      next: ['Maintenant les villes.', 'Et quelles villes ?'],
    },
    diet: {
      ask: ['Que mange {a:generic} ?', 'Dis-moi ce que mange {a:generic}.', 'Dis ce que {a:generic} mange.'],
      next: ['Et {b:generic} ?', 'Et que mange {b:generic} ?'],
    },
    size: {
      ask: ['Quel animal est plus grand, {a:generic} ou {b:generic} ?', 'Lequel est plus grand : {a:generic} ou {b:generic} ?', 'Compare {a:generic} et {b:generic} : quel animal est plus grand ?'],
      next: ['Et lequel est plus petit ?', 'Et le plus petit ?'],
    },
    legs: {
      ask: ['Combien de pattes a {a:generic} ?', 'Dis-moi combien de pattes a {a:generic}.', 'Compte les pattes : combien en a {a:generic} ?'],
      next: ['Et {b:generic} ?', 'Et combien de pattes a {b:generic} ?'],
    },
    material: {
      ask: ['En quoi est {o:def} ?', 'Dis-moi en quoi est {o:def}.', 'Nomme la matière : en quoi est {o:def} ?'],
      next: ['Et {u:def} ?', 'Et en quoi est {u:def} ?'],
    },
    capital: {
      ask: ['Quelle est la capitale {country:of} ?', 'Nomme la capitale {country:of}.', 'Dis-moi : quelle est la capitale {country:of} ?'],
      next: ['Et quelle langue parle-t-on là-bas ?', 'Quelle langue y parle-t-on ?'],
    },
    country: {
      ask: ['Dans quel pays est {a} ?', 'Nomme le pays : où est {a} ?', 'Dis-moi : dans quel pays se trouve {a} ?'],
      next: ['Et {b} ?', 'Et dans quel pays est {b} ?'],
    },
    calendar: {
      ask: ['{which} vient après {day} ?', 'Nomme {the} après {day}.', 'Dis-moi : {which} vient après {day} ?'],
      next: ['Et avant {day} ?', 'Et {which} vient avant {day} ?'],
    },
    workplace: {
      ask: ['Où travaille {j:indef} ?', 'Dis-moi où travaille {j:indef}.', 'Nomme le lieu : où travaille {j:indef} ?'],
      next: ['Et {k:indef} ?', 'Et où travaille {k:indef} ?'],
    },
  },
};
