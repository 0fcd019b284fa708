import type { Conversation } from '../../records/conversation.ts';
import { contentHash } from '../../core/hash.ts';
import type { LanguageCode } from '../../core/languages.ts';
import type { Findings } from './findings.ts';
import { PLACE_NAME } from './layouts.ts';

interface Place {
  path: string;
  line: number;
}

/** A record's id: as the file has it, and as its translations share it. */
interface Named {
  written: string;
  shared: string;
}

/** Records gathered so far, by language, each id once. */
export class Collection {
  readonly records: Record<LanguageCode, Conversation[]> = {};
  size = 0;
  private readonly ids = new Map<string, Place & { written: string }>();
  private readonly contents = new Map<string, Place>();
  private repeated = 0;
  private unnamed = 0;
  private shortened = 0;
  private normalised = 0;

  constructor(private readonly findings: Findings) {}

  /**
   * @param place the record's place among its language's rows, which names it if it has no id of its own
   * @returns whether it was kept; if not, the reason is among the findings
   */
  add(record: Omit<Conversation, 'id'> & { id: string | null }, place: number, at: Place): boolean {
    const { language } = record;
    const own = record.id === null ? null : named(record.id, language);
    const id = own?.shared ?? `#${place}`;
    const first = this.ids.get(`${language} ${id}`);
    if (first) return this.refuse(at, sameId(id, own?.written ?? id, first, at));

    const content = `${language} ${contentHash(JSON.stringify(record.messages))}`;
    const sameContent = this.contents.get(content);
    // Two ids say that a repetition is meant: in parallel data, different sentences may have the same translation.
    if (sameContent && own === null) return this.refuse(at, `is the same conversation as ${where(sameContent, at)}`);

    if (sameContent) this.repeated++;
    if (own === null) this.unnamed++;
    else if (own.shared !== own.written.normalize('NFC')) this.shortened++;
    else if (own.shared !== own.written) this.normalised++;
    this.ids.set(`${language} ${id}`, { ...at, written: own?.written ?? id });
    if (!sameContent) this.contents.set(content, at);
    (this.records[language] ??= []).push({ ...record, id });
    this.size++;
    return true;
  }

  /** Says what was done to all of them. */
  close(): void {
    const { findings } = this;
    if (this.unnamed > 0)
      findings.note(
        `${count(this.unnamed, 'record has', 'records have')} no id and ${this.unnamed === 1 ? 'is' : 'are'} named by place (#1, #2, ...): languages align line by line.`,
      );
    if (this.shortened > 0)
      findings.note(
        `${count(this.shortened, 'id ends', 'ids end')} in the record's language (like 12_DE) and ${this.shortened === 1 ? 'was' : 'were'} cut there, so that translations share an id.`,
      );
    if (this.normalised > 0)
      findings.note(
        `${count(this.normalised, 'id was', 'ids were')} brought into Unicode's composed form (NFC), so that ids which look alike are alike.`,
      );
    if (this.repeated > 0)
      findings.note(
        `${count(this.repeated, 'record repeats', 'records repeat')} a conversation under another id; kept.`,
      );
  }

  private refuse(at: Place, reason: string): false {
    this.findings.refuse(at.path, at.line, reason);
    return false;
  }
}

/** `12_DE` in German is `12`, as MT-Bench-X writes its ids; and an id is the same however its letters are composed. */
function named(written: string, language: LanguageCode): Named {
  const id = written.normalize('NFC');
  const cut = id.length - language.length;
  const ends = cut > 1 && id.slice(cut).toLowerCase() === language && '_-'.includes(id.charAt(cut - 1));
  const shared = ends ? id.slice(0, cut - 1) : id;
  return { written, shared: PLACE_NAME.test(shared) ? id : shared };
}

/** Two records with one id: a person has to see where it is written in another way than it counts. */
function sameId(id: string, here: string, first: Place & { written: string }, at: Place): string {
  const ways = [
    here === id ? '' : `here written "${here}"`,
    first.written === id ? '' : `there written "${first.written}"`,
  ].filter(Boolean);
  return `has the id "${id}" of ${where(first, at)}${ways.length > 0 ? ` (${ways.join(', ')})` : ''}`;
}

function where(first: Place, now: Place): string {
  return first.path === now.path ? `line ${first.line}` : `${first.path}, line ${first.line}`;
}

function count(n: number, one: string, many: string): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}
