/**
 * White space of a Jinja template, settled before the template is compiled.
 *
 * transformers renders chat templates with Python's Jinja2, `trim_blocks` and `lstrip_blocks` on. `@huggingface/jinja` computes
 * expressions and statements alike, but treats white space by patterns over the whole source, which differ from Jinja2's lexer:
 * at line ends of Windows, where a tag closes on a line of its own, at `{%+`. So the source is read here as Jinja2's lexer
 * reads it (lexer.py: `tokeniter`), and every piece of text is written as an expression, which no rule touches any more.
 */

/** Begin and end of the block that marks what the assistant generates, as text that a rendering can be searched for. */
export interface Marks {
  open: string;
  close: string;
}

const CLOSING = { '{%': '%}', '{{': '}}', '{#': '#}' } as const;
type Opening = keyof typeof CLOSING;

interface Tag {
  kind: Opening;
  /** Between the signs: ` if x `. */
  code: string;
  /** `-` or `+` at its ends. */
  before: string;
  after: string;
  /** Where the source goes on. */
  end: number;
}

/** @returns a template without white space of its own, for `@huggingface/jinja`. @throws Error where a tag is not closed */
export function settled(source: string, { open, close }: Marks): string {
  const text = source.replace(/\r\n?/g, '\n').replace(/\n$/, '');
  const out: string[] = [];
  let at = 0;
  let lineStart = true;
  let stripNext = false;
  let dropNewline = false;
  while (at <= text.length) {
    const next = nextOpening(text, at);
    let piece = text.slice(at, next ?? text.length);
    let begins = lineStart;
    if (stripNext) {
      const stripped = piece.trimStart();
      begins = piece.length > stripped.length ? piece[piece.length - stripped.length - 1] === '\n' : begins;
      piece = stripped;
    } else if (dropNewline && piece.startsWith('\n')) {
      piece = piece.slice(1);
      begins = true;
    }
    if (next === null) {
      out.push(literal(piece));
      break;
    }
    const tag = readTag(text, next);
    if (tag.before === '-') piece = piece.trimEnd();
    else if (tag.before === '' && tag.kind !== '{{') piece = withoutIndent(piece, begins);
    out.push(literal(piece));
    const name = tag.kind === '{%' ? tag.code.trim() : '';
    let { end, after } = tag;
    if (name === 'raw') {
      const raw = readRaw(text, end, after === '-');
      out.push(literal(raw.text));
      ({ end, after } = raw);
    } else if (name === 'generation' || name === 'endgeneration') out.push(literal(name === 'generation' ? open : close));
    else if (tag.kind !== '{#') out.push(`${tag.kind}${tag.code}${CLOSING[tag.kind]}`);
    at = end;
    stripNext = after === '-';
    dropNewline = after === '' && tag.kind !== '{{';
    lineStart = text[end - 1] === '\n';
  }
  return out.join('');
}

/** lstrip_blocks: white space between the start of a line and a tag goes. */
function withoutIndent(piece: string, atLineStart: boolean): string {
  const line = piece.lastIndexOf('\n') + 1;
  return (line > 0 || atLineStart) && /^\s+$/.test(piece.slice(line)) ? piece.slice(0, line) : piece;
}

function nextOpening(text: string, from: number): number | null {
  for (let at = text.indexOf('{', from); at >= 0; at = text.indexOf('{', at + 1)) if (Object.hasOwn(CLOSING, text.slice(at, at + 2))) return at;
  return null;
}

/** A tag with its signs. A closing sign counts outside strings and brackets alone, but for comments, which end at the first. */
function readTag(text: string, begin: number): Tag {
  const kind = text.slice(begin, begin + 2) as Opening;
  const closing = CLOSING[kind];
  let at = begin + 2;
  const before = text[at] === '-' || text[at] === '+' ? (text[at++] as string) : '';
  let code = '';
  let depth = 0;
  for (;;) {
    const sign = text[at];
    if (sign === undefined) throw new SyntaxError(`a tag that begins with ${kind} is not closed`);
    if ((depth === 0 || kind === '{#') && text.startsWith(closing, at)) break;
    const sticks = depth === 0 && (sign === '-' || (sign === '+' && kind !== '{{')) && text.startsWith(closing, at + 1);
    if (sticks) return { kind, code, before, after: sign, end: at + 3 };
    if (kind !== '{#' && (sign === '"' || sign === "'")) {
      const string = readString(text, at);
      code += string.code;
      at = string.end;
      continue;
    }
    if ('([{'.includes(sign)) depth++;
    else if (')]}'.includes(sign)) depth = Math.max(0, depth - 1);
    code += sign;
    at++;
  }
  return { kind, code, before, after: '', end: at + 2 };
}

/** Escapes that `@huggingface/jinja` reads; Python leaves the others as they stand. */
const ESCAPES = new Set('ntrbfvxu\'"\\');

function readString(text: string, begin: number): { code: string; end: number } {
  const quote = text[begin];
  let code = quote as string;
  let at = begin + 1;
  while (text[at] !== quote) {
    const sign = text[at];
    if (sign === undefined) throw new SyntaxError('a string is not closed');
    if (sign === '\\') {
      const escaped = text[at + 1] ?? '';
      code += ESCAPES.has(escaped) ? `\\${escaped}` : `\\\\${escaped}`;
      at += 2;
    } else {
      code += sign;
      at++;
    }
  }
  return { code: code + (quote as string), end: at + 1 };
}

/** What stands between `{% raw %}` and `{% endraw %}`, as it stands. */
function readRaw(text: string, begin: number, strip: boolean): { text: string; after: string; end: number } {
  const found = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/.exec(text.slice(begin));
  if (!found) throw new SyntaxError('a raw block is not closed');
  let piece = text.slice(begin, begin + found.index);
  if (strip) piece = piece.trimStart();
  if (found[1] === '-') piece = piece.trimEnd();
  else if (found[1] === '') piece = withoutIndent(piece, false);
  return { text: piece, after: found[2] as string, end: begin + found.index + found[0].length };
}

/** Text as an expression; nothing for none. */
function literal(piece: string): string {
  if (piece === '') return '';
  const escaped = piece.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return `{{ '${escaped}' }}`;
}
