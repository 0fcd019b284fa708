/**
 * The study manifest: one JSON document that says everything about a study, so that a link or a file
 * repeats it. Field names are PEFT's, TRL's and FastChat's wherever those have one.
 */
import * as v from 'valibot';
import { LabError } from '../core/errors.ts';
import { STUDY_LANGUAGES } from '../core/languages.ts';
import { MODULE_NAMES } from './modules.ts';

const positive = v.pipe(v.number(), v.integer(), v.minValue(1));
const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const rate = v.pipe(v.number(), v.minValue(0));
const names = v.pipe(v.array(v.pipe(v.string(), v.nonEmpty())), v.minLength(1));

const TargetModule = v.picklist(MODULE_NAMES);

/** PEFT's LoraConfig fields. */
export const LoraSchema = v.strictObject({
  r: v.optional(positive, 8),
  lora_alpha: v.optional(v.pipe(v.number(), v.minValue(0.001)), 16),
  lora_dropout: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(0.95)), 0),
  /** Scale by lora_alpha / sqrt(r) instead of lora_alpha / r. */
  use_rslora: v.optional(v.boolean(), false),
  /** Weight-decomposed LoRA: each row's length is learned apart from its direction. */
  use_dora: v.optional(v.boolean(), false),
  /** As in PEFT, modules that a model does not have are passed over; one at least must be there. */
  target_modules: v.optional(v.pipe(v.array(TargetModule), v.minLength(1)), ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj']),
});
export type LoraConfig = v.InferOutput<typeof LoraSchema>;

/** TRL's SFTConfig fields. `max_steps` wins over `num_train_epochs`, as it does there. */
export const TrainingSchema = v.strictObject({
  learning_rate: v.optional(rate, 3e-4),
  /** Peak rates of some compositions alone, by name: `{"EN": 0.001}`. They are trained in the same pass as the others. */
  learning_rates: v.optional(v.record(v.string(), rate), {}),
  lr_scheduler_type: v.optional(v.picklist(['constant', 'linear', 'cosine']), 'cosine'),
  warmup_steps: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  num_train_epochs: v.optional(v.pipe(v.number(), v.minValue(0.01)), 3),
  max_steps: v.optional(v.pipe(v.number(), v.integer(), v.minValue(-1)), -1),
  /** Sequences of `max_length` tokens a step and adapter: the T of the fixed [B, T] shape is `max_length`. */
  per_device_train_batch_size: v.optional(positive, 4),
  gradient_accumulation_steps: v.optional(positive, 1),
  max_length: v.optional(v.pipe(v.number(), v.integer(), v.minValue(16)), 256),
  packing: v.optional(v.boolean(), true),
  shuffle: v.optional(v.boolean(), true),
  assistant_only_loss: v.optional(v.boolean(), true),
  weight_decay: v.optional(rate, 0),
  adam_beta1: v.optional(fraction, 0.9),
  adam_beta2: v.optional(fraction, 0.999),
  adam_epsilon: v.optional(rate, 1e-8),
  max_grad_norm: v.optional(rate, 1),
  /** Held out of each composition for eval_loss; the study's is about 3.4 %. */
  eval_fraction: v.optional(fraction, 0.034),
  /** Steps between evaluations; 0 evaluates only at the end. */
  eval_steps: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  /** Evaluations in a row without a better eval_loss after which a composition stops; null means never. As EarlyStoppingCallback. */
  early_stopping_patience: v.optional(v.nullable(positive), null),
  /** By how much an eval_loss has to be lower to count as better. */
  early_stopping_threshold: v.optional(rate, 0),
  /** Keep the weights of the evaluation with the lowest eval_loss instead of the last ones. */
  load_best_model_at_end: v.optional(v.boolean(), false),
  /** Steps between checkpoints that a reload resumes from. */
  save_steps: v.optional(positive, 20),
});
export type TrainingConfig = v.InferOutput<typeof TrainingSchema>;

export const BenchmarkSchema = v.strictObject({
  id: v.string(),
  languages: v.optional(names, [...STUDY_LANGUAGES]),
  /** Questions a category and language, taken in order from a seeded shuffle shared by all languages; null means all. */
  questions_per_category: v.optional(v.nullable(positive), null),
  max_new_tokens: v.optional(positive, 1024),
  /** Sampling temperature a category; the study's: 0.7 writing and roleplay, 0.1 stem and humanities, else greedy. */
  temperature: v.optional(v.record(v.string(), rate), { writing: 0.7, roleplay: 0.7, stem: 0.1, humanities: 0.1 }),
  top_p: v.optional(fraction, 1),
  top_k: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  repetition_penalty: v.optional(v.pipe(v.number(), v.minValue(0.1)), 1),
});
export type BenchmarkConfig = v.InferOutput<typeof BenchmarkSchema>;

export const JudgeSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('rules'), repeats: v.optional(positive, 1) }),
  v.strictObject({
    kind: v.literal('openai'),
    base_url: v.pipe(v.string(), v.url()),
    model: v.pipe(v.string(), v.nonEmpty()),
    /** Null sends none, for models that take none. */
    temperature: v.optional(v.nullable(rate), 0),
    max_tokens: v.optional(positive, 2048),
    concurrency: v.optional(positive, 4),
    repeats: v.optional(positive, 1),
    timeout_seconds: v.optional(positive, 120),
    max_attempts: v.optional(positive, 6),
    /** Judging pauses, with what it has kept, before it would make more calls than this; null means no cap. */
    max_calls: v.optional(v.nullable(positive), null),
    /** US dollars a million tokens, for the estimate before and the meter during; null where unknown. */
    price_in: v.optional(v.nullable(rate), null),
    price_out: v.optional(v.nullable(rate), null),
  }),
  /** Scores of a log that came with imported answers: nobody is asked. */
  v.strictObject({ kind: v.literal('imported'), model: v.optional(v.string(), ''), repeats: v.optional(positive, 1) }),
]);
export type JudgeConfig = v.InferOutput<typeof JudgeSchema>;

export const ManifestSchema = v.strictObject({
  schema: v.literal(1),
  name: v.pipe(v.string(), v.nonEmpty()),
  models: names,
  datasets: names,
  /** Composition names (see mixes/): `EN`, `ENDEFRITES`, `DEFRITES-sampled`; `base` is the untuned model. */
  mixes: names,
  /** Records a composition draws on, the first n by id in a seeded shuffle; null means all. */
  records: v.optional(v.nullable(positive), null),
  /** How frozen weights are kept: as the checkpoint has them, or rounded (int8 and int4 in blocks, as in QLoRA). Training and answering alike. */
  storage: v.optional(v.picklist(['auto', 'float32', 'float16', 'int8', 'int4']), 'auto'),
  /** Id of an imported adapter that every tuned cell starts from; `base` then answers with it as it is. Its rank, scale and modules win over `lora`. */
  init_adapter: v.optional(v.nullable(v.string()), null),
  /** LoRA adapters over frozen weights, or all weights of the model (`full`), one composition at a time. */
  tuning: v.optional(v.picklist(['lora', 'full']), 'lora'),
  /** Without effect where all weights are tuned. */
  lora: v.optional(LoraSchema, {}),
  /**
   * The system message of records and questions that bring none, in training and answering alike: one sentence in the language
   * of each (true), this text, or none at all (false).
   */
  system_prompt: v.optional(v.union([v.boolean(), v.pipe(v.string(), v.nonEmpty())], 'Expected true, false or a text that is not empty'), true),
  training: v.optional(TrainingSchema, {}),
  benchmark: BenchmarkSchema,
  judge: v.optional(JudgeSchema, { kind: 'rules' }),
  seeds: v.optional(v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0))), v.minLength(1)), [0]),
  /** Adapters trained in one pass at most; a group larger than this is split. */
  adapters_per_pass: v.optional(positive, 9),
});
export type Manifest = v.InferOutput<typeof ManifestSchema>;
/** What a person writes: everything with a default may be left out. */
export type ManifestInput = v.InferInput<typeof ManifestSchema>;

/** Validates and fills defaults. Throws `studies.manifest` naming each field that is wrong. */
export function parseManifest(input: unknown): Manifest {
  const result = v.safeParse(ManifestSchema, input);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => `${v.getDotPath(issue) ?? '(document)'}: ${issue.message}`);
  throw new LabError('studies.manifest', `The study manifest is not valid: ${problems.join('; ')}`, 'Correct the named fields; docs/formats.md lists every field with its default.', { problems });
}
