/** What a layer's weights are: which tensors of a checkpoint they are made of, and which of them LoRA can adapt. */
import type { ModelConfig } from './model-config.ts';
import { familyOf } from './families/index.ts';
import type { ProjectionInput } from './layer-plan.ts';
import type { TargetModule } from '../../records/modules.ts';

/** One linear layer that LoRA can adapt. */
export interface Adaptable {
  /** The last part of its path: what PEFT's target_modules name it by. */
  module: TargetModule;
  /** Below the layer: `self_attn.q_proj` */
  path: string;
  input: ProjectionInput;
  /** The stack of frozen weights it is part of. */
  weight: string;
  out: number;
  into: number;
  /** Experts' down projections: stacked side by side, each reads its own columns of the input, and they add up. */
  beside: boolean;
}

/** In the order in which families list them: PEFT's, but for experts, which PEFT takes one by one. */
export function adaptables(config: ModelConfig): Adaptable[] {
  const { weights, inputs } = familyOf(config).layer(config);
  return (Object.entries(inputs) as [ProjectionInput, readonly string[]][]).flatMap(([input, names]) =>
    names.flatMap((weight) =>
      (weights[weight]?.parts ?? []).map(([tensor, shape]) => {
        const path = tensor.replace(/\.weight$/, '');
        const [out, into] = shape as [number, number];
        return { module: path.split('.').at(-1) as TargetModule, path, input, weight, out, into, beside: weights[weight]?.axis === 1 };
      }),
    ),
  );
}

/** Every weight a checkpoint of this configuration has, with its shape. */
export function weightShapes(config: ModelConfig): Map<string, number[]> {
  const { vocab_size, hidden_size } = config;
  const { paths, outer, layer } = familyOf(config);
  const shapes = new Map<string, number[]>([[paths.embedding, [vocab_size, hidden_size]]]);
  for (let i = 0; i < config.num_hidden_layers; i++) {
    for (const [tensor, shape] of Object.values(layer(config).weights).flatMap(({ parts }) => parts)) shapes.set(`${paths.layers}.${i}.${tensor}`, [...shape]);
  }
  for (const [tensor, shape] of Object.values(outer(config)).flatMap(({ parts }) => parts)) shapes.set(tensor, [...shape]);
  if (!config.tie_word_embeddings) shapes.set(paths.head, [vocab_size, hidden_size]);
  return shapes;
}
