/**
 * Added tokens with `single_word`: in the middle of a word they are text (tokenizers, added_vocabulary.rs `find_matches`).
 * `@huggingface/tokenizers` 0.2.0 reads the field and splits there all the same.
 */
import type { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';

interface Splitter {
  split(text: string): string[];
}
interface Inner {
  added_tokens_map: ReadonlyMap<string, { single_word: boolean }>;
  splitter_unnormalized: Splitter;
  splitter_normalized: Splitter;
}

const ENDS_IN_WORD = /[\p{L}\p{M}\p{N}\p{Pc}]$/u;
const BEGINS_WITH_WORD = /^[\p{L}\p{M}\p{N}\p{Pc}]/u;

export function honourSingleWords(tokenizer: HuggingFaceTokenizer): void {
  const inner = tokenizer as unknown as Inner;
  if (![...inner.added_tokens_map.values()].some((token) => token.single_word)) return;
  for (const splitter of [inner.splitter_unnormalized, inner.splitter_normalized]) {
    const split = splitter.split.bind(splitter);
    splitter.split = (text) => joined(text, split(text), (piece) => inner.added_tokens_map.get(piece)?.single_word ?? null);
  }
}

/** @param singleWord null for what is no token */
function joined(text: string, pieces: readonly string[], singleWord: (piece: string) => boolean | null): string[] {
  const out: string[] = [];
  let at = 0;
  let open = false;
  for (const piece of pieces) {
    const kind = singleWord(piece);
    const inside = kind === true && (ENDS_IN_WORD.test(text.slice(0, at)) || BEGINS_WITH_WORD.test(text.slice(at + piece.length)));
    const plain = kind === null || inside;
    if (plain && open) out[out.length - 1] += piece;
    else out.push(piece);
    open = plain;
    at += piece.length;
  }
  return out;
}
