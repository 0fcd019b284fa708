import type { Wording } from './types.ts';

export const ES: Wording = {
  ands: ['y', 'e'],
  negations: ['no'],
  firstPerson: ['yo', 'me', 'mi', 'soy', 'vivo', 'trabajo', 'adoro', 'tengo'],
  you: { livesIn: '¿dónde vives?', worksAs: '¿cuál es tu profesión?', likes: '¿qué adoras?' },
  ranking: {
    age: ['¿quién es el mayor?', '¿quién es el menor?'],
    height: ['¿quién es el más alto?', '¿quién es el más bajo?'],
    speed: ['¿quién es el más rápido?', '¿quién es el más lento?'],
  },
  inverse: { fewer: ['menos'], less: ['menor', 'más pequeño', 'menos'], greater: ['mayor', 'más grande'], smaller: ['más pequeño', 'más pequeña', 'menor', 'menos'], bigger: ['más grande', 'mayor'] },
  howMany: { m: 'cuántos', f: 'cuántas' },
  cycles: [
    { which: 'qué mes', the: 'el mes que viene', name: '{a:def}' },
    { which: 'qué día', the: 'el día que viene', name: '{a:def}' },
  ],
  openers: ['¡Claro! ', 'Por supuesto: ', 'La respuesta es: '],
  tasks: {
    portrait: {
      ask: ['Escribe dos frases sobre {p}: {job:for p}, {city}, {food:pl}.', 'Describe a {p} en dos frases. Notas: {job:for p}, {city}, {food:pl}.', 'Haz un texto corto con estas notas: {p}, {job:for p}, {city}, {food:pl}.'],
      next: ['Ahora en una frase.', 'Escríbelo en una frase.'],
    },
    join: {
      ask: ['Une con {and:quoted}: {s1} {s2}', 'Haz una sola frase con {and:quoted}: {s1} {s2}', 'Une estas dos frases con {and:quoted}. {s1} {s2}'],
      next: ['Ahora con {but:quoted}.', 'Y ahora mejor con {but:quoted}.'],
    },
    about: {
      ask: ['Escribe una frase sobre {a:def}.', 'Escribe algo sobre {a:def}, en una frase.', 'Describe {a:def} en una frase.'],
      next: ['Y ahora una sobre {b:def}.', 'Ahora sobre {b:def}.'],
    },
    negate: {
      ask: ['Pon esta frase en negativo: {s1}', 'Di que no es verdad: {s1}', 'Escribe lo contrario: {s1}'],
      next: ['Y ahora esta frase: {s2}', 'Ahora esta: {s2}'],
    },
    introduce: {
      ask: ['Eres {p}, {job:for p} de {city}. Preséntate.', 'Imagina que eres {p}, {job:for p} de {city}. ¿Quién eres?', 'Haz el papel de {p}, {job:for p} de {city}, y preséntate.'],
      next: ['Ahora en tercera persona.', 'Dilo en tercera persona.'],
    },
    beast: {
      ask: ['Eres {a:indef}. ¿Quién eres y qué comes?', 'Imagina que eres {a:indef}. Di qué eres y qué comes.', 'Habla como {a:indef}: ¿quién eres y qué comes?'],
      next: ['Y ahora como {b:indef}.', 'Ahora eres {b:indef}.'],
    },
    persona: {
      ask: ['Eres {p}. {q1}', 'Imagina que eres {p}: {q1}', 'Responde como {p}: {q1}'],
      next: ['Otra pregunta: {q2}', '{q2}'],
    },
    greet: {
      ask: ['Eres {p} y te encuentras con {q}. Saluda y di quién eres.', 'Haz el papel de {p}: saluda a {q} y di tu nombre.', 'Imagina que eres {p}. Saluda a {q} y preséntate.'],
      next: ['Ahora despídete.', 'Y ahora despídete de {q}.'],
    },
    ranking: {
      ask: ['{s1} {s2} {q1}', 'Lee esto: {s1} {s2} {q1}', '{q1} {s1} {s2}'],
      next: ['Y ahora: {q2}', '{q2}'],
    },
    more: {
      ask: ['{s1} {s2} ¿Quién tiene más {x:pl}?', '¿Quién tiene más {x:pl}? {s1} {s2}', '{s1} {s2} ¿Quién de los dos tiene más {x:pl}?'],
      next: ['¿{howMany} {x:pl} tiene {winner}?', '¿Y {howMany} son?'],
    },
    rule: {
      ask: ['{r1} {s1} ¿Qué adora {p}?', '¿Qué adora {p}? {r1} {s1}', '{r1} {s1} Entonces, ¿qué adora {p}?'],
      next: ['{r2} {s2} ¿Qué adora {q}?', '¿Y {q}? {r2} {s2}'],
    },
    handover: {
      ask: ['{s1} {s2} ¿Quién tiene ahora {thing:def}?', 'Lee esto: {s1} {s2} ¿Quién tiene ahora {thing:def}?', '¿Quién tiene al final {thing:def}? {s1} {s2}'],
      next: ['{s3} ¿Y ahora?', 'Después: {s3} ¿Quién tiene ahora {thing:def}?'],
    },
    double: {
      ask: ['¿Cuánto es {n} más {m}?', '¿Cuánto suman {n} y {m}?', 'Suma {n} y {m}.'],
      next: ['Duplícalo.', 'Ahora duplica el resultado.'],
    },
    add: {
      ask: ['¿Cuánto es {n} más {m}?', '¿Cuánto suman {n} y {m}?', 'Calcula {n} más {m}.'],
      next: ['Ahora suma {j}.', '¿Y {j} más?'],
    },
    greater: {
      ask: ['¿Qué número es mayor, {n} o {m}?', '¿Cuál es mayor: {n} o {m}?', 'Compara {n} y {m}: ¿qué número es mayor?'],
      next: ['¿Y cuál es menor?', '¿Y el número menor?'],
    },
    apples: {
      ask: ['{s1} {s2} ¿{howMany} {x:pl} tiene {p} ahora?', '¿{howMany} {x:pl} tiene {p} al final? {s1} {s2}', 'Cuenta: {s1} {s2} ¿{howMany} {x:pl} tiene {p} ahora?'],
      next: ['{s3} ¿Y ahora?', 'Después: {s3} ¿{howMany} {x:pl} hay ahora?'],
    },
    range: {
      ask: ['Escribe la lista de los números del {n:digits} al {m:digits}.', 'Imprime todos los números del {n:digits} al {m:digits} en una lista.', 'Haz una lista: los números del {n:digits} al {m:digits}.'],
      next: ['Ahora al revés.', 'Invierte la lista.'],
    },
    sort: {
      ask: ['Ordena la lista {list}.', 'Ordena estos números: {list}', 'Pon en orden la lista {list}.'],
      next: ['Ahora de mayor a menor.', 'Y ahora al revés.'],
    },
    repeat: {
      ask: ['Imprime la palabra {w:quoted} {n} veces.', 'Escribe {n} veces {w:quoted}.', 'Repite la palabra {w:quoted} {n} veces.'],
      next: ['Ahora {m} veces.', 'Y ahora {m} veces.'],
    },
    ends: {
      ask: ['¿Cuál es la primera palabra de la lista {list}?', 'Imprime la primera palabra: {list}', 'Toma la primera palabra de la lista {list}.'],
      next: ['¿Y la última?', 'Ahora la última palabra.'],
    },
    where: {
      ask: ['{s1} {s2} ¿Dónde vive {p}?', '¿Dónde vive {p}? {s1} {s2}', 'Lee el texto: {s1} {s2} ¿Dónde vive {p}?'],
      next: ['¿Y {q}?', '¿Y dónde vive {q}?'],
    },
    who: {
      ask: ['{s1} {s2} ¿Quién vive en {b}?', '¿Quién vive en {b}? {s1} {s2}', 'Lee el texto: {s1} {s2} ¿Quién vive en {b}?'],
      next: ['¿Y en {a}?', '¿Y quién vive en {a}?'],
    },
    profile: {
      ask: ['{s1} {s2} ¿Cuál es la profesión de {p}?', '¿Cuál es la profesión de {p}? {s1} {s2}', 'Lee el texto: {s1} {s2} ¿Cuál es la profesión de {p}?'],
      next: ['¿Y qué adora {p}?', '¿Qué adora {p}?'],
    },
    names: {
      ask: ['Nombra a las personas: {s1} {s2}', '{s1} {s2} ¿Qué nombres hay en el texto?', 'Busca los nombres en el texto: {s1} {s2}'],
      next: ['Ahora las ciudades.', '¿Y qué ciudades?'],
    },
    diet: {
      ask: ['¿Qué come {a:generic}?', 'Dime qué come {a:generic}.', 'Explica qué come {a:generic}.'],
      next: ['¿Y {b:generic}?', '¿Y qué come {b:generic}?'],
    },
    size: {
      ask: ['¿Qué animal es más grande, {a:generic} o {b:generic}?', '¿Cuál es más grande: {a:generic} o {b:generic}?', 'Compara {a:generic} y {b:generic}: ¿qué animal es más grande?'],
      next: ['¿Y cuál es más pequeño?', '¿Y el más pequeño?'],
    },
    legs: {
      ask: ['¿Cuántas patas tiene {a:generic}?', 'Dime cuántas patas tiene {a:generic}.', 'Cuenta las patas: ¿cuántas tiene {a:generic}?'],
      next: ['¿Y {b:generic}?', '¿Y cuántas patas tiene {b:generic}?'],
    },
    material: {
      ask: ['¿De qué es {o:def}?', 'Dime de qué es {o:def}.', 'Nombra el material: ¿de qué es {o:def}?'],
      next: ['¿Y {u:def}?', '¿Y de qué es {u:def}?'],
    },
    capital: {
      ask: ['¿Cuál es la capital {country:of}?', 'Nombra la capital {country:of}.', 'Dime: ¿cuál es la capital {country:of}?'],
      next: ['¿Y qué idioma se habla allí?', '¿Qué idioma se habla en ese país?'],
    },
    country: {
      ask: ['¿En qué país está {a}?', 'Nombra el país: ¿dónde está {a}?', 'Dime: ¿en qué país se encuentra {a}?'],
      next: ['¿Y {b}?', '¿Y en qué país está {b}?'],
    },
    calendar: {
      ask: ['¿{which} viene después de {day}?', 'Nombra {the} después de {day}.', 'Dime {which} viene después de {day}.'],
      next: ['¿Y antes de {day}?', '¿Y {which} viene antes de {day}?'],
    },
    workplace: {
      ask: ['¿Dónde trabaja {j:indef}?', 'Dime dónde trabaja {j:indef}.', 'Nombra el lugar: ¿dónde trabaja {j:indef}?'],
      next: ['¿Y {k:indef}?', '¿Y dónde trabaja {k:indef}?'],
    },
  },
};
