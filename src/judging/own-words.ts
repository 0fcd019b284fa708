/**
 * What a judge says in its own voice: its reply without its thinking and without what it quotes. A judge that thinks aloud names
 * ratings it then rejects, and one that quotes the answer repeats what the answer asked for.
 */

/** How models mark their thinking, opening and closing; a rating inside is none. */
const THINKING: readonly (readonly [open: RegExp, close: RegExp])[] = [
  // DeepSeek, Qwen and most others; Claude-like prompts; older fine-tunes.
  [/<(think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis)\b[^>]*>/iu, /<\/(think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis)>/iu],
  // Mistral's Magistral.
  [/\[THINK\]/u, /\[\/THINK\]/u],
  // Kimi.
  [/◁think▷/u, /◁\/think▷/u],
  // gpt-oss, where a server passes its channels on.
  [/<\|channel\|>(analysis|commentary)\b[^<]*<\|message\|>/u, /<\|end\|>|<\|channel\|>final<\|message\|>/u],
];

/** Quotation marks in pairs, within a line; blocks of code and of quotation. Each is cut out where it stands. */
const QUOTATIONS: readonly RegExp[] = [
  /```[\s\S]*?(?:```|$)/gu,
  /~~~[\s\S]*?(?:~~~|$)/gu,
  /^[ \t]*>.*$/gmu,
  /`[^`\n]*`/gu,
  /"[^"\n]*"/gu,
  /“[^”“\n]*[”“]/gu,
  /„[^“”\n]*[“”"]/gu,
  /”[^”\n]*”/gu,
  /«[^»\n]*»/gu,
  /»[^«\n]*«/gu,
  /‹[^›\n]*›/gu,
  /‘[^’\n]*’/gu,
  /‚[^‘’\n]*[‘’]/gu,
  /「[^」\n]*」/gu,
  /『[^』\n]*』/gu,
  // An apostrophe inside a word opens nothing.
  /(?<![\p{L}\p{N}])'[^'\n]*'(?![\p{L}\p{N}])/gu,
  /<(quote|blockquote|q)\b[^>]*>[\s\S]*?<\/\1>/giu,
];

/** In place of what was cut out: no letter, no digit, no bracket, and no end of a line. */
const CUT = '\uFFFC';

/** The reply behind its last thought; empty where the thinking is never closed. */
export function withoutThinking(reply: string): string {
  let text = reply;
  for (const [open, close] of THINKING) {
    for (let start = open.exec(text); start; start = open.exec(text)) {
      const rest = text.slice(start.index + start[0].length);
      const end = close.exec(rest);
      text = `${text.slice(0, start.index)}${CUT}${end ? rest.slice(end.index + end[0].length) : ''}`;
    }
    // Some templates open the thinking in the prompt, so that the reply only closes it.
    for (let end = close.exec(text); end; end = close.exec(text)) text = text.slice(end.index + end[0].length);
  }
  return text;
}

/** @param text without thinking */
export function withoutQuotations(text: string): string {
  return QUOTATIONS.reduce((rest, quotation) => rest.replace(quotation, CUT), text);
}
