/** The questions of a benchmark by language and category, with their references. */
import { Task } from '@lit/task';
import { html, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { styleMap } from 'lit/directives/style-map.js';
import type { LanguageCode } from '../../core/languages.ts';
import type { Category } from '../../records/question.ts';
import { CATEGORY_NAMES, languageName } from '../names.ts';
import { View } from '../view.ts';
import { choice } from './choice.ts';
import { pager } from './pager.ts';
import './records.css';
import type { BenchmarkSummary } from '../../records/benchmark.ts';

const LIMIT = 5;

@customElement('pinch-question-browser')
export class QuestionBrowser extends View {
  @property({ attribute: false }) source!: BenchmarkSummary;
  @state() private language: LanguageCode = '';
  @state() private category: Category | '' = '';
  @state() private offset = 0;

  private readonly questions = new Task(this, {
    task: ([id, language, category]) => this.lab.benchmarks.questions(id, { ...(language ? { language } : {}), ...(category ? { category } : {}) }),
    args: () => [this.source.id, this.language, this.category] as const,
  });

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('source')) return;
    this.language = this.source.languages[0] ?? '';
    this.category = '';
    this.offset = 0;
  }

  protected override render(): TemplateResult {
    const all = this.questions.value ?? [];
    return html`<div class="stack">
      <div class="columns" style=${styleMap({ '--column': '14rem' })}>
        ${choice('Language', this.language, this.source.languages.map((code) => [code, languageName(code)]), (value) => ((this.language = value), (this.offset = 0)))}
        ${choice('Category', this.category, [['', 'All categories'], ...this.source.categories.map((name) => [name, CATEGORY_NAMES[name]] as const)], (value) => ((this.category = value as Category | ''), (this.offset = 0)))}
      </div>
      <div class="stack" style=${styleMap({ 'min-block-size': '12rem' })}>
        ${all.slice(this.offset, this.offset + LIMIT).map((question) => html`<article class="record">
          <h3 class="tag">${question.question_id} · ${CATEGORY_NAMES[question.category]}</h3>
          <ol class="stack-tight" lang=${question.language}>${question.turns.map((turn, i) => html`<li><p class="words">${turn}</p>${question.reference[i] ? html`<p class="words small quiet"><span lang="en">Reference:</span> ${question.reference[i]}</p>` : ''}</li>`)}</ol>
        </article>`)}
      </div>
      ${pager({ total: all.length, offset: this.offset, limit: LIMIT, what: 'questions', onMove: (offset) => (this.offset = offset) })}
    </div>`;
  }
}
