/** What a native speaker would write, by hand: one task a category in each of the eight languages. */
import { expect, test } from '@playwright/test';
import type { WorldLanguage } from '../../src/world/index.ts';
import type { TaskPlan } from '../../src/world/tasks/kind.ts';
import { answersOf, questionsOf } from '../../src/world/tasks/realise.ts';

const TASKS = {
  writing: { kind: 'join', args: { p: 'ada', a: 'rome', q: 'erik', b: 'warsaw' } },
  roleplay: { kind: 'beast', args: { a: 'cow', b: 'cat', foodA: 'grass', foodB: 'fish' } },
  reasoning: { kind: 'ranking', args: { by: 'age', p: 'ada', q: 'erik', r: 'carla', mixed: 0 } },
  math: { kind: 'add', args: { n: 3, m: 4, k: 7, j: 5, total: 12 } },
  coding: { kind: 'repeat', args: { w: 'dog', n: 3, m: 2, off: 0 } },
  extraction: { kind: 'where', args: { p: 'ada', a: 'rome', q: 'erik', b: 'warsaw' } },
  stem: { kind: 'legs', args: { a: 'spider', b: 'cow', n: 8, m: 4 } },
  humanities: { kind: 'capital', args: { country: 'germany', city: 'berlin', language: 'german' } },
} as const satisfies Record<string, TaskPlan>;

type Expected = Record<keyof typeof TASKS, [ask: string, answer: string, next: string, answer: string]>;

const EXPECTED: Record<WorldLanguage, Expected> = {
  en: {
    writing: ['Join with "and": Ada lives in Rome. Erik lives in Warsaw.', 'Ada lives in Rome and Erik lives in Warsaw.', 'Now with "but".', 'Ada lives in Rome, but Erik lives in Warsaw.'],
    roleplay: ['You are a cow. Who are you and what do you eat?', 'I am a cow. I eat grass.', 'And now as a cat.', 'I am a cat. I eat fish.'],
    reasoning: ['Ada is older than Erik. Erik is older than Carla. Who is the oldest?', 'Ada is the oldest.', 'And who is the youngest?', 'Carla is the youngest.'],
    math: ['What is three plus four?', 'Three plus four is seven.', 'Now add five.', 'Seven plus five is twelve.'],
    coding: ['Print the word "dog" three times.', 'dog dog dog', 'Now two times.', 'dog dog'],
    extraction: ['Ada lives in Rome. Erik lives in Warsaw. Where does Ada live?', 'Ada lives in Rome.', 'And Erik?', 'Erik lives in Warsaw.'],
    stem: ['How many legs does a spider have?', 'A spider has eight legs.', 'And a cow?', 'A cow has four legs.'],
    humanities: ['What is the capital of Germany?', 'The capital of Germany is Berlin.', 'And which language is spoken there?', 'In Germany people speak German.'],
  },
  de: {
    writing: ['Verbinde mit „und“: Ada wohnt in Rom. Erik wohnt in Warschau.', 'Ada wohnt in Rom und Erik wohnt in Warschau.', 'Jetzt mit „aber“.', 'Ada wohnt in Rom, aber Erik wohnt in Warschau.'],
    roleplay: ['Du bist eine Kuh. Wer bist du und was frisst du?', 'Ich bin eine Kuh. Ich fresse Gras.', 'Und jetzt als Katze.', 'Ich bin eine Katze. Ich fresse Fisch.'],
    reasoning: ['Ada ist älter als Erik. Erik ist älter als Carla. Wer ist am ältesten?', 'Ada ist am ältesten.', 'Und wer ist am jüngsten?', 'Carla ist am jüngsten.'],
    math: ['Was ist drei plus vier?', 'Drei plus vier ist sieben.', 'Addiere jetzt fünf.', 'Sieben plus fünf ist zwölf.'],
    coding: ['Gib das Wort „Hund“ drei Mal aus.', 'Hund Hund Hund', 'Jetzt zwei Mal.', 'Hund Hund'],
    extraction: ['Ada wohnt in Rom. Erik wohnt in Warschau. Wo wohnt Ada?', 'Ada wohnt in Rom.', 'Und Erik?', 'Erik wohnt in Warschau.'],
    stem: ['Wie viele Beine hat eine Spinne?', 'Eine Spinne hat acht Beine.', 'Und eine Kuh?', 'Eine Kuh hat vier Beine.'],
    humanities: ['Was ist die Hauptstadt von Deutschland?', 'Die Hauptstadt von Deutschland ist Berlin.', 'Und welche Sprache spricht man dort?', 'In Deutschland spricht man Deutsch.'],
  },
  fr: {
    writing: ['Relie avec « et » : Ada habite à Rome. Erik habite à Varsovie.', 'Ada habite à Rome et Erik habite à Varsovie.', 'Maintenant avec « mais ».', 'Ada habite à Rome, mais Erik habite à Varsovie.'],
    roleplay: ['Tu es une vache. Qui es-tu et que manges-tu ?', "Je suis une vache. Je mange de l'herbe.", 'Et maintenant comme un chat.', 'Je suis un chat. Je mange du poisson.'],
    reasoning: ["Ada est plus vieille qu'Erik. Erik est plus vieux que Carla. Qui est le plus vieux ?", 'Ada est la plus vieille.', 'Et qui est le plus jeune ?', 'Carla est la plus jeune.'],
    math: ['Combien font trois plus quatre ?', 'Trois plus quatre font sept.', 'Maintenant, ajoute cinq.', 'Sept plus cinq font douze.'],
    coding: ['Affiche le mot « chien » trois fois.', 'chien chien chien', 'Maintenant deux fois.', 'chien chien'],
    extraction: ['Ada habite à Rome. Erik habite à Varsovie. Où habite Ada ?', 'Ada habite à Rome.', 'Et Erik ?', 'Erik habite à Varsovie.'],
    stem: ["Combien de pattes a l'araignée ?", "L'araignée a huit pattes.", 'Et la vache ?', 'La vache a quatre pattes.'],
    humanities: ["Quelle est la capitale de l'Allemagne ?", "La capitale de l'Allemagne est Berlin.", 'Et quelle langue parle-t-on là-bas ?', 'En Allemagne, on parle allemand.'],
  },
  it: {
    writing: ['Unisci con «e»: Ada abita a Roma. Erik abita a Varsavia.', 'Ada abita a Roma ed Erik abita a Varsavia.', 'Adesso con «ma».', 'Ada abita a Roma, ma Erik abita a Varsavia.'],
    roleplay: ['Sei una mucca. Chi sei e che cosa mangi?', 'Sono una mucca. Mangio erba.', 'E adesso come un gatto.', 'Sono un gatto. Mangio pesce.'],
    reasoning: ['Ada è più vecchia di Erik. Erik è più vecchio di Carla. Chi è il più vecchio?', 'Ada è la più vecchia.', 'E chi è il più giovane?', 'Carla è la più giovane.'],
    math: ['Quanto fa tre più quattro?', 'Tre più quattro fa sette.', 'Adesso aggiungi cinque.', 'Sette più cinque fa dodici.'],
    coding: ['Stampa la parola «cane» tre volte.', 'cane cane cane', 'Adesso due volte.', 'cane cane'],
    extraction: ['Ada abita a Roma. Erik abita a Varsavia. Dove abita Ada?', 'Ada abita a Roma.', 'Ed Erik?', 'Erik abita a Varsavia.'],
    stem: ['Quante zampe ha il ragno?', 'Il ragno ha otto zampe.', 'E la mucca?', 'La mucca ha quattro zampe.'],
    humanities: ['Qual è la capitale della Germania?', 'La capitale della Germania è Berlino.', 'E che lingua si parla lì?', 'In Germania si parla tedesco.'],
  },
  es: {
    writing: ['Une con «y»: Ada vive en Roma. Erik vive en Varsovia.', 'Ada vive en Roma y Erik vive en Varsovia.', 'Ahora con «pero».', 'Ada vive en Roma, pero Erik vive en Varsovia.'],
    roleplay: ['Eres una vaca. ¿Quién eres y qué comes?', 'Soy una vaca. Como hierba.', 'Y ahora como un gato.', 'Soy un gato. Como pescado.'],
    reasoning: ['Ada es mayor que Erik. Erik es mayor que Carla. ¿Quién es el mayor?', 'Ada es la mayor.', 'Y ahora: ¿quién es el menor?', 'Carla es la menor.'],
    math: ['¿Cuánto es tres más cuatro?', 'Tres más cuatro son siete.', 'Ahora suma cinco.', 'Siete más cinco son doce.'],
    coding: ['Imprime la palabra «perro» tres veces.', 'perro perro perro', 'Ahora dos veces.', 'perro perro'],
    extraction: ['Ada vive en Roma. Erik vive en Varsovia. ¿Dónde vive Ada?', 'Ada vive en Roma.', '¿Y Erik?', 'Erik vive en Varsovia.'],
    stem: ['¿Cuántas patas tiene la araña?', 'La araña tiene ocho patas.', '¿Y la vaca?', 'La vaca tiene cuatro patas.'],
    humanities: ['¿Cuál es la capital de Alemania?', 'La capital de Alemania es Berlín.', '¿Y qué idioma se habla allí?', 'En Alemania se habla alemán.'],
  },
  pt: {
    writing: ['Une com «e»: Ada vive em Roma. Erik vive em Varsóvia.', 'Ada vive em Roma e Erik vive em Varsóvia.', 'Agora com «mas».', 'Ada vive em Roma, mas Erik vive em Varsóvia.'],
    roleplay: ['És uma vaca. Quem és tu e o que comes?', 'Sou uma vaca. Como erva.', 'E agora como um gato.', 'Sou um gato. Como peixe.'],
    reasoning: ['Ada é mais velha do que Erik. Erik é mais velho do que Carla. Quem é o mais velho?', 'Ada é a mais velha.', 'E quem é o mais jovem?', 'Carla é a mais jovem.'],
    math: ['Quanto é três mais quatro?', 'Três mais quatro são sete.', 'Agora soma cinco.', 'Sete mais cinco são doze.'],
    coding: ['Imprime a palavra «cão» três vezes.', 'cão cão cão', 'Agora duas vezes.', 'cão cão'],
    extraction: ['Ada vive em Roma. Erik vive em Varsóvia. Onde vive Ada?', 'Ada vive em Roma.', 'E Erik?', 'Erik vive em Varsóvia.'],
    stem: ['Quantas patas tem a aranha?', 'A aranha tem oito patas.', 'E a vaca?', 'A vaca tem quatro patas.'],
    humanities: ['Qual é a capital da Alemanha?', 'A capital da Alemanha é Berlim.', 'E que língua se fala lá?', 'Na Alemanha fala-se alemão.'],
  },
  nl: {
    writing: ['Verbind met “en”: Ada woont in Rome. Erik woont in Warschau.', 'Ada woont in Rome en Erik woont in Warschau.', 'Nu met “maar”.', 'Ada woont in Rome, maar Erik woont in Warschau.'],
    roleplay: ['Je bent een koe. Wie ben je en wat eet je?', 'Ik ben een koe. Ik eet gras.', 'En nu als een kat.', 'Ik ben een kat. Ik eet vis.'],
    reasoning: ['Ada is ouder dan Erik. Erik is ouder dan Carla. Wie is het oudst?', 'Ada is het oudst.', 'En wie is het jongst?', 'Carla is het jongst.'],
    math: ['Wat is drie plus vier?', 'Drie plus vier is zeven.', 'Tel daar nu vijf bij op.', 'Zeven plus vijf is twaalf.'],
    coding: ['Print het woord “hond” drie keer.', 'hond hond hond', 'Nu twee keer.', 'hond hond'],
    extraction: ['Ada woont in Rome. Erik woont in Warschau. Waar woont Ada?', 'Ada woont in Rome.', 'En Erik?', 'Erik woont in Warschau.'],
    stem: ['Hoeveel poten heeft een spin?', 'Een spin heeft acht poten.', 'En een koe?', 'Een koe heeft vier poten.'],
    humanities: ['Wat is de hoofdstad van Duitsland?', 'De hoofdstad van Duitsland is Berlijn.', 'En welke taal spreekt men daar?', 'In Duitsland spreekt men Duits.'],
  },
  sv: {
    writing: ['Sätt ihop med ”och”: Ada bor i Rom. Erik bor i Warszawa.', 'Ada bor i Rom och Erik bor i Warszawa.', 'Nu med ”men”.', 'Ada bor i Rom, men Erik bor i Warszawa.'],
    roleplay: ['Du är en ko. Vem är du och vad äter du?', 'Jag är en ko. Jag äter gräs.', 'Och nu som en katt.', 'Jag är en katt. Jag äter fisk.'],
    reasoning: ['Ada är äldre än Erik. Erik är äldre än Carla. Vem är äldst?', 'Ada är äldst.', 'Och vem är yngst?', 'Carla är yngst.'],
    math: ['Vad är tre plus fyra?', 'Tre plus fyra är sju.', 'Lägg nu till fem.', 'Sju plus fem är tolv.'],
    coding: ['Skriv ut ordet ”hund” tre gånger.', 'hund hund hund', 'Nu två gånger.', 'hund hund'],
    extraction: ['Ada bor i Rom. Erik bor i Warszawa. Var bor Ada?', 'Ada bor i Rom.', 'Och Erik?', 'Erik bor i Warszawa.'],
    stem: ['Hur många ben har en spindel?', 'En spindel har åtta ben.', 'Och en ko?', 'En ko har fyra ben.'],
    humanities: ['Vad heter huvudstaden i Tyskland?', 'Tysklands huvudstad är Berlin.', 'Och vilket språk talar man där?', 'I Tyskland talar man tyska.'],
  },
};

for (const [language, expected] of Object.entries(EXPECTED)) {
  for (const [category, [ask, first, next, second]] of Object.entries(expected)) {
    test(`${category} reads well in ${language}`, () => {
      const plan = TASKS[category as keyof typeof TASKS];
      expect(questionsOf(plan, { ask: 0, next: 0 }, language as WorldLanguage)).toEqual([ask, next]);
      expect(answersOf(plan, language as WorldLanguage)).toEqual([first, second]);
    });
  }
}
