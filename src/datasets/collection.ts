import type { Conversation } from '../core/conversation.ts';
import { contentHash } from '../core/hash.ts';
import type { LanguageCode } from '../core/languages.ts';
import type { Findings } from './findings.ts';

interface Place {
  path: string;
  line: number;
}

/** Records gathered so far, by language, each id once. */
export class Collection {
  readonly records: Record<LanguageCode, Conversation[]> = {};
  size = 0;
  private readonly ids = new Map<string, Place>();
  private readonly contents = new Map<string, Place>();
  private repeated = 0;
  private unnamed = 0;
  private shortened = 0;

  constructor(private readonly findings: Findings) {}

  /**
   * @param place the record's place among its language's rows, which names it if it has no id of its own
   * @returns whether it was kept; if not, the reason is among the findings
   */
  add(record: Omit<Conversation, 'id'> & { id: string | null }, place: number, at: Place): boolean {
    const { language } = record;
    const own = record.id === null ? null : this.shared(record.id, language);
    const id = own ?? `#${place}`;
    const sameId = this.ids.get(`${language} ${id}`);
    if (sameId) return this.refuse(at, `has the id "${id}" of ${where(sameId, at)}`);

    const content = `${language} ${contentHash(JSON.stringify(record.messages))}`;
    const sameContent = this.contents.get(content);
    // Two ids say that a repetition is meant: in parallel data, different sentences may have the same translation.
    if (sameContent && own === null) return this.refuse(at, `is the same conversation as ${where(sameContent, at)}`);

    if (sameContent) this.repeated++;
    if (own === null) this.unnamed++;
    this.ids.set(`${language} ${id}`, at);
    if (!sameContent) this.contents.set(content, at);
    (this.records[language] ??= []).push({ ...record, id });
    this.size++;
    return true;
  }

  /** Says what was done to all of them. */
  close(): void {
    const { findings } = this;
    if (this.unnamed > 0) findings.note(`${count(this.unnamed, 'record has', 'records have')} no id and ${this.unnamed === 1 ? 'is' : 'are'} named by place (#1, #2, ...): languages align line by line.`);
    if (this.shortened > 0) findings.note(`${count(this.shortened, 'id ends', 'ids end')} in the record's language (like 12_DE) and ${this.shortened === 1 ? 'was' : 'were'} cut there, so that translations share an id.`);
    if (this.repeated > 0) findings.note(`${count(this.repeated, 'record repeats', 'records repeat')} a conversation under another id; kept.`);
  }

  /** `12_DE` in German is `12`, as MT-Bench-X writes its ids. */
  private shared(id: string, language: LanguageCode): string {
    const cut = id.length - language.length;
    const ends = cut > 1 && id.slice(cut).toLowerCase() === language && '_-'.includes(id.charAt(cut - 1));
    if (!ends) return id;
    this.shortened++;
    return id.slice(0, cut - 1);
  }

  private refuse(at: Place, reason: string): false {
    this.findings.refuse(at.path, at.line, reason);
    return false;
  }
}

function where(first: Place, now: Place): string {
  return first.path === now.path ? `line ${first.line}` : `${first.path}, line ${first.line}`;
}

function count(n: number, one: string, many: string): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}
