/**
 * npm run world: what pretrain.py reads (.cache/world/): train.bin and valid.bin (uint16 token ids, documents ended by
 * </s>), cloze.jsonl, meta.json. Seeded. The tokenizer in public/world/ is kept, since the checkpoints beside it were
 * made with it; `--new-tokenizer` learns another, and then the checkpoints must be pretrained again.
 *
 *   npm run world -- --tokens 18e6 --seed 1
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Rng } from '../../src/core/rng.ts';
import { worldConversations } from '../../src/world/datasets.ts';
import { WORLD_LANGUAGES, type WorldLanguage } from '../../src/world/lexicon/types.ts';
import { clozeItems } from '../../src/world/stories/cloze.ts';
import { document } from '../../src/world/stories/document.ts';
import { type Bpe, BpeEncoder, readBpe, tokenizerConfig, tokenizerJson, trainBpe } from './bpe.ts';

const VOCABULARY = 4096;
const TOKENIZER = 'public/world/tokenizer.json';
const EOS = 2;
/** Share of the corpus's tokens, per cent: English dominant, the study's five well ahead of the unseen three. */
const SHARES: Readonly<Record<WorldLanguage, number>> = { en: 40, de: 11, fr: 11, it: 11, es: 11, pt: 5.4, nl: 5.3, sv: 5.3 };
/** Characters a language of the sample that the tokenizer learns from: equal, so that no language is cut finer. */
const SAMPLE = 1_200_000;

const { values } = parseArgs({ options: { tokens: { type: 'string', default: '18e6' }, seed: { type: 'string', default: '1' }, out: { type: 'string', default: '.cache/world' }, 'new-tokenizer': { type: 'boolean', default: false } } });
const total = Number(values.tokens);
mkdirSync(values.out, { recursive: true });
mkdirSync('public/world', { recursive: true });

/** Corpus text, and a smaller part of questions and instructions, so that their words are tokens too. */
function* sample(language: WorldLanguage): Generator<string> {
  const rng = new Rng(`${values.seed}/sample/${language}`);
  for (let size = 0; size < SAMPLE; ) {
    const text = document(language, rng);
    size += text.length;
    yield text;
  }
  for (const { messages } of worldConversations('lima-x-world', language)) yield messages.map((m) => `${m.role[0]!.toUpperCase()}${m.role.slice(1)}: ${m.content}`).join('\n');
}

function* samples(): Generator<string> {
  for (const language of WORLD_LANGUAGES) yield* sample(language);
}

/** The tokenizer in public/world/, or, where there is none or `--new-tokenizer` asks for it, one learned now and written there. */
function tokenizer(): Bpe {
  if (existsSync(TOKENIZER) && !values['new-tokenizer']) return readBpe(readFileSync(TOKENIZER, 'utf8'));
  console.log('Learning the tokenizer ...');
  const learned = trainBpe(samples(), VOCABULARY);
  writeFileSync(TOKENIZER, JSON.stringify(tokenizerJson(learned)));
  writeFileSync('public/world/tokenizer_config.json', `${JSON.stringify(tokenizerConfig(), null, 2)}\n`);
  return learned;
}

const bpe = tokenizer();
const encoder = new BpeEncoder(bpe);

/** Documents of every language in turn, each until its share is full; shuffled by always feeding the hungriest. */
function corpus(name: string, tokens: number): { ids: Uint16Array; counts: Record<string, number> } {
  const ids: number[] = [];
  const counts = Object.fromEntries(WORLD_LANGUAGES.map((code) => [code, 0])) as Record<WorldLanguage, number>;
  const rngs = Object.fromEntries(WORLD_LANGUAGES.map((code) => [code, new Rng(`${values.seed}/${name}/${code}`)])) as Record<WorldLanguage, Rng>;
  while (ids.length < tokens) {
    const language = WORLD_LANGUAGES.reduce((a, b) => (counts[a] / SHARES[a] <= counts[b] / SHARES[b] ? a : b));
    const encoded = encoder.encode(document(language, rngs[language]));
    for (const id of encoded) ids.push(id);
    ids.push(EOS);
    counts[language] += encoded.length + 1;
  }
  return { ids: Uint16Array.from(ids), counts };
}

for (const [name, tokens] of [['train', total], ['valid', Math.min(400_000, total / 10)]] as const) {
  const { ids, counts } = corpus(name, tokens);
  writeFileSync(`${values.out}/${name}.bin`, Buffer.from(ids.buffer));
  console.log(`${name}: ${ids.length} tokens`, counts);
}
const items = WORLD_LANGUAGES.flatMap((language) => clozeItems(language).map((item) => ({ ...item, prompt_ids: encoder.encode(item.prompt), answer_ids: encoder.encode(item.answer) })));
writeFileSync(`${values.out}/cloze.jsonl`, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
writeFileSync(`${values.out}/meta.json`, JSON.stringify({ vocab_size: bpe.tokens.length, seed: Number(values.seed) }));
console.log(`${items.length} cloze items`);
