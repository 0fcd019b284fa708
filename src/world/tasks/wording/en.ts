import type { Wording } from './types.ts';

export const EN: Wording = {
  ands: ['and'],
  negations: ['not', "doesn't", "isn't", 'no'],
  firstPerson: ['I', 'my', 'me'],
  you: { livesIn: 'where do you live?', worksAs: 'what is your profession?', likes: 'what do you like?' },
  ranking: {
    age: ['who is the oldest?', 'who is the youngest?'],
    height: ['who is the tallest?', 'who is the shortest?'],
    speed: ['who is the fastest?', 'who is the slowest?'],
  },
  inverse: { fewer: ['fewer', 'less'], less: ['less', 'smaller', 'lower'], greater: ['greater', 'bigger', 'more', 'higher'], smaller: ['smaller'], bigger: ['bigger', 'larger'] },
  howMany: { m: 'how many', f: 'how many' },
  cycles: [
    { which: 'which month', the: 'the month', name: '{a}' },
    { which: 'which day', the: 'the day', name: '{a}' },
  ],
  openers: ['Sure! ', 'Of course: ', 'Gladly! '],
  tasks: {
    portrait: {
      ask: ['Write two sentences about {p}: {job:for p}, {city}, {food:pl}.', 'Describe {p} in two sentences. Notes: {job:for p}, {city}, {food:pl}.', 'Make a short text out of these notes: {p}, {job:for p}, {city}, {food:pl}.'],
      next: ['Now in one sentence.', 'Write that in one sentence.'],
    },
    join: {
      ask: ['Join with {and:quoted}: {s1} {s2}', 'Make one sentence with {and:quoted}: {s1} {s2}', 'Connect these two sentences with {and:quoted}. {s1} {s2}'],
      next: ['Now with {but:quoted}.', 'And now with {but:quoted} instead.'],
    },
    about: {
      ask: ['Write a sentence about {a:def}.', 'Write something about {a:def}, in one sentence.', 'Describe {a:def} in one sentence.'],
      next: ['And now one about {b:def}.', 'Now about {b:def}.'],
    },
    negate: {
      ask: ['Make this sentence negative: {s1}', 'Say that this is not true: {s1}', 'Write the opposite: {s1}'],
      next: ['And now this sentence: {s2}', 'Now this one: {s2}'],
    },
    introduce: {
      ask: ['You are {p}, {job:indef for p} from {city}. Introduce yourself.', 'Imagine that you are {p}, {job:indef for p} from {city}. Who are you?', 'Play {p}, {job:indef for p} from {city}, and introduce yourself.'],
      next: ['Now in the third person.', 'Say that in the third person.'],
    },
    beast: {
      ask: ['You are {a:indef}. Who are you and what do you eat?', 'Imagine that you are {a:indef}. Say what you are and what you eat.', 'Speak as {a:indef}: who are you and what do you eat?'],
      next: ['And now as {b:indef}.', 'Now you are {b:indef}.'],
    },
    persona: {
      ask: ['You are {p}. {q1}', 'Imagine that you are {p}: {q1}', 'Answer as {p}: {q1}'],
      next: ['And {q2}', '{q2}'],
    },
    greet: {
      ask: ['You are {p} and you meet {q}. Say hello and who you are.', 'Play {p}: greet {q} and say your name.', 'Imagine that you are {p}. Greet {q} and introduce yourself.'],
      next: ['Now say goodbye.', 'And now say goodbye to {q}.'],
    },
    ranking: {
      ask: ['{s1} {s2} {q1}', 'Read this: {s1} {s2} {q1}', '{q1} {s1} {s2}'],
      next: ['And {q2}', '{q2}'],
    },
    more: {
      ask: ['{s1} {s2} Who has more {x:pl}?', 'Who has more {x:pl}? {s1} {s2}', '{s1} {s2} Which of the two has more {x:pl}?'],
      next: ['How many {x:pl} does {winner} have?', 'And how many {x:pl} is that?'],
    },
    rule: {
      ask: ['{r1} {s1} What does {p} like?', 'What does {p} like? {r1} {s1}', '{r1} {s1} So what does {p} like?'],
      next: ['{r2} {s2} What does {q} like?', 'And {q}? {r2} {s2}'],
    },
    handover: {
      ask: ['{s1} {s2} Who has {thing:def} now?', 'Read this: {s1} {s2} Who has {thing:def} now?', 'Who has {thing:def} in the end? {s1} {s2}'],
      next: ['{s3} And now?', 'Then: {s3} Who has {thing:def} now?'],
    },
    double: {
      ask: ['What is {n} plus {m}?', 'How much is {n} plus {m}?', 'Add {n} and {m}.'],
      next: ['Double it.', 'Now double the result.'],
    },
    add: {
      ask: ['What is {n} plus {m}?', 'How much is {n} plus {m}?', 'Calculate {n} plus {m}.'],
      next: ['Now add {j}.', 'And {j} more?'],
    },
    greater: {
      ask: ['Which number is greater, {n} or {m}?', 'What is greater: {n} or {m}?', 'Compare {n} and {m}: which number is greater?'],
      next: ['And which is smaller?', 'And the smaller number?'],
    },
    apples: {
      ask: ['{s1} {s2} How many {x:pl} does {p} have now?', 'How many {x:pl} does {p} have in the end? {s1} {s2}', 'Count: {s1} {s2} How many {x:pl} does {p} have now?'],
      next: ['{s3} And now?', 'Then: {s3} How many {x:pl} are there now?'],
    },
    range: {
      ask: ['Write the list of the numbers from {n:digits} to {m:digits}.', 'Print all numbers from {n:digits} to {m:digits} as a list.', 'Make a list: the numbers from {n:digits} to {m:digits}.'],
      next: ['Now backwards.', 'Reverse the list.'],
    },
    sort: {
      ask: ['Sort the list {list}.', 'Sort these numbers: {list}', 'Put the list {list} in order.'],
      next: ['Now from big to small.', 'And now backwards.'],
    },
    repeat: {
      ask: ['Print the word {w:quoted} {n} times.', 'Write {w:quoted} {n} times.', 'Repeat the word {w:quoted} {n} times.'],
      next: ['Now {m} times.', 'And now {m} times.'],
    },
    ends: {
      ask: ['What is the first word of the list {list}?', 'Print the first word: {list}', 'Take the first word of the list {list}.'],
      next: ['And the last one?', 'Now the last word.'],
    },
    where: {
      ask: ['{s1} {s2} Where does {p} live?', 'Where does {p} live? {s1} {s2}', 'Read the text: {s1} {s2} Where does {p} live?'],
      next: ['And {q}?', 'And where does {q} live?'],
    },
    who: {
      ask: ['{s1} {s2} Who lives in {b}?', 'Who lives in {b}? {s1} {s2}', 'Read the text: {s1} {s2} Who lives in {b}?'],
      next: ['And in {a}?', 'And who lives in {a}?'],
    },
    profile: {
      ask: ['{s1} {s2} What is the profession of {p}?', 'What is the profession of {p}? {s1} {s2}', 'Read the text: {s1} {s2} What is the profession of {p}?'],
      next: ['And what does {p} like?', 'What does {p} like?'],
    },
    names: {
      ask: ['List the names: {s1} {s2}', '{s1} {s2} Which names are in the text?', 'Find the names in the text: {s1} {s2}'],
      next: ['Now the cities.', 'And which cities?'],
    },
    diet: {
      ask: ['What does {a:generic} eat?', 'Tell me what {a:generic} eats.', 'Say what {a:generic} eats.'],
      next: ['And {b:generic}?', 'And what does {b:generic} eat?'],
    },
    size: {
      ask: ['Which animal is bigger, {a:generic} or {b:generic}?', 'What is bigger: {a:generic} or {b:generic}?', 'Compare {a:generic} and {b:generic}: which animal is bigger?'],
      next: ['And which is smaller?', 'And the smaller one?'],
    },
    legs: {
      ask: ['How many legs does {a:generic} have?', 'Tell me how many legs {a:generic} has.', 'Count the legs: how many does {a:generic} have?'],
      next: ['And {b:generic}?', 'And how many legs does {b:generic} have?'],
    },
    material: {
      ask: ['What is {o:def} made of?', 'Tell me what {o:def} is made of.', 'Name the material: what is {o:def} made of?'],
      next: ['And {u:def}?', 'And what is {u:def} made of?'],
    },
    capital: {
      ask: ['What is the capital {country:of}?', 'Name the capital {country:of}.', 'Tell me: what is the capital {country:of}?'],
      next: ['And which language is spoken there?', 'What language do people speak there?'],
    },
    country: {
      ask: ['In which country is {a}?', 'Name the country: where is {a}?', 'Tell me: in which country does {a} lie?'],
      next: ['And {b}?', 'And in which country is {b}?'],
    },
    calendar: {
      ask: ['{which} comes after {day}?', 'Name {the} after {day}.', 'Tell me: {which} comes after {day}?'],
      next: ['And before {day}?', 'And {which} comes before {day}?'],
    },
    workplace: {
      ask: ['Where does {j:indef} work?', 'Tell me where {j:indef} works.', 'Name the place: where does {j:indef} work?'],
      next: ['And {k:indef}?', 'And where does {k:indef} work?'],
    },
  },
};
