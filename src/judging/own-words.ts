/**
 * What a judge says in its own voice: its reply without its thinking and without what it quotes. A judge that thinks aloud names
 * ratings it then rejects, and one that quotes the answer repeats what the answer asked for.
 */

/** How models mark their thinking, opening and closing; a rating inside is none. */
const THINKING: readonly (readonly [open: RegExp, close: RegExp])[] = [
  // DeepSeek, Qwen and most others; Claude-like prompts; older fine-tunes.
  [/<(think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis)\b[^<>]{0,200}>/iu, /<\/(think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis)>/iu],
  // Mistral's Magistral.
  [/\[THINK\]/u, /\[\/THINK\]/u],
  // Kimi.
  [/◁think▷/u, /◁\/think▷/u],
  // gpt-oss, where a server passes its channels on.
  [/<\|channel\|>(analysis|commentary)\b[^<]{0,200}<\|message\|>/u, /<\|end\|>|<\|channel\|>final<\|message\|>/u],
];

/** Quotation marks in pairs: the opening one and those that may close it, all within a line. */
const MARKS: Readonly<Record<string, RegExp>> = {
  '"': /"/gu, '“': /[”“]/gu, '„': /[“”"]/gu, '”': /”/gu, '«': /»/gu, '»': /«/gu, '‹': /›/gu, '›': /‹/gu,
  '‘': /’/gu, '‚': /[‘’]/gu, '「': /」/gu, '『': /』/gu, '`': /`/gu,
  // An apostrophe inside a word opens and closes nothing.
  "'": /'(?![\p{L}\p{N}])/gu,
};

/** Where a quotation may begin: a block of code or of quotation, an element, a mark. */
const OPENINGS = /```|~~~|^[ \t]*>|<(?:quote|blockquote|q)\b[^<>]{0,200}>|(?<![\p{L}\p{N}])'|["“„”«»‹›‘‚「『`]/gimu;

/** In place of what was cut out: no letter, no digit, no bracket, and no end of a line. */
const CUT = '\uFFFC';

/** The reply behind its last thought; empty where the thinking is never closed. Time is linear in the reply's length. */
export function withoutThinking(reply: string): string {
  let text = reply;
  for (const [open, close] of THINKING) {
    const [opens, closes] = [new RegExp(open, `g${open.flags}`), new RegExp(close, `g${close.flags}`)];
    const kept: string[] = [];
    let at = 0;
    for (let start = find(opens, text, at); start; start = find(opens, text, at)) {
      kept.push(text.slice(at, start.from), CUT);
      at = find(closes, text, start.to)?.to ?? text.length;
    }
    text = kept.join('') + text.slice(at);
    // Some templates open the thinking in the prompt, so that the reply only closes it.
    const last = [...text.matchAll(closes)].at(-1);
    if (last) text = text.slice(last.index + last[0].length);
  }
  return text;
}

/**
 * What stands outside quotations. The first mark that opens one decides where it ends, so that the end of one quotation never
 * begins another. Time is linear: a search that finds no end is not made again before the place it reached.
 *
 * @param text without thinking
 */
export function withoutQuotations(text: string): string {
  const kept: string[] = [];
  /** By opening: up to where it is known that nothing closes. */
  const open = new Map<string, number>();
  let at = 0;
  for (let start = find(OPENINGS, text, 0); start; start = find(OPENINGS, text, Math.max(at, start.to))) {
    const end = endOf(text, start, open);
    if (end === null) continue;
    kept.push(text.slice(at, start.from), CUT);
    at = end;
  }
  return kept.join('') + text.slice(at);
}

interface Place {
  from: number;
  to: number;
}

/** Where the quotation that opens there ends; null where it does not. */
function endOf(text: string, start: Place, open: Map<string, number>): number | null {
  const opening = text.slice(start.from, start.to).trim().toLowerCase();
  const lineEnd = text.indexOf('\n', start.to);
  const line = lineEnd < 0 ? text.length : lineEnd;
  if (opening === '>') return line;
  const element = /^<(\w+)/u.exec(opening)?.[1];
  const block = element !== undefined || opening.length === 3;
  const key = element ?? opening;
  if ((open.get(key) ?? -1) >= start.to) return null;
  const close = element === undefined ? (MARKS[opening] ?? new RegExp(opening, 'gu')) : new RegExp(`</${element}>`, 'giu');
  const found = find(close, block ? text : text.slice(start.to, line), block ? start.to : 0);
  if (found) return block ? found.to : start.to + found.to;
  // A block of code that is not closed goes on to the end.
  if (block && element === undefined) return text.length;
  open.set(key, block ? text.length : line);
  return null;
}

function find(pattern: RegExp, text: string, from: number): Place | null {
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  return match && { from: match.index, to: match.index + match[0].length };
}
