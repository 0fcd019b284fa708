// node tools/run-ts.mjs tools/language/bench.ts [--database=extrasmall|small|medium|large] [--seed=1]
// What the language gate says of independent texts (tools/language/texts.ts), a row a language, as a Markdown table: its own
// long and short texts (right, wrong, untold), and the long and short texts of every other language (wrong, right, untold).
import { parseArgs } from 'node:util';
import { judgeLanguage } from '../../src/engine/text/language-gate.ts';
import type { Detector } from '../../src/engine/text/identify.ts';
import { DECLARATIONS, textsOf, UNREAD } from './texts.ts';
import type { LanguageVerdict } from '../../src/records/results.ts';

type Counts = Record<LanguageVerdict, number>;
type Length = 'long' | 'short';

const { values } = parseArgs({ options: { database: { type: 'string', default: 'extrasmall' }, seed: { type: 'string', default: '1' } } });
const { eld } = (await import(`eld/${values.database}`)) as { eld: Detector };

/** Languages that share a declaration, or are found to be the same, are not held against each other. */
const KIN = [['no', 'nb', 'nn'], ['hr', 'bs', 'sr'], ['ms', 'id']];
const akin = (a: string, b: string): boolean => a === b || KIN.some((group) => group.includes(a) && group.includes(b));

async function count(texts: readonly string[], asked: string): Promise<Counts> {
  const counts: Counts = { right: 0, wrong: 0, untold: 0 };
  for (const text of texts) counts[await judgeLanguage(text, asked, eld)]++;
  return counts;
}

const texts = new Map(Object.entries(DECLARATIONS).map(([language, names]) => [language, names.map((name) => textsOf(name, language, Number(values.seed)))]));
const of = (language: string, length: Length): string[] => (texts.get(language) ?? []).flatMap((each) => each[length]);
/** Every tenth text of every language that is not akin. */
const others = (language: string, length: Length): string[] => [...texts.keys()].filter((other) => !akin(language, other)).flatMap((other) => of(other, length).filter((_, i) => i % 10 === 0));
const total: Record<string, Counts> = {};

async function cells(list: string[], asked: string, order: readonly LanguageVerdict[], column: string): Promise<string> {
  const counts = await count(list, asked);
  const sum = (total[column] ??= { right: 0, wrong: 0, untold: 0 });
  for (const verdict of order) sum[verdict] += counts[verdict];
  return `${list.length} | ${order.map((verdict) => counts[verdict]).join(' | ')}`;
}

console.log(`database ${values.database}, seed ${values.seed}\n`);
console.log('| asked | long: n | right | wrong | untold | short: n | right | wrong | untold | others, long: n | wrong | right | untold | others, short: n | wrong | right | untold |');
console.log(`|---|${'---:|'.repeat(16)}`);
const [own, foreign] = [['right', 'wrong', 'untold'], ['wrong', 'right', 'untold']] as const;
for (const language of texts.keys()) {
  const row = [await cells(of(language, 'long'), language, own, 'long'), await cells(of(language, 'short'), language, own, 'short')];
  row.push(await cells(others(language, 'long'), language, foreign, 'others, long'), await cells(others(language, 'short'), language, foreign, 'others, short'));
  console.log(`| ${language} | ${row.join(' | ')} |`);
}
for (const [column, { right, wrong, untold }] of Object.entries(total)) console.log(`${column}: ${right} right, ${wrong} wrong, ${untold} untold`);

console.log('\n| asked | text | n | right | wrong | untold |\n|---|---|---:|---:|---:|---:|');
for (const [language, names] of Object.entries(UNREAD)) {
  for (const name of names) {
    const list = textsOf(name, language, Number(values.seed));
    console.log(`| ${language} | ${name} | ${await cells([...list.long, ...list.short], language, own, 'unread')} |`);
  }
}
