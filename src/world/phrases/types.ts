/** What can be said. A plan is a kind of statement; every phrasebook has at least one template for each. */

/** Facts of one person, said as a predicate so that they can be coordinated and take any subject. */
export type PersonFact = 'livesIn' | 'worksAs' | 'likes' | 'hasPet' | 'isOld' | 'favouriteColour';

/** Slots: livesIn {city}; worksAs {job} (its gender from {p}); likes {food}; hasPet {pet}; isOld {age}; favouriteColour {colour}. */
export interface Predicate {
  third: readonly string[];
  first: readonly string[];
  negative: readonly string[];
}

/**
 * Every plan with its slots. p q r are people, a b c animals, cities, foods or days, n m k numbers, w v words as text,
 * `sentence` a whole sentence as text; the others say what they hold. The first template of a plan is the plainest.
 */
export const PLANS = {
  // People
  livesIn: 'p city', worksAs: 'p job', likes: 'p food', hasPet: 'p pet petName', isOld: 'p age', favouriteColour: 'p colour', petIsCalled: 'p pet petName', olderThan: 'p q', youngerThan: 'p q', sameCity: 'p q city', personDeed: 'p job',
  // Cities and countries
  cityInCountry: 'city country', notInCountry: 'city country', capitalOf: 'city country', northOf: 'a b', southOf: 'a b', bySea: 'city', notBySea: 'city', onRiver: 'city', countryLanguage: 'country language', citiesOf: 'list country',
  // Animals
  bigger: 'a b', smaller: 'a b', notBigger: 'a b', legs: 'a n', noLegs: 'a', eats: 'a food', livesAt: 'a place', kindOfAnimal: 'a kind', voice: 'a',
  // Foods
  foodColour: 'food colour', foodKind: 'food kind', foodPrice: 'food n', costsMore: 'a b', costsLess: 'a b',
  // Professions, materials
  workplace: 'job place', deed: 'job', property: 'material adj', notProperty: 'material adj', madeOf: 'object material',
  // Calendar: a comes after b, a comes before b, b comes between a and c
  comesAfter: 'a b', comesBefore: 'a b', between: 'a b c', monthSeason: 'month season', firstDay: 'a', lastDay: 'a', firstMonth: 'a', lastMonth: 'a',
  // Numbers: n plus m is k; n is greater than m; after n comes m; n comes before m
  plus: 'n m k', minus: 'n m k', twice: 'n k', half: 'n k', greater: 'n m', less: 'n m', after: 'n m', before: 'n m',
  // Things in stories
  hasThing: 'p thing colour', belongs: 'p thing colour', givesThing: 'p q thing colour', nowHas: 'p thing colour', noLongerHas: 'p thing colour', putsIn: 'p thing place', takesOut: 'p thing place', isIn: 'thing place', thingIsColour: 'thing colour',
  has: 'p n x', gets: 'p n x', eatsSome: 'p n x', givesSome: 'p q n x', findsSome: 'p n x', losesSome: 'p n x', nowHasSome: 'p n x', noneLeft: 'p x', together: 'p q n x', moreThan: 'p q x',
  taller: 'p q', tallest: 'p', shortest: 'p', faster: 'p q', fastest: 'p', slowest: 'p', oldest: 'p', youngest: 'p', comesFirst: 'p q r', comesLast: 'p',
  goesTo: 'p city', isNowIn: 'p city', meets: 'p q city', buys: 'p food n', knows: 'p q', everyoneLikes: 'city food',
  // What somebody knows: indirect questions, told
  knowsWhere: 'q p city', knowsJob: 'q p job', knowsAge: 'q p age', knowsFood: 'q p food', knowsColour: 'q p colour', knowsPet: 'q p pet',
  knowsCapital: 'q country city', knowsCountry: 'q city country', knowsLanguage: 'q country language', knowsLegs: 'q a n', knowsEats: 'q a food', knowsHabitat: 'q a place', knowsBigger: 'q a b', knowsPrice: 'q food n', knowsFoodColour: 'q food colour',
  knowsWorkplace: 'q job place', knowsDeed: 'q job', knowsMaterial: 'q object material', knowsDay: 'q a b', knowsMonth: 'q a b', knowsSeason: 'q month season', knowsSum: 'q n m k', knowsDifference: 'q n m k', knowsTwice: 'q n k',
  knowsWho: 'q p thing colour', knowsHowMany: 'q p n x', knowsWhy: 'q object material adj',
  // What somebody says or does with words
  hello: 'q', goodbye: 'q', saysHello: 'p q', saysBye: 'p', saysWord: 'p w n words', writesWord: 'p w', repeatsWord: 'p w', namesOne: 'p kind x', namesList: 'p kind n list', lists: 'p kind list', backwards: 'p back', sortsNumbers: 'p list sorted', doubles: 'p n k', adds: 'p n m k', countsTo: 'p n list', countsDown: 'p n list',
  writesAbout: 'p x sentence', describes: 'p x sentence', translates: 'p w language v', speaks: 'p sentence', answers: 'p sentence', explains: 'p sentence', tells: 'p q sentence', completes: 'p sentence', findsBiggest: 'p list x', findsSmallest: 'p list x', firstWord: 'list x', lastWord: 'list x', listLength: 'list n', compares: 'p a b sentence', thanks: 'p q food',
  // Dictionary
  means: 'w language v', wordFor: 'w language v', inLanguage: 'language sentence',
  // Speaking as somebody
  iAmAnimal: 'a', iLiveAt: 'place', iEat: 'food', iHaveLegs: 'n', iHaveNoLegs: '', myNameIs: 'p', iComeFrom: 'city', iDeed: 'job p',
} as const satisfies Record<string, string>;

export type Plan = keyof typeof PLANS;

export interface Phrasebook {
  /** The subject pronoun of the first person; empty where it is dropped. */
  i: string;
  /** French says it again before every verb: "J'habite à Lyon et j'ai un chat." */
  repeatsI?: boolean;
  and: string;
  /** Between two sentences made one, with its comma: `, but`. */
  but: string;
  person: Record<PersonFact, Predicate>;
  plans: Record<Plan, readonly string[]>;
}
