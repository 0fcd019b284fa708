/** The pretraining corpus as token ids, and the smaller sample that a tokenizer learns from. Both follow from a seed. */
import { Rng } from '../../src/core/rng.ts';
import { systemLine } from '../../src/engine/text/system.ts';
import { worldConversations } from '../../src/world/datasets.ts';
import { WORLD_LANGUAGES, type WorldLanguage } from '../../src/world/lexicon/types.ts';
import { document } from '../../src/world/stories/document.ts';
import type { BpeEncoder } from './bpe.ts';

/** `</s>`, which ends every document. */
export const EOS = 2;

/** Share of the corpus's tokens, per cent: English dominant, the study's five well ahead of the unseen three. */
export const SHARES: Readonly<Record<WorldLanguage, number>> = { en: 40, de: 11, fr: 11, it: 11, es: 11, pt: 5.4, nl: 5.3, sv: 5.3 };

/** Characters a language of the tokenizer's sample: equal, so that no language is cut finer. */
const SAMPLE = 1_200_000;

export interface Corpus {
  /** Documents one after the other, each ended by `</s>`. */
  ids: Uint16Array;
  /** Tokens a language. */
  counts: Record<WorldLanguage, number>;
}

/**
 * At least `tokens` tokens, the languages interleaved by always writing in the one furthest behind its share.
 * @param name names the random stream: `train` and `valid` share nothing but the world
 */
export function corpus(encoder: BpeEncoder, seed: string, name: string, tokens: number): Corpus {
  const ids: number[] = [];
  const counts = Object.fromEntries(WORLD_LANGUAGES.map((code) => [code, 0])) as Record<WorldLanguage, number>;
  const rngs = Object.fromEntries(WORLD_LANGUAGES.map((code) => [code, new Rng(`${seed}/${name}/${code}`)])) as Record<WorldLanguage, Rng>;
  while (ids.length < tokens) {
    const language = WORLD_LANGUAGES.reduce((a, b) => (counts[a] / SHARES[a] <= counts[b] / SHARES[b] ? a : b));
    const encoded = encoder.encode(document(language, rngs[language]));
    for (const id of encoded) ids.push(id);
    ids.push(EOS);
    counts[language] += encoded.length + 1;
  }
  return { ids: Uint16Array.from(ids), counts };
}

/** Corpus text in equal parts, and some questions and instructions, so that their words and the chat's frame are tokens too. */
export function* tokenizerSample(seed: string): Generator<string> {
  for (const language of WORLD_LANGUAGES) {
    const rng = new Rng(`${seed}/sample/${language}`);
    for (let size = 0; size < SAMPLE; ) {
      const text = document(language, rng);
      size += text.length;
      yield text;
    }
    const system = { role: 'system', content: systemLine(language) };
    for (const { messages } of worldConversations('lima-x-world', language)) yield [system, ...messages].map(({ role, content }) => `${role.charAt(0).toUpperCase()}${role.slice(1)}: ${content}`).join('\n');
  }
}
