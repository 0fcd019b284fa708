/** A dataset's records in memory, a language at a time: a composition of two languages need not hold the other six. */
import type { Conversation } from '../records/conversation.ts';
import { LabError } from '../core/errors.ts';
import type { LanguageCode } from '../core/languages.ts';
import type { Entry, Ids } from './recipes/index.ts';

export class DatasetContent {
  private readonly byLanguage = new Map<LanguageCode, ReadonlyMap<string, Conversation>>();

  /** @param make every conversation of one language */
  constructor(
    readonly ids: Ids,
    private readonly make: (language: LanguageCode) => readonly Conversation[],
  ) {}

  /** @throws LabError `datasets.no-record` */
  find({ id, language }: Entry): Conversation {
    let records = this.byLanguage.get(language);
    if (!records) {
      records = new Map(this.make(language).map((conversation) => [conversation.id, conversation]));
      this.byLanguage.set(language, records);
    }
    const found = records.get(id);
    if (!found) throw new LabError('datasets.no-record', `Record "${id}" has no ${language} version.`, 'Import the dataset again.', { id, language });
    return found;
  }
}
