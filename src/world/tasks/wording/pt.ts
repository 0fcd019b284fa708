import type { Wording } from './types.ts';

/** European Portuguese, with tu. */
export const PT: Wording = {
  ands: ['e'],
  negations: ['não'],
  firstPerson: ['eu', 'me', 'meu', 'minha', 'sou', 'chamo', 'vivo', 'moro', 'trabalho', 'gosto', 'adoro', 'tenho'],
  you: { livesIn: 'onde vives?', worksAs: 'qual é a tua profissão?', likes: 'de que gostas?' },
  ranking: {
    age: ['quem é o mais velho?', 'quem é o mais jovem?'],
    height: ['quem é o mais alto?', 'quem é o mais baixo?'],
    speed: ['quem é o mais rápido?', 'quem é o mais lento?'],
  },
  inverse: { fewer: ['menos'], less: ['menor', 'mais pequeno', 'menos'], greater: ['maior'], smaller: ['mais pequeno', 'mais pequena', 'menor', 'menos'], bigger: ['maior'] },
  howMany: { m: 'quantos', f: 'quantas' },
  cycles: [
    { which: 'que mês', the: 'o mês que vem', name: '{a:def}' },
    { which: 'que dia', the: 'o dia que vem', name: '{a:def}' },
  ],
  openers: ['Claro! ', 'Com certeza: ', 'A resposta é: '],
  tasks: {
    portrait: {
      ask: ['Escreve duas frases sobre {p}: {job:for p}, {city}, {food:pl}.', 'Descreve {p} em duas frases. Notas: {job:for p}, {city}, {food:pl}.', 'Faz um texto curto com estas notas: {p}, {job:for p}, {city}, {food:pl}.'],
      next: ['Agora numa frase.', 'Escreve isso numa frase.'],
    },
    join: {
      ask: ['Une com {and:quoted}: {s1} {s2}', 'Faz uma só frase com {and:quoted}: {s1} {s2}', 'Une estas duas frases com {and:quoted}. {s1} {s2}'],
      next: ['Agora com {but:quoted}.', 'E agora antes com {but:quoted}.'],
    },
    about: {
      ask: ['Escreve uma frase sobre {a:def}.', 'Escreve algo sobre {a:def}, numa frase.', 'Descreve {a:def} numa frase.'],
      next: ['E agora uma sobre {b:def}.', 'Agora sobre {b:def}.'],
    },
    negate: {
      ask: ['Põe esta frase na negativa: {s1}', 'Diz que não é verdade: {s1}', 'Escreve o contrário: {s1}'],
      next: ['E agora esta frase: {s2}', 'Agora esta: {s2}'],
    },
    introduce: {
      ask: ['És {p}, {job:for p} de {city}. Apresenta-te.', 'Imagina que és {p}, {job:for p} de {city}. Quem és tu?', 'Faz o papel de {p}, {job:for p} de {city}, e apresenta-te.'],
      next: ['Agora na terceira pessoa.', 'Diz isso na terceira pessoa.'],
    },
    beast: {
      ask: ['És {a:indef}. Quem és tu e o que comes?', 'Imagina que és {a:indef}. Diz o que és e o que comes.', 'Fala como {a:indef}: quem és tu e o que comes?'],
      next: ['E agora como {b:indef}.', 'Agora és {b:indef}.'],
    },
    persona: {
      ask: ['Tu és {p}. {q1}', 'Imagina que és {p}: {q1}', 'Responde como {p}: {q1}'],
      next: ['E {q2}', '{q2}'],
    },
    greet: {
      ask: ['És {p} e encontras {q}. Diz olá e quem és.', 'Faz o papel de {p}: cumprimenta {q} e diz o teu nome.', 'Imagina que és {p}. Cumprimenta {q} e apresenta-te.'],
      next: ['Agora despede-te.', 'E agora despede-te de {q}.'],
    },
    ranking: {
      ask: ['{s1} {s2} {q1}', 'Lê isto: {s1} {s2} {q1}', '{q1} {s1} {s2}'],
      next: ['E {q2}', '{q2}'],
    },
    more: {
      ask: ['{s1} {s2} Quem tem mais {x:pl}?', 'Quem tem mais {x:pl}? {s1} {s2}', '{s1} {s2} Qual dos dois tem mais {x:pl}?'],
      next: ['{howMany} {x:pl} tem {winner}?', 'E {howMany} são?'],
    },
    rule: {
      ask: ['{r1} {s1} De que gosta {p}?', 'De que gosta {p}? {r1} {s1}', '{r1} {s1} Então de que gosta {p}?'],
      next: ['{r2} {s2} De que gosta {q}?', 'E {q}? {r2} {s2}'],
    },
    handover: {
      ask: ['{s1} {s2} Quem tem agora {thing:def}?', 'Lê isto: {s1} {s2} Quem tem agora {thing:def}?', 'Quem tem {thing:def} no fim? {s1} {s2}'],
      next: ['{s3} E agora?', 'Depois: {s3} Quem tem agora {thing:def}?'],
    },
    double: {
      ask: ['Quanto é {n} mais {m}?', 'Quanto são {n} mais {m}?', 'Soma {n} e {m}.'],
      next: ['Duplica isso.', 'Agora duplica o resultado.'],
    },
    add: {
      ask: ['Quanto é {n} mais {m}?', 'Quanto são {n} mais {m}?', 'Calcula {n} mais {m}.'],
      next: ['Agora soma {j}.', 'E mais {j}?'],
    },
    greater: {
      ask: ['Que número é maior, {n} ou {m}?', 'Qual é maior: {n} ou {m}?', 'Compara {n} e {m}: que número é maior?'],
      next: ['E qual é menor?', 'E o número menor?'],
    },
    apples: {
      ask: ['{s1} {s2} {howMany} {x:pl} tem {p} agora?', '{howMany} {x:pl} tem {p} no fim? {s1} {s2}', 'Conta: {s1} {s2} {howMany} {x:pl} tem {p} agora?'],
      next: ['{s3} E agora?', 'Depois: {s3} {howMany} {x:pl} são agora?'],
    },
    range: {
      ask: ['Escreve a lista dos números de {n:digits} a {m:digits}.', 'Imprime todos os números de {n:digits} a {m:digits} numa lista.', 'Faz uma lista: os números de {n:digits} a {m:digits}.'],
      next: ['Agora ao contrário.', 'Inverte a lista.'],
    },
    sort: {
      ask: ['Ordena a lista {list}.', 'Ordena estes números: {list}', 'Põe a lista {list} por ordem.'],
      next: ['Agora do maior para o menor.', 'E agora ao contrário.'],
    },
    repeat: {
      ask: ['Imprime a palavra {w:quoted} {n:like =word} vezes.', 'Escreve {n:like =word} vezes {w:quoted}.', 'Repete a palavra {w:quoted} {n:like =word} vezes.'],
      next: ['Agora {m:like =word} vezes.', 'E agora {m:like =word} vezes.'],
    },
    ends: {
      ask: ['Qual é a primeira palavra da lista {list}?', 'Imprime a primeira palavra: {list}', 'Pega na primeira palavra da lista {list}.'],
      next: ['E a última?', 'Agora a última palavra.'],
    },
    where: {
      ask: ['{s1} {s2} Onde vive {p}?', 'Onde vive {p}? {s1} {s2}', 'Lê o texto: {s1} {s2} Onde vive {p}?'],
      next: ['E {q}?', 'E onde vive {q}?'],
    },
    who: {
      ask: ['{s1} {s2} Quem vive em {b}?', 'Quem vive em {b}? {s1} {s2}', 'Lê o texto: {s1} {s2} Quem vive em {b}?'],
      next: ['E em {a}?', 'E quem vive em {a}?'],
    },
    profile: {
      ask: ['{s1} {s2} Qual é a profissão de {p}?', 'Qual é a profissão de {p}? {s1} {s2}', 'Lê o texto: {s1} {s2} Qual é a profissão de {p}?'],
      next: ['E de que gosta {p}?', 'De que gosta {p}?'],
    },
    names: {
      ask: ['Enumera os nomes: {s1} {s2}', '{s1} {s2} Que nomes há no texto?', 'Procura os nomes no texto: {s1} {s2}'],
      next: ['Agora as cidades.', 'E que cidades?'],
    },
    diet: {
      ask: ['O que come {a:generic}?', 'Diz-me o que come {a:generic}.', 'Explica o que come {a:generic}.'],
      next: ['E {b:generic}?', 'E o que come {b:generic}?'],
    },
    size: {
      ask: ['Que animal é maior, {a:generic} ou {b:generic}?', 'Qual é maior: {a:generic} ou {b:generic}?', 'Compara {a:generic} e {b:generic}: que animal é maior?'],
      next: ['E qual é mais pequeno?', 'E o mais pequeno?'],
    },
    legs: {
      ask: ['Quantas patas tem {a:generic}?', 'Diz-me quantas patas tem {a:generic}.', 'Conta as patas: quantas tem {a:generic}?'],
      next: ['E {b:generic}?', 'E quantas patas tem {b:generic}?'],
    },
    material: {
      ask: ['De que é {o:def}?', 'Diz-me de que material é {o:def}.', 'De que material é {o:def}?'],
      next: ['E {u:def}?', 'E de que material é {u:def}?'],
    },
    capital: {
      ask: ['Qual é a capital {country:of}?', 'Nomeia a capital {country:of}.', 'Diz-me: qual é a capital {country:of}?'],
      next: ['E que língua se fala lá?', 'Que língua se fala nesse país?'],
    },
    country: {
      ask: ['Em que país fica {a}?', 'Nomeia o país: onde fica {a}?', 'Diz-me: em que país está {a}?'],
      next: ['E {b}?', 'E em que país fica {b}?'],
    },
    calendar: {
      ask: ['{which} vem depois de {day}?', 'Nomeia {the} depois de {day}.', 'Diz-me: {which} vem depois de {day}?'],
      next: ['E antes de {day}?', 'E {which} vem antes de {day}?'],
    },
    workplace: {
      ask: ['Onde trabalha {j:indef}?', 'Diz-me onde trabalha {j:indef}.', 'Nomeia o lugar: onde trabalha {j:indef}?'],
      next: ['E {k:indef}?', 'E onde trabalha {k:indef}?'],
    },
  },
};
