/**
 * npm run world: what pretrain.py reads (.cache/world/): train.bin and valid.bin (uint16 token ids, documents ended by
 * </s>), cloze.jsonl, meta.json. Seeded. The tokenizer in public/world/ is kept, since the checkpoints beside it were
 * made with it; `--new-tokenizer` learns another, and then the checkpoints must be pretrained again.
 *
 *   npm run world -- --tokens 24e6 --seed 1
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { WORLD_LANGUAGES } from '../../src/world/lexicon/types.ts';
import { clozeItems } from '../../src/world/stories/cloze.ts';
import { type Bpe, BpeEncoder, readBpe, tokenizerConfig, tokenizerJson, trainBpe } from './bpe.ts';
import { corpus, tokenizerSample } from './corpus.ts';

const VOCABULARY = 4096;
const TOKENIZER = 'public/world/tokenizer.json';
const VALID_TOKENS = 400_000;

const { values } = parseArgs({
  options: { tokens: { type: 'string', default: '24e6' }, seed: { type: 'string', default: '1' }, out: { type: 'string', default: '.cache/world' }, 'new-tokenizer': { type: 'boolean', default: false } },
});
const total = Number(values.tokens);
mkdirSync(values.out, { recursive: true });
mkdirSync('public/world', { recursive: true });

/** The tokenizer in public/world/, or, where there is none or `--new-tokenizer` asks for it, one learned now and written there. */
function tokenizer(): Bpe {
  if (existsSync(TOKENIZER) && !values['new-tokenizer']) return readBpe(readFileSync(TOKENIZER, 'utf8'));
  console.log('Learning the tokenizer ...');
  const learned = trainBpe(tokenizerSample(values.seed), VOCABULARY);
  writeFileSync(TOKENIZER, JSON.stringify(tokenizerJson(learned)));
  writeFileSync('public/world/tokenizer_config.json', `${JSON.stringify(tokenizerConfig(), null, 2)}\n`);
  return learned;
}

const bpe = tokenizer();
const encoder = new BpeEncoder(bpe);
for (const [name, tokens] of [['train', total], ['valid', Math.min(VALID_TOKENS, total / 10)]] as const) {
  const { ids, counts } = corpus(encoder, values.seed, name, tokens);
  writeFileSync(`${values.out}/${name}.bin`, Buffer.from(ids.buffer));
  console.log(`${name}: ${ids.length} tokens`, counts);
}
const items = WORLD_LANGUAGES.flatMap((language) => clozeItems(language));
const lines = items.map((item) => JSON.stringify({ ...item, prompt_ids: encoder.encode(item.prompt), answer_ids: encoder.encode(item.answer) }));
writeFileSync(`${values.out}/cloze.jsonl`, lines.join('\n') + '\n');
writeFileSync(`${values.out}/meta.json`, JSON.stringify({ vocab_size: bpe.tokens.length, seed: Number(values.seed) }));
console.log(`${items.length} cloze items`);
