/**
 * The closed world: who lives where, what eats what, what costs how much. Plain data with ids and no language in
 * it; `lexicon/` has the words, `phrases/` the sentences. Every id names one thing in the whole world, so a sentence
 * slot needs nothing but the id. Geography, animals and calendar are true; people and prices are invented.
 */

export type Gender = 'm' | 'f';

export interface Person {
  id: string;
  name: string;
  gender: Gender;
  city: string;
  profession: string;
  food: string;
  colour: string;
  age: number;
  pet: { animal: string; name: string };
}

// name gender city profession favourite-food favourite-colour age pet pet's-name
const PEOPLE_TABLE = `
Anna f rome baker apple red 30 cat Luna
Ben m london teacher cheese blue 25 dog Rex
Clara f paris painter cherry green 22 rabbit Bella
David m berlin doctor soup black 38 dog Milo
Emma f madrid singer banana yellow 19 horse Stella
Tom m oxford gardener tomato green 34 duck Nemo
Laura f milan doctor rice white 36 cat Kira
Paul m vienna baker bread brown 40 dog Bruno
Julia f lisbon fisher lemon blue 27 cat Coco
Leo m naples cook tomato red 29 mouse Pipo
Maria f seville teacher pear yellow 33 rabbit Lola
Oscar m stockholm carpenter potato grey 35 horse Odin
Nina f hamburg pilot coffee black 31 dog Nala
Adam m warsaw mechanic egg white 28 rabbit Fidel
Sara f athens librarian tea green 24 cat Zora
Daniel m barcelona waiter cheese red 21 dog Toro
Lena f munich farmer milk white 37 horse Perla
Martin m lyon cook onion brown 39 cat Felix
Mia f copenhagen painter cucumber blue 20 mouse Mimi
Simon m amsterdam gardener salad green 26 duck Pluto
Olga f warsaw singer mushroom red 32 dog Roma
Robert m marseille fisher bread grey 36 cat Nero
Paula f porto baker egg yellow 23 hen Gina
Victor m paris pilot coffee blue 34 horse Astor
Rita f gothenburg mechanic soup black 29 rabbit Tara
Gabriel m lisbon singer lemon white 22 dog Simba
Sofia f rotterdam waiter tea brown 27 cat Mila
Karl m berlin farmer potato green 40 hen Frida
Tina f london cook rice red 33 mouse Dora
Noah m stockholm librarian milk grey 24 cat Balu
Vera f vienna carpenter apple white 38 dog Cora
Peter m oxford mechanic onion black 31 rabbit Hobo
Ida f copenhagen farmer cherry brown 35 horse Freya
Samuel m madrid painter banana yellow 26 duck Donald
Nora f rome pilot mushroom grey 30 cat Minka
Emil m gothenburg doctor cucumber blue 37 dog Lupo
Alma f barcelona gardener salad yellow 21 hen Rosa
Oliver m hamburg waiter pear black 25 mouse Speedy
Eva f milan teacher tomato white 39 dog Diva
Bruno m athens fisher cheese brown 28 duck Polo`;

export const PEOPLE: readonly Person[] = rows(PEOPLE_TABLE).map(([name, gender, city, profession, food, colour, age, animal, petName]) => ({
  id: name.toLowerCase(), name, gender: gender as Gender, city, profession, food, colour, age: Number(age), pet: { animal, name: petName },
}));

/** Names without facts: stories give them facts of their own, which only the story's text can tell. */
export const STRANGERS: readonly { id: string; name: string; gender: Gender }[] = rows(`
Ada f  Alba f  Amelia f  Carla f  Diana f  Elena f  Flora f  Greta f  Irma f  Jana f  Linda f  Livia f  Lucia f  Marta f  Monica f  Petra f
Alan m  Albert m  Anton m  Boris m  Conrad m  Dario m  Erik m  Frank m  Fred m  Ivan m  Jan m  Kevin m  Lucas m  Marco m  Nico m  Otto m`.replace(/ {2}/g, '\n')).map(
  ([name, gender]) => ({ id: name.toLowerCase(), name, gender: gender as Gender }),
);

export interface Country {
  id: string;
  language: string;
  capital: string;
}

export const COUNTRIES: readonly Country[] = rows(`
italy italian rome
france french paris
germany german berlin
spain spanish madrid
portugal portuguese lisbon
netherlands dutch amsterdam
sweden swedish stockholm
england english london
greece greek athens
poland polish warsaw
austria german vienna
denmark danish copenhagen`).map(([id, language, capital]) => ({ id, language, capital }));

export interface City {
  id: string;
  country: string;
  /** Degrees north, for "north of". */
  latitude: number;
  /** Whether the city lies by the sea; null where people would argue. */
  sea: boolean | null;
  /** Whether a well-known river runs through it. */
  river: boolean;
}

export const CITIES: readonly City[] = rows(`
rome italy 41.9 no river
milan italy 45.5 no -
naples italy 40.8 yes -
paris france 48.9 no river
lyon france 45.8 no river
marseille france 43.3 yes -
berlin germany 52.5 no river
munich germany 48.1 no river
hamburg germany 53.6 ? river
madrid spain 40.4 no -
barcelona spain 41.4 yes -
seville spain 37.4 no river
lisbon portugal 38.7 yes river
porto portugal 41.1 yes river
amsterdam netherlands 52.4 ? -
rotterdam netherlands 51.9 ? river
stockholm sweden 59.3 yes -
gothenburg sweden 57.7 yes river
london england 51.5 ? river
oxford england 51.8 no river
athens greece 38.0 ? -
warsaw poland 52.2 no river
vienna austria 48.2 no river
copenhagen denmark 55.7 yes -`).map(([id, country, latitude, sea, river]) => ({
  id, country, latitude: Number(latitude), sea: sea === '?' ? null : sea === 'yes', river: river === 'river',
}));

/** Languages that have a name here: the world's own eight, and those of the other countries. */
export const LANGUAGE_NAMES: readonly { id: string; code: string | null }[] = rows(`
english en
german de
french fr
italian it
spanish es
portuguese pt
dutch nl
swedish sv
greek -
polish -
danish -`).map(([id, code]) => ({ id, code: code === '-' ? null : code }));

export interface Animal {
  id: string;
  /** Position from smallest to biggest, 0-based. */
  size: number;
  legs: number;
  /** What it eats: a noun, in the singular (a mass) or the plural. */
  eats: { id: string; number: 'sg' | 'pl' };
  habitat: string;
  kind: string | null;
  /** Whether the lexicons have a verb for its voice. */
  voice: boolean;
}

/** Smallest first. */
export const ANIMALS: readonly Animal[] = rows(`
ant 6 leaf/pl forest insect -
bee 6 honey/sg garden insect voice
spider 8 insect/pl house - -
mouse 4 cheese/sg house mammal -
frog 4 insect/pl water - voice
duck 2 bread/sg water bird voice
hen 2 seed/pl farm bird voice
rabbit 4 salad/sg garden mammal -
cat 4 fish/sg house mammal voice
fox 4 meat/sg forest mammal -
dog 4 meat/sg house mammal voice
wolf 4 meat/sg forest mammal voice
sheep 4 grass/sg farm mammal voice
pig 4 potato/pl farm mammal voice
lion 4 meat/sg savanna mammal voice
bear 4 honey/sg forest mammal voice
cow 4 grass/sg farm mammal voice
horse 4 grass/sg farm mammal voice
elephant 4 leaf/pl savanna mammal -
whale 0 fish/sg sea mammal -`).map(([id, legs, eats, habitat, kind, voice], size) => {
  const [food, number] = eats.split('/') as [string, 'sg' | 'pl'];
  return { id, size, legs: Number(legs), eats: { id: food, number }, habitat, kind: kind === '-' ? null : kind, voice: voice === 'voice' };
});

export interface Food {
  id: string;
  kind: 'fruit' | 'vegetable' | 'drink' | 'foodstuff';
  colour: string;
  /** In coins. */
  price: number;
}

export const FOODS: readonly Food[] = rows(`
apple fruit red 2
banana fruit yellow 3
cherry fruit red 1
lemon fruit yellow 4
pear fruit green 3
tomato vegetable red 2
cucumber vegetable green 4
potato vegetable brown 1
onion vegetable brown 2
salad vegetable green 5
mushroom vegetable grey 6
milk drink white 3
coffee drink black 7
tea drink brown 6
bread foodstuff brown 5
cheese foodstuff yellow 9
rice foodstuff white 4
egg foodstuff white 1
soup foodstuff red 8`).map(([id, kind, colour, price]) => ({ id, kind: kind as Food['kind'], colour, price: Number(price) }));

/** Where a profession works; what it does is a verb phrase in the lexicons. */
export const PROFESSIONS: readonly { id: string; workplace: string }[] = rows(`
baker bakery
cook restaurant
teacher school
doctor hospital
farmer farm
gardener garden
painter studio
singer theatre
pilot airport
carpenter workshop
fisher harbour
waiter cafe
librarian library
mechanic garage`).map(([id, workplace]) => ({ id, workplace }));

export const COLOURS: readonly string[] = ['red', 'blue', 'green', 'yellow', 'black', 'white', 'brown', 'grey'];

export interface Material {
  id: string;
  properties: readonly string[];
  objects: readonly string[];
}

export const MATERIALS: readonly Material[] = rows(`
wood hard table,chair,door
stone hard,heavy wall,bridge
glass hard bottle,window
paper light book,newspaper
wool soft,light pullover,blanket
iron hard,heavy key,pot
leather soft bag,shoe
cotton soft,light shirt,towel`).map(([id, properties, objects]) => ({ id, properties: properties.split(','), objects: objects.split(',') }));

/** Opposites, so that a false statement can be negated or mended. */
export const OPPOSITES: Readonly<Record<string, string>> = {
  big: 'small', small: 'big', hard: 'soft', soft: 'hard', heavy: 'light', light: 'heavy', tall: 'short', short: 'tall', old: 'young', young: 'old', fast: 'slow', slow: 'fast',
  north: 'south', south: 'north',
};

export const WEEKDAYS: readonly string[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
export const MONTHS: readonly string[] = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
export const SEASONS: readonly string[] = ['spring', 'summer', 'autumn', 'winter'];

/** The season of a month by the meteorological calendar: March begins spring. */
export function seasonOf(month: string): string {
  const index = MONTHS.indexOf(month);
  if (index < 0) throw new Error(`"${month}" is not a month of the world.`);
  return SEASONS[Math.floor(((index + 10) % 12) / 3)] as string;
}

/** Things people hold, lose and hand on in stories; they have no facts of their own. */
export const THINGS: readonly string[] = ['ball', 'hat', 'cup', 'book', 'key', 'pen', 'bag', 'bicycle'];
/** Where things are put in stories. */
export const CONTAINERS: readonly string[] = ['box', 'basket', 'cupboard', 'drawer'];
/** What is counted in stories. */
export const COUNTABLES: readonly string[] = ['apple', 'banana', 'pear', 'lemon', 'egg', 'potato', 'tomato', 'cherry', 'book', 'coin', 'ball', 'cup'];
/** Numbers have words from 0 to here; sums and prices stay within. */
export const MAX_NUMBER = 40;

/** The fields of a little table, a row a line, split at white space. */
function rows(table: string): [string, string, string, string, string, string, string, string, string][] {
  return table.trim().split('\n').map((line) => line.trim().split(/\s+/) as never);
}
