/** A tokenizer against its checkpoint: what real ones look like passes, what belongs together otherwise is noted, the rest refused. */
import { expect, test } from '@playwright/test';
import { matchTokenizer } from '../../src/app/host/tokenizer-match.ts';

const from = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const token = (id: number) => ({ id, token: `<${id}>` });

interface Case {
  /** Plain tokens, and the ids added to them. */
  plain: number;
  added: number[];
  bos: number | null;
  eos: number;
  pad?: number;
  config: { vocab_size: number; bos_token_id?: number | null; eos_token_id: number[]; pad_token_id?: number | null };
}

function notes({ plain, added, bos, eos, pad = eos, config }: Case): string[] {
  return matchTokenizer({ vocabSize: plain, bos: bos === null ? null : token(bos), eos: token(eos), pad: token(pad) }, added, { bos_token_id: null, pad_token_id: null, ...config });
}

const SMOL: Case = { plain: 49152, added: from(0, 16), bos: 1, eos: 2, pad: 2, config: { vocab_size: 49152, bos_token_id: 1, eos_token_id: [2], pad_token_id: 2 } };

/** Sizes and ids of known checkpoints. */
const REAL: Record<string, Case> = {
  'SmolLM2-135M': { ...SMOL, bos: 0, eos: 0, pad: 0, config: { vocab_size: 49152, bos_token_id: 0, eos_token_id: [0] } },
  'SmolLM2-135M-Instruct': SMOL,
  'Llama-3.2-1B': { plain: 128000, added: from(128000, 128255), bos: 128000, eos: 128001, config: { vocab_size: 128256, bos_token_id: 128000, eos_token_id: [128001] } },
  'Llama-3.2-1B-Instruct': { plain: 128000, added: from(128000, 128255), bos: 128000, eos: 128009, config: { vocab_size: 128256, bos_token_id: 128000, eos_token_id: [128001, 128008, 128009] } },
  'Qwen2.5-0.5B-Instruct': { plain: 151643, added: from(151643, 151664), bos: null, eos: 151645, pad: 151643, config: { vocab_size: 151936, bos_token_id: 151643, eos_token_id: [151645] } },
  'Qwen3-0.6B': { plain: 151643, added: from(151643, 151668), bos: null, eos: 151645, pad: 151643, config: { vocab_size: 151936, bos_token_id: 151643, eos_token_id: [151645] } },
  'Gemma 3, with a token for images beyond its rows': { plain: 262144, added: [0, 1, 2, 3, 106, 262144], bos: 2, eos: 1, pad: 0, config: { vocab_size: 262144, bos_token_id: 2, eos_token_id: [1, 106], pad_token_id: 0 } },
  'Pythia-70M': { plain: 50254, added: [0, 1, ...from(50254, 50276)], bos: 0, eos: 0, config: { vocab_size: 50304, bos_token_id: 0, eos_token_id: [0] } },
  'TinyLlama-1.1B-Chat': { plain: 32000, added: [0, 1, 2], bos: 1, eos: 2, pad: 2, config: { vocab_size: 32000, bos_token_id: 1, eos_token_id: [2] } },
  'Mixtral-8x7B': { plain: 32000, added: [0, 1, 2], bos: 1, eos: 2, config: { vocab_size: 32000, bos_token_id: 1, eos_token_id: [2] } },
  'a config.json that names no special tokens': { ...SMOL, config: { vocab_size: 49152, eos_token_id: [] } },
  'a pad token in config.json alone': { ...SMOL, pad: 2, config: { ...SMOL.config, pad_token_id: 0 } },
};
for (const [name, checkpoint] of Object.entries(REAL)) {
  test(`the tokenizer of ${name} is its own, and nothing is said of it`, () => {
    expect(notes(checkpoint)).toEqual([]);
  });
}

test('a tokenizer with ids that the model has no row for is refused with both numbers', () => {
  expect(() => notes({ ...SMOL, plain: 49153 })).toThrow(expect.objectContaining({ code: 'models.vocabulary', message: 'tokenizer.json has 49153 tokens, the model only 49152.' }));
  for (const role of ['bos', 'eos', 'pad'] as const) {
    expect(() => notes({ ...SMOL, [role]: 49152 })).toThrow(expect.objectContaining({ code: 'models.vocabulary', message: `The tokenizer's ${role} token <49152> (id 49152) is beyond the 49152 rows of the model's vocabulary.`, hint: expect.stringContaining(`name another ${role}_token`) }));
  }
});

test('a tokenizer to which the model\'s end of text is an ordinary token is refused', () => {
  expect(() => notes({ ...SMOL, config: { ...SMOL.config, eos_token_id: [31, 500] } })).toThrow(expect.objectContaining({ code: 'models.special-tokens', message: expect.stringContaining('<2> (id 2), but config.json with the id 31 or 500'), hint: expect.stringContaining('correct eos_token_id') }));
});

test('special tokens that differ, as a finetune\'s may, are noted with both ids', () => {
  expect(notes({ ...SMOL, config: { ...SMOL.config, eos_token_id: [0] } })).toEqual([expect.stringContaining('ends a text with <2> (id 2), config.json with the id 0. The lab goes by the tokenizer')]);
  expect(notes({ ...SMOL, config: { ...SMOL.config, bos_token_id: 0 } })).toEqual([expect.stringContaining('begins a text with <1> (id 1), config.json with the id 0')]);
  expect(notes({ ...SMOL, pad: 4 })).toEqual([expect.stringContaining('fills rows with <4> (id 4), config.json with the id 2')]);
});

test('a tokenizer much smaller than the model\'s vocabulary is noted, a padded vocabulary is not', () => {
  const llama = { ...(REAL['TinyLlama-1.1B-Chat'] as Case) };
  expect(notes({ ...llama, config: { ...llama.config, vocab_size: 32000 + 1000 } })).toEqual([]);
  expect(notes({ ...llama, config: { ...llama.config, vocab_size: 128256 } })).toEqual([expect.stringContaining('has 32000 tokens, the model rows for 128256')]);
  expect(notes({ ...llama, added: [0, 1, 2, 127999], config: { ...llama.config, vocab_size: 128256 } }), 'added tokens count').toEqual([]);
});
