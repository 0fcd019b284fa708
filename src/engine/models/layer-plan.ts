/** What a layer's weights are stacked from, and which of them LoRA can adapt. */
/** The activations of a layer that adapted projections read: each has one dropout mask and one product with all its A matrices. */
export type ProjectionInput = 'attention' | 'output' | 'mlp' | 'down';

/** A frozen weight as graphs take it, and the checkpoint's tensors it is stacked from. */
export interface WeightPlan {
  /** With their shapes, in stacking order. */
  parts: readonly (readonly [tensor: string, shape: readonly number[]])[];
  /** The axis they are stacked on; the first where left out. */
  axis?: 0 | 1;
  /** Added to the stored numbers: Gemma keeps its norms' weights less one. */
  plus?: number;
}

export interface LayerPlan {
  /** Tensor names are below the layer's path. A weight `x_bias` is added to what `x` gives. */
  weights: Readonly<Record<string, WeightPlan>>;
  /** The weights that LoRA can adapt, by what they read, in the order in which `Layer.project` gives their products. */
  inputs: Readonly<Partial<Record<ProjectionInput, readonly string[]>>>;
}
