/** Small tokenizers in tokenizer.json form, written by hand so that tests can say what the ids must be. */
import { loadTokenizer, type Tokenizer } from '../../src/engine/text/tokenizer.ts';

/** GPT-2's printable stand-ins for bytes: printable Latin-1 stands for itself, the rest is moved up from 256. */
function byteSymbols(): string[] {
  let moved = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
    return String.fromCharCode(printable ? byte : moved++);
  });
}

const SPECIAL = ['<pad>', '<s>', '</s>', '<|im_start|>', '<|im_end|>'];
const special = (content: string, id: number): object => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true });

/** Byte-level BPE as GPT-2, Llama 3 and SmolLM have it. ids 0-4: SPECIAL; 5 + byte: bytes; 261...: the merges, in order. */
export const MERGES = ['U s', 'Us e', 'Use r', 'A s', 'As s', 'Ġ J', 'ĠJ a', 'Ġ N', ': Ġ'];
export function byteLevelJson(): object {
  const symbols = byteSymbols();
  const vocab = Object.fromEntries([...SPECIAL, ...symbols, ...MERGES.map((merge) => merge.replace(' ', ''))].map((token, id) => [token, id]));
  return {
    version: '1.0',
    added_tokens: SPECIAL.map(special),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, vocab, merges: MERGES },
  };
}
export const byteId = (character: string): number => 5 + character.charCodeAt(0);
export const mergeId = (merge: string): number => 261 + MERGES.indexOf(merge);

/** @param added tokens tokens in place of those with the same id */
export function byteLevel(config: object = {}, { added = [] }: { added?: { id: number; content: string; special: boolean }[] } = {}): Tokenizer {
  const json = byteLevelJson() as { added_tokens: { id: number }[] };
  json.added_tokens = json.added_tokens.map((token) => ({ ...token, ...added.find(({ id }) => id === token.id) }));
  return loadTokenizer(json, { bos_token: '<s>', eos_token: '</s>', pad_token: '<pad>', ...config });
}

/** Llama 2's way: no pre-tokenizer, spaces written as ▁, one of them put before every text, BOS put first by a template. */
export function sentencePieceJson(): object {
  const pieces = ['<pad>', '<s>', '</s>', '▁', ...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:.!?\n', '▁a', '▁J', '▁Ja'];
  return {
    version: '1.0',
    added_tokens: ['<pad>', '<s>', '</s>'].map(special),
    normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, { type: 'Replace', pattern: { String: ' ' }, content: '▁' }] },
    pre_tokenizer: null,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
    },
    decoder: { type: 'Sequence', decoders: [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'Fuse' }, { type: 'Strip', content: ' ', start: 1, stop: 0 }] },
    model: { type: 'BPE', dropout: null, unk_token: '<pad>', continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: true, byte_fallback: false, vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])), merges: ['▁ a', '▁ J', '▁J a'] },
  };
}
