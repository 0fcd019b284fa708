/** The README.md of an exported model, in the Hub's layout: what it is, what it was tuned on, how, and what it scored. */
import type { Estimate } from '../app/facade.ts';

export interface ModelCard {
  /** As people will see it. */
  name: string;
  base: string;
  dataset: string;
  mix: string;
  /** BCP 47 codes of the mix. */
  languages: readonly string[];
  /** Record ids the mix draws on; null: all of the dataset's. */
  records: number | null;
  seed: number;
  steps: number;
  tuning: 'lora' | 'full';
  /** Whether the weights were rounded on their way out. */
  rounded: boolean;
  /** Optimiser and adapter settings, in TRL's and PEFT's names. */
  settings: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  benchmark: string;
  /** null: the whole benchmark. */
  questionsPerCategory: number | null;
  judge: string;
  /** Mean score by language, `all` among them. */
  scores: readonly { language: string; raw: Estimate }[];
  /** The version of the lab that wrote it. */
  version: string;
}

const two = (value: number): string => value.toFixed(2);

/** Markdown with the Hub's YAML header. Every value is quoted or escaped: names come from people. */
export function modelCard(card: ModelCard): string {
  const scored = card.scores.filter(({ raw }) => raw.n > 0);
  return [
    '---',
    'library_name: transformers',
    'pipeline_tag: text-generation',
    `base_model: ${JSON.stringify(card.base)}`,
    ...(card.languages.length > 0 ? ['language:', ...card.languages.map((code) => `- ${code}`)] : []),
    'tags:',
    '- pinch-lab',
    ...(card.tuning === 'lora' ? ['- lora'] : []),
    '---',
    '',
    `# ${plain(card.name)}`,
    '',
    `${plain(card.base)}, tuned ${card.tuning === 'lora' ? 'with LoRA ' : ''}in a browser by Pinch Lab ${card.version}; ${card.tuning === 'lora' ? 'the adapter is folded into the weights' : 'all weights were trained'}.${card.rounded ? ' Rounded afterwards: matrices to four bits in blocks of 32, embedding and head to eight. The scores below are those of the weights as they were.' : ''}`,
    '',
    '## Data',
    '',
    `- dataset: ${plain(card.dataset)}`,
    `- mix: ${plain(card.mix)} (${card.languages.join(', ')})`,
    `- records: ${card.records ?? 'all'}`,
    `- seed: ${card.seed}`,
    '',
    '## Training',
    '',
    `- optimiser steps: ${card.steps}`,
    ...Object.entries(card.settings).map(([key, value]) => `- ${key}: ${plain(Array.isArray(value) ? value.join(', ') : String(value))}`),
    '',
    '## Scores',
    '',
    ...(scored.length === 0
      ? ['It has not been graded.']
      : [
          `Benchmark ${plain(card.benchmark)}${card.questionsPerCategory === null ? '' : `, ${card.questionsPerCategory} questions of each category`}; judge: ${plain(card.judge)}. Means of both turns from 1 to 10, with 95 % bootstrap intervals by question.`,
          '',
          '| language | score | 95 % interval | n |',
          '|---|---|---|---|',
          ...scored.map(({ language, raw }) => `| ${language} | ${two(raw.mean)} | ${raw.low < raw.high ? `${two(raw.low)} to ${two(raw.high)}` : 'none'} | ${raw.n} |`),
        ]),
    '',
  ].join('\n');
}

/** Text that Markdown and HTML leave alone. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>#|&]/g, (char) => `\\${char}`);
}
