/**
 * PEFT's adapter_config.json. A field is applied, or it says nothing to the arithmetic, or the adapter is refused by the
 * field's name: an adapter that is half applied answers like no model that anybody tuned.
 */
import * as v from 'valibot';
import { LabError } from '../../core/errors.ts';

export const ADAPTER_CONFIG = 'adapter_config.json';

const pattern = v.nullish(v.record(v.string(), v.pipe(v.number(), v.gtValue(0))));
const flag = v.nullish(v.boolean());

/** What is applied. */
const AppliedSchema = v.object({
  r: v.pipe(v.number(), v.integer(), v.minValue(1)),
  lora_alpha: v.pipe(v.number(), v.gtValue(0)),
  lora_dropout: v.nullish(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  use_dora: flag,
  use_rslora: flag,
  rank_pattern: pattern,
  alpha_pattern: pattern,
  /** A list of module names; a string is a pattern. The tensors say which modules there are; this says whether some may lack. */
  target_modules: v.nullish(v.union([v.array(v.string()), v.string()])),
  exclude_modules: v.nullish(v.union([v.array(v.string()), v.string()])),
  layers_to_transform: v.nullish(v.union([v.number(), v.array(v.number())])),
});

/** What says nothing to the arithmetic of an adapter that is there: where it comes from, how it was made, settings of what is off. */
const SILENT: ReadonlySet<string> = new Set([
  'peft_type', 'task_type', 'base_model_name_or_path', 'revision', 'inference_mode', 'auto_mapping', 'peft_version', 'runtime_config', 'init_lora_weights', 'layers_pattern',
  'loftq_config', 'eva_config', 'corda_config', 'lora_ga_config', 'megatron_core', 'qalora_group_size', 'ensure_weight_tying', 'unsloth_fixed', 'unsloth_version',
]);

/** Ways to begin that leave the base model as it is. The others (pissa, olora, corda, loftq, lora_ga) put a residual in its place first. */
const PLAIN_BEGINNINGS: ReadonlySet<unknown> = new Set([undefined, null, true, false, 'gaussian', 'orthogonal', 'eva']);

/** What PEFT writes where a feature is off. */
const isOff = (value: unknown): boolean => value === null || value === false || value === '' || value === 'none' || (typeof value === 'object' && Object.keys(value).length === 0);

export interface PeftConfig {
  r: number;
  lora_alpha: number;
  lora_dropout: number;
  use_rslora: boolean;
  use_dora: boolean;
  /** Rank and alpha of one module, by its path in the base: `model.layers.0.self_attn.q_proj`. */
  rankOf(path: string): number;
  alphaOf(path: string): number;
  /** Whether modules of some layers may lack: where layers, paths, patterns or exclusions were named. */
  someLayers: boolean;
}

/**
 * @throws LabError `adapters.config` (no LoRA configuration, or fields wrong), `adapters.unsupported` (what the lab cannot
 *   apply, all of it by name)
 */
export function readPeftConfig(bytes: Uint8Array): PeftConfig {
  const json = parsed(bytes);
  const type = json['peft_type'];
  if (type !== undefined && type !== 'LORA') throw new LabError('adapters.unsupported', `The adapter is of the type ${JSON.stringify(type)}; the lab applies LORA only.`, 'Use a LoRA adapter.', { peft_type: type });
  const found = v.safeParse(v.object({ ...AppliedSchema.entries, peft_type: v.string() }), json);
  if (!found.success) {
    const problems = found.issues.map((issue) => `${v.getDotPath(issue) ?? '(document)'}: ${issue.message}`);
    throw new LabError('adapters.config', `${ADAPTER_CONFIG} is not a LoRA configuration: ${problems.join('; ')}`, 'Choose the file PEFT wrote with save_pretrained.', { problems });
  }
  const problems = unsupported(json);
  if (problems.length > 0) throw new LabError('adapters.unsupported', `The adapter uses what the lab cannot apply: ${problems.join('; ')}.`, 'Use a plain LoRA adapter, or merge it into its base model with PEFT first.', { problems });

  const { r, lora_alpha, lora_dropout, use_dora, use_rslora, rank_pattern, alpha_pattern, target_modules, exclude_modules, layers_to_transform } = found.output;
  const paths = typeof target_modules === 'string' || (target_modules ?? []).some((name) => name.includes('.'));
  return {
    r,
    lora_alpha,
    lora_dropout: lora_dropout ?? 0,
    use_dora: use_dora ?? false,
    use_rslora: use_rslora ?? false,
    rankOf: byPattern('rank_pattern', rank_pattern ?? {}, r),
    alphaOf: byPattern('alpha_pattern', alpha_pattern ?? {}, lora_alpha),
    someLayers: paths || layers_to_transform != null || (exclude_modules?.length ?? 0) > 0,
  };
}

function parsed(bytes: Uint8Array): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new LabError('adapters.config', `${ADAPTER_CONFIG} is not JSON.`, 'Choose the file PEFT wrote with save_pretrained.', {}, { cause });
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  throw new LabError('adapters.config', `${ADAPTER_CONFIG} is not a LoRA configuration: it is no object.`, 'Choose the file PEFT wrote with save_pretrained.');
}

/** Every field that would change the model and is not applied. */
function unsupported(json: Record<string, unknown>): string[] {
  const problems: string[] = [];
  const { init_lora_weights: beginning, task_type: task } = json;
  if (!PLAIN_BEGINNINGS.has(beginning)) problems.push(`init_lora_weights ${JSON.stringify(beginning)} (the base is changed before it is adapted)`);
  if (task != null && task !== 'CAUSAL_LM') problems.push(`task_type ${JSON.stringify(task)} (only CAUSAL_LM)`);
  for (const [field, value] of Object.entries(json)) {
    if (Object.hasOwn(AppliedSchema.entries, field) || SILENT.has(field) || isOff(value)) continue;
    problems.push(`${field} ${JSON.stringify(value)}`);
  }
  return problems;
}

/**
 * What a pattern field gives a module, as PEFT's `get_pattern_key` has it: the first key that matches the whole path or its end.
 * @throws LabError `adapters.config` where a key is no regular expression
 */
function byPattern(field: string, patterns: Readonly<Record<string, number>>, otherwise: number): (path: string) => number {
  const rules = Object.entries(patterns).map(([key, value]) => {
    try {
      return { matches: new RegExp(`^(?:.*\\.)?(?:${key})$`), value };
    } catch (cause) {
      throw new LabError('adapters.config', `${ADAPTER_CONFIG}: the key ${JSON.stringify(key)} of ${field} is no pattern that can be read.`, 'Name the modules by their last part (q_proj) or their path.', { key }, { cause });
    }
  });
  return (path) => rules.find(({ matches }) => matches.test(path))?.value ?? otherwise;
}
