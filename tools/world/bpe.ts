/**
 * Byte-level byte-pair encoding (Sennrich et al. 2016; bytes as in GPT-2): trained here, small and deterministic,
 * and written in the form Hugging Face tokenizers read, which is what the lab itself loads it with.
 *
 * Pre-tokenisation is one regular expression: a run of letters with the space before it, a single digit, a run of
 * other signs, or white space. Digits stand alone so that numbers are read the same way wherever they are.
 */
export const PRE_TOKEN = " ?\\p{L}+| ?\\p{N}| ?[^\\s\\p{L}\\p{N}]+|\\s+";

export const SPECIALS = ['<pad>', '<s>', '</s>', '<unk>'] as const;

/** GPT-2's printable stand-in for each of the 256 bytes. */
export const BYTE_CHARS: readonly string[] = (() => {
  const printable = (b: number): boolean => (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || (b >= 0xae && b <= 0xff);
  let spare = 0x100;
  return Array.from({ length: 256 }, (_, b) => String.fromCodePoint(printable(b) ? b : spare++));
})();

export interface Bpe {
  /** Token text (in byte characters) by id; the specials come first. */
  tokens: string[];
  /** Pairs in the order they were learned. */
  merges: [string, string][];
}

/** The bytes of `text`, written in byte characters. */
export function byteText(text: string): string {
  let out = '';
  for (const byte of new TextEncoder().encode(text)) out += BYTE_CHARS[byte] as string;
  return out;
}

/**
 * Learns merges until the vocabulary has `size` tokens. The most frequent pair wins; of equally frequent ones the
 * first in code-point order, so that the result depends on the texts alone.
 * @param texts balanced sample of what will be tokenised
 */
export function trainBpe(texts: Iterable<string>, size: number): Bpe {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const [word] of text.matchAll(new RegExp(PRE_TOKEN, 'gu'))) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const words = [...counts].map(([word, count]) => ({ parts: [...byteText(word)], count }));
  const tokens: string[] = [...SPECIALS, ...BYTE_CHARS];
  const merges: [string, string][] = [];
  const pairs = new PairCounts();
  words.forEach((word, index) => pairs.add(word.parts, word.count, index));
  while (tokens.length < size) {
    const best = pairs.best();
    if (!best) break;
    const [left, right] = best;
    merges.push([left, right]);
    tokens.push(left + right);
    for (const index of pairs.wordsWith(left, right)) {
      const word = words[index] as { parts: string[]; count: number };
      pairs.add(word.parts, -word.count, index);
      word.parts = mergePair(word.parts, left, right);
      pairs.add(word.parts, word.count, index);
    }
  }
  return { tokens, merges };
}

class PairCounts {
  private readonly count = new Map<string, number>();
  private readonly words = new Map<string, Set<number>>();

  add(parts: readonly string[], weight: number, word: number): void {
    for (let i = 0; i + 1 < parts.length; i++) {
      const pair = `${parts[i]} ${parts[i + 1]}`;
      const count = (this.count.get(pair) ?? 0) + weight;
      if (count > 0) this.count.set(pair, count);
      else this.count.delete(pair);
      if (weight > 0) {
        const holders = this.words.get(pair);
        if (holders) holders.add(word);
        else this.words.set(pair, new Set([word]));
      }
    }
  }

  best(): [string, string] | null {
    let best: string | null = null;
    let most = 1; // a pair seen once teaches nothing
    for (const [pair, count] of this.count) {
      if (count > most || (count === most && best !== null && pair < best)) {
        best = pair;
        most = count;
      }
    }
    return best === null ? null : (best.split(' ') as [string, string]);
  }

  /** Words that had the pair when it was counted; some may have lost it to an earlier merge. */
  wordsWith(left: string, right: string): number[] {
    const pair = `${left} ${right}`;
    const holders = [...(this.words.get(pair) ?? [])];
    this.words.delete(pair);
    return holders;
  }
}

function mergePair(parts: readonly string[], left: string, right: string): string[] {
  const out: string[] = [];
  for (let i = 0; i < parts.length; i++) {
    if (parts[i] === left && parts[i + 1] === right) {
      out.push(left + right);
      i++;
    } else {
      out.push(parts[i] as string);
    }
  }
  return out;
}

/** A fast encoder for whole corpora: every distinct pre-token is merged once and remembered. */
export class BpeEncoder {
  private readonly ids: Map<string, number>;
  private readonly ranks: Map<string, number>;
  private readonly memory = new Map<string, number[]>();

  constructor(bpe: Bpe) {
    this.ids = new Map(bpe.tokens.map((token, id) => [token, id]));
    this.ranks = new Map(bpe.merges.map(([l, r], rank) => [`${l} ${r}`, rank]));
  }

  encode(text: string): number[] {
    const out: number[] = [];
    for (const [word] of text.matchAll(new RegExp(PRE_TOKEN, 'gu'))) {
      let known = this.memory.get(word);
      if (!known) this.memory.set(word, (known = this.merge(word)));
      for (const id of known) out.push(id);
    }
    return out;
  }

  private merge(word: string): number[] {
    let parts = [...byteText(word)];
    for (;;) {
      let best = Infinity;
      let at = -1;
      for (let i = 0; i + 1 < parts.length; i++) {
        const rank = this.ranks.get(`${parts[i]} ${parts[i + 1]}`);
        if (rank !== undefined && rank < best) {
          best = rank;
          at = i;
        }
      }
      if (at < 0) break;
      parts = mergePair(parts, parts[at] as string, parts[at + 1] as string);
    }
    return parts.map((part) => this.ids.get(part) as number);
  }
}

/** tokenizer.json as Hugging Face's tokenizers library reads it. */
export function tokenizerJson(bpe: Bpe): unknown {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIALS.map((content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true })),
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: PRE_TOKEN }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(bpe.tokens.map((token, id) => [token, id])),
      merges: bpe.merges.map(([l, r]) => `${l} ${r}`),
    },
  };
}

/** The vocabulary and merges of a tokenizer.json this module wrote. */
export function readBpe(json: string): Bpe {
  const { vocab, merges } = (JSON.parse(json) as { model: { vocab: Record<string, number>; merges: string[] } }).model;
  return { tokens: Object.keys(vocab).toSorted((a, b) => (vocab[a] as number) - (vocab[b] as number)), merges: merges.map((pair) => pair.split(' ') as [string, string]) };
}

/** Weber et al. 2024's chat form: a system line once, then User and Assistant turns; `</s>` ends an assistant turn. */
export const CHAT_TEMPLATE =
  "{% for message in messages %}{% if not loop.first %}{{ '\\n' }}{% endif %}" +
  "{% if message['role'] == 'system' %}{{ 'System: ' + message['content'] }}" +
  "{% elif message['role'] == 'user' %}{{ 'User: ' + message['content'] }}" +
  "{% else %}{{ 'Assistant: ' + message['content'] + eos_token }}{% endif %}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '\\nAssistant:' }}{% endif %}";

export function tokenizerConfig(): unknown {
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    bos_token: '<s>',
    eos_token: '</s>',
    pad_token: '<pad>',
    unk_token: '<unk>',
    add_bos_token: false,
    add_eos_token: false,
    clean_up_tokenization_spaces: false,
    model_max_length: 512,
    chat_template: CHAT_TEMPLATE,
  };
}
