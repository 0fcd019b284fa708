/** The README.md of an exported model or adapter, in the Hub's layout: what it is, what it was tuned on, how, and what it scored. */
import type { Storage } from '../models/stored.ts';
import type { ModelFormat } from './model-files.ts';
import type { BaseReference } from '../../records/adapter.ts';
import type { Estimate } from '../../records/estimate.ts';

/** What the card lies beside: a model, PEFT's adapter alone, or a model's weights alone. */
export type CardFormat = ModelFormat | 'peft' | 'weights';

export interface ModelCard {
  /** As people will see it. */
  name: string;
  base: BaseReference;
  format: CardFormat;
  dataset: string;
  mix: string;
  /** BCP 47 codes of the mix. */
  languages: readonly string[];
  /** Record ids the mix draws on; null: all of the dataset's. */
  records: number | null;
  seed: number;
  steps: number;
  /** What is to be known of the training besides. */
  note: string | null;
  tuning: 'lora' | 'full';
  /** Of the base, while it was tuned and graded. */
  storage: Storage;
  /** Optimiser and adapter settings, in TRL's and PEFT's names. */
  settings: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  benchmark: string;
  /** null: the whole benchmark. */
  questionsPerCategory: number | null;
  judge: string;
  /** This model's own, by language, `all` among them; `without`: languages that have no score and are not in that mean. */
  scores: readonly { language: string; raw: Estimate; failed: number; noRoom?: number; without?: readonly string[] }[];
  /** The version of the lab that wrote it. */
  version: string;
}

/** The Hub's names for what loads the files, and for what they are to their base. */
const LIBRARIES: Record<CardFormat, { library: string; relation: string }> = {
  peft: { library: 'peft', relation: 'adapter' },
  weights: { library: 'transformers', relation: 'finetune' },
  safetensors: { library: 'transformers', relation: 'finetune' },
  onnx: { library: 'transformers.js', relation: 'finetune' },
  'onnx-q4': { library: 'transformers.js', relation: 'quantized' },
};

const STORED: Record<Storage, string> = {
  auto: 'as the checkpoint has them',
  float32: 'as 32-bit floating-point numbers',
  float16: 'as 16-bit floating-point numbers',
  int8: 'rounded to eight bits in blocks',
  int4: 'rounded to four bits in blocks, embedding and head to eight',
};

const two = (value: number): string => value.toFixed(2);

/** Markdown with the Hub's YAML header. Every value is quoted or escaped: names come from people. */
export function modelCard(card: ModelCard): string {
  const scored = card.scores.filter(({ raw }) => raw.n > 0);
  const lora = card.tuning === 'lora';
  const { library, relation } = LIBRARIES[card.format];
  return [
    '---',
    `library_name: ${library}`,
    'pipeline_tag: text-generation',
    `base_model: ${JSON.stringify(card.base.name)}`,
    `base_model_relation: ${relation}`,
    ...(card.languages.length > 0 ? ['language:', ...card.languages.map((code) => `- ${code}`)] : []),
    'tags:',
    '- pinch-lab',
    ...(lora ? ['- lora'] : []),
    ...(card.format === 'peft' ? [`- ${JSON.stringify(`base_model:adapter:${card.base.name}`)}`, '- transformers'] : []),
    '---',
    '',
    `# ${plain(card.name)}`,
    '',
    `${plain(card.base.name)}${card.base.revision === null ? '' : ` at revision ${plain(card.base.revision)}`}, tuned ${lora ? 'with LoRA ' : ''}in a browser by Pinch Lab ${card.version}; ${made(card)}.${card.format === 'onnx-q4' ? ' Rounded afterwards: matrices to four bits in blocks of 32, embedding and head to eight. The scores below are those of the weights as they were.' : ''}`,
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
    `- storage of the ${lora ? 'frozen ' : ''}weights, while tuning and grading: ${card.storage} (${STORED[card.storage]})`,
    ...Object.entries(card.settings).map(([key, value]) => `- ${key}: ${plain(Array.isArray(value) ? value.join(', ') : String(value))}`),
    ...(card.note === null ? [] : ['', plain(card.note)]),
    '',
    '## Scores',
    '',
    ...(scored.length === 0
      ? [`It has not been graded.${failures(card)}`]
      : [
          `Benchmark ${plain(card.benchmark)}${card.questionsPerCategory === null ? '' : `, ${card.questionsPerCategory} questions of each category`}; judge: ${plain(card.judge)}. Means of both turns from 1 to 10, with 95 % bootstrap intervals by question.${failures(card)}`,
          ...(lora ? asStored(card) : []),
          '',
          '| language | score | 95 % interval | n |',
          '|---|---|---|---|',
          ...scored.map(({ language, raw, without = [] }) => `| ${language}${without.length > 0 ? ` without ${without.join(', ')}` : ''} | ${two(raw.mean)} | ${raw.low < raw.high ? `${two(raw.low)} to ${two(raw.high)}` : 'none'} | ${raw.n} |`),
        ]),
    '',
  ].join('\n');
}

function made({ tuning, format }: ModelCard): string {
  if (tuning === 'full') return `all weights were trained${format === 'weights' ? "; these are the weights alone, which want the base's config.json and tokenizer beside them" : ''}`;
  return format === 'peft' ? 'this is the adapter alone, for PEFT' : 'the adapter is folded into the weights';
}

/** A judgment that failed is no score, nor is an answer that had no room; what lacks them should say so. */
function failures({ scores }: ModelCard): string {
  const { failed = 0, noRoom = 0 } = scores.find(({ language }) => language === 'all') ?? {};
  const judgments = failed === 0 ? '' : ` ${failed} ${failed === 1 ? 'judgment has failed and counts' : 'judgments have failed and count'} in no score.`;
  return noRoom === 0 ? judgments : `${judgments} ${noRoom} ${noRoom === 1 ? 'turn has' : 'turns have'} no answer, the dialogue filling the model's context, and ${noRoom === 1 ? 'counts' : 'count'} in no score.`;
}

/** Scores of an adapter over a base of fewer bits are not quite those of the adapter over the checkpoint itself. */
function asStored({ storage, format }: ModelCard): string[] {
  if (storage === 'auto' || storage === 'float32') return [];
  return [`They were given to the adapter over a base stored as ${storage}; ${format === 'peft' ? 'over the checkpoint as it is they may differ' : "here the adapter is folded into the checkpoint's own weights, whose scores may differ"}.`];
}

/** Text that Markdown and HTML leave alone. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>#|&]/g, (char) => `\\${char}`);
}
