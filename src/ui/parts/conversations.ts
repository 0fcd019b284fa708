/**
 * The conversations behind one score, with the judge's words and the prompt it was sent; two mixes side by side where
 * asked. Everything a model, a judge or an import wrote is shown as text.
 */
import { Task } from '@lit/task';
import { html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Judgment } from '../../records/judgment.ts';
import type { LanguageCode } from '../../core/languages.ts';
import type { Answer, Category, Question } from '../../records/question.ts';
import { icon } from '../kit/icons.ts';
import '../kit/overlays.ts';
import { mixName } from '../figures/heatmap.ts';
import { CATEGORIES, CATEGORY_NAMES, languageName, sortMixes } from '../names.ts';
import { decimal, plural } from '../numbers.ts';
import { View } from '../view.ts';
import type { Behind } from './behind.ts';
import { choice } from './choice.ts';
import { pager } from './pager.ts';
import './conversations.css';

/** One answered question of one mix. */
interface Side {
  answer: Answer;
  judgments: Judgment[];
  /** Mean of the grades there are; null without any. */
  score: number | null;
}

interface Row {
  id: string;
  question: Question | null;
  sides: (Side | null)[];
}

const ORDERS = { number: 'Question number', low: 'Lowest score first', high: 'Highest score first', apart: 'Largest difference first' } as const;
type Order = keyof typeof ORDERS;
/** In place of an answer's words, by how it ended. */
const NO_TEXT: Readonly<Record<Answer['finish'][number], string>> = {
  stop: '(an empty answer)',
  length: '(an empty answer)',
  'no-room': '(no answer: the dialogue fills the model’s context; not judged)',
};

const LIMIT = 5;

@customElement('pinch-conversations')
export class Conversations extends View {
  @property({ attribute: false }) behind!: Behind;
  @state() private language: LanguageCode = '';
  @state() private category: Category | '' = '';
  @state() private other = '';
  @state() private order: Order = 'number';
  @state() private offset = 0;

  private readonly rows = new Task(this, {
    task: async ([language, other]) => (language ? this.load(language, other ? [this.behind.mix, other] : [this.behind.mix]) : []),
    args: () => [this.language, this.other] as const,
  });

  override connectedCallback(): void {
    super.connectedCallback();
    const { language, study, category, other } = this.behind;
    this.language = language === 'all' ? (study.manifest.benchmark.languages[0] ?? '') : language;
    this.category = category ?? '';
    this.other = other ?? '';
    this.order = other ? 'apart' : 'number';
  }

  protected override firstUpdated(): void {
    void this.open();
  }

  /** Once the part is there, so that it slides in. */
  private async open(): Promise<void> {
    const drawer = this.querySelector('wa-drawer');
    await drawer?.updateComplete;
    if (drawer) drawer.open = true;
  }

  private async load(language: LanguageCode, mixes: string[]): Promise<Row[]> {
    const { study, model, dataset } = this.behind;
    const questions = await this.lab.benchmarks.questions(study.manifest.benchmark.id, { language }).catch(() => [] as Question[]);
    const asked = new Map(questions.map((question) => [question.question_id, question]));
    const sides = await Promise.all(mixes.map((mix) => this.side(model, dataset, mix, language)));
    const ids = [...new Set(sides.flatMap((side) => [...side.keys()]))];
    return ids.map((id) => ({ id, question: asked.get(id) ?? null, sides: sides.map((side) => side.get(id) ?? null) }));
  }

  /** What one mix answered in one language and how it was graded; over several seeds, the first seed's answers. */
  private async side(model: string, dataset: string, mix: string, language: LanguageCode): Promise<Map<string, Side>> {
    const { study } = this.behind;
    const cell = study.cells.find((one) => one.model === model && one.dataset === dataset && one.mix === mix);
    if (!cell) return new Map();
    const [answers, judgments] = await Promise.all([this.lab.studies.answers(study.id, { cell: cell.id, language }), this.lab.studies.judgments(study.id, { cell: cell.id, language })]);
    const by = new Map<string, Judgment[]>();
    for (const judgment of judgments) by.set(judgment.question_id, [...(by.get(judgment.question_id) ?? []), judgment]);
    return new Map(answers.map((answer) => {
      const mine = (by.get(answer.question_id) ?? []).sort((a, b) => a.turn - b.turn || a.repeat - b.repeat);
      const grades = mine.flatMap((judgment) => (judgment.state === 'graded' ? [judgment.score] : []));
      return [answer.question_id, { answer, judgments: mine, score: grades.length ? grades.reduce((a, b) => a + b, 0) / grades.length : null }];
    }));
  }

  private get listed(): Row[] {
    const category = (row: Row): string | undefined => row.question?.category ?? row.sides.find(Boolean)?.judgments[0]?.category;
    const rows = (this.rows.value ?? []).filter((row) => !this.category || category(row) === this.category);
    const score = (row: Row, side: number, missing: number): number => row.sides[side]?.score ?? missing;
    const by: Record<Order, (a: Row, b: Row) => number> = {
      number: (a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }),
      low: (a, b) => score(a, 0, 99) - score(b, 0, 99),
      high: (a, b) => score(b, 0, -1) - score(a, 0, -1),
      apart: (a, b) => Math.abs(score(b, 0, 0) - score(b, 1, 0)) - Math.abs(score(a, 0, 0) - score(a, 1, 0)),
    };
    return rows.sort(by[this.order]);
  }

  protected override render(): TemplateResult {
    const { study, mix } = this.behind;
    const rows = this.listed;
    const total = rows.length;
    const title = `${this.other ? `${mix} and ${this.other}` : mix} in ${languageName(this.language)}: conversations`;
    return html`<wa-drawer class="conversations" label=${title} placement="end" light-dismiss @wa-after-hide=${(event: Event) => event.target === event.currentTarget && this.dispatchEvent(new Event('pinch-closed'))}>
      <div class="conversations-choice">
        ${choice('Language', this.language, study.manifest.benchmark.languages.map((code) => [code, languageName(code)]), (value) => ((this.language = value), (this.offset = 0)))}
        ${choice('Category', this.category, [['', 'All categories'], ...CATEGORIES.map((name) => [name, CATEGORY_NAMES[name]] as [string, string])], (value) => ((this.category = value as Category | ''), (this.offset = 0)))}
        ${choice('Beside it', this.other, [['', 'No other mix'], ...sortMixes(study.manifest.mixes, (name) => name).filter((name) => name !== mix).map((name) => [name, name] as [string, string])], (value) => ((this.other = value), (this.offset = 0)))}
        ${choice('Order', this.order, Object.entries(ORDERS).filter(([name]) => name !== 'apart' || this.other), (value) => ((this.order = value as Order), (this.offset = 0)))}
      </div>
      <p class="small quiet num conversations-count" role="status">${this.rows.render({ pending: () => 'Reading the conversations…', complete: () => this.summary(rows), error: (error) => `They could not be read: ${error instanceof Error ? error.message : String(error)}` })}</p>
      <div class="stack" aria-busy=${this.rows.status === 1}>
        ${rows.slice(this.offset, this.offset + LIMIT).map((row) => this.row(row))}
        ${pager({ total, offset: this.offset, limit: LIMIT, what: 'conversations', onMove: (offset) => (this.offset = offset) })}
      </div>
    </wa-drawer>`;
  }

  private summary(rows: readonly Row[]): string {
    if (rows.length === 0) return 'No answers here yet.';
    if (!this.other) return plural(rows.length, 'conversation');
    const both = rows.flatMap(({ sides: [a, b] }) => (a?.score != null && b?.score != null ? [a.score - b.score] : []));
    const better = both.filter((d) => d > 0).length;
    const worse = both.filter((d) => d < 0).length;
    return `${plural(both.length, 'question')} graded for both: ${this.behind.mix} higher in ${better}, ${this.other} higher in ${worse}, equal in ${both.length - better - worse}.`;
  }

  private row({ id, question, sides }: Row): TemplateResult {
    const category = question?.category ?? sides.find(Boolean)?.judgments[0]?.category;
    const names = this.other ? [this.behind.mix, this.other] : [this.behind.mix];
    const turns = question?.turns.length ?? sides.find(Boolean)?.answer.turns.length ?? 0;
    return html`<article class="conversation" lang=${this.language}>
      <header class="row spread" lang="en"><h3><span class="tag">${id}</span> ${category ? CATEGORY_NAMES[category] : ''}</h3></header>
      ${Array.from({ length: turns }, (_, turn) => html`
        <div class="asked"><span class="tag" lang="en">Question, turn ${turn + 1}</span><p class="words">${question?.turns[turn] ?? '(the question is no longer in this browser; see the prompt the judge was sent)'}</p></div>
        <div class="answered" data-sides=${sides.length}>${sides.map((side, i) => this.turn(side, turn, names[i] as string))}</div>`)}
      ${question && question.reference.length > 0 ? html`<details class="fold" lang="en"><summary>Reference answer</summary>${question.reference.map((text, i) => html`<p class="words" lang=${this.language}><span class="tag" lang="en">Turn ${i + 1}</span> ${text}</p>`)}</details>` : ''}
    </article>`;
  }

  private turn(side: Side | null, turn: number, mix: string): TemplateResult {
    if (!side) return html`<div class="side"><span class="small" lang="en">${mixName(mix)}</span><p class="quiet" lang="en">No answer yet.</p></div>`;
    const judgments = side.judgments.filter((judgment) => judgment.turn === turn + 1);
    const text = side.answer.turns[turn] ?? '';
    return html`<div class="side">
      <div class="row spread" lang="en"><span class="small">${mixName(mix)}</span>${judgments.map((judgment) => html`<span class="grade" data-state=${judgment.state}>${judgment.state === 'graded' ? html`<span class="only-read">Score </span><strong class="num">${decimal(judgment.score, Number.isInteger(judgment.score) ? 0 : 1)}</strong><span class="tiny"> of 10</span>` : 'not graded'}</span>`)}</div>
      <p class="words model-words">${text === '' ? html`<em lang="en">${NO_TEXT[side.answer.finish[turn] ?? 'stop']}</em>` : text}</p>
      ${side.answer.finish[turn] === 'length' ? html`<p class="tiny quiet" lang="en">Cut off at the token limit.</p>` : ''}
      ${judgments.map((judgment) => html`
        ${judgment.state === 'failed' ? html`<p class="small bad-words" lang="en">${icon('warning')} ${judgment.error.message} ${judgment.error.hint}</p>` : ''}
        <details class="fold" lang="en"><summary>The judge’s words (${judgment.judge[0]})</summary><div class="stack-tight">
          <p class="words judge-words">${judgment.judgment || '(no words)'}</p>
          <h4 class="tag">Prompt sent (${judgment.judge[1]})</h4>
          <pre class="prompt-words" tabindex="0">${judgment.user_prompt}</pre></div>
        </details>`)}
    </div>`;
  }
}
