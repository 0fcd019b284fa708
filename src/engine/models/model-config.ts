/** A checkpoint's configuration as graphs take it, with every default resolved. */
/** What a layer's tokens see: every earlier token, or the last `sliding_window` of them (itself among them). */
export type AttentionKind = 'full_attention' | 'sliding_attention';

/** Rotary positions: theta^(-2i/d), and what long-context checkpoints do to these frequencies. */
export interface RopeConfig {
  theta: number;
  scaling:
    | null
    | { rope_type: 'linear'; factor: number }
    | { rope_type: 'llama3'; factor: number; low_freq_factor: number; high_freq_factor: number; original_max_position_embeddings: number };
}

/** A mixture of experts' feed-forward (Jiang et al. 2024). `intermediate_size` of the config is then one expert's. */
export interface ExpertsConfig {
  count: number;
  per_token: number;
  /** Whether the chosen experts' probabilities are made to add up to one. */
  normalise: boolean;
}

/** What the graphs are built from, with every default resolved. */
export interface ModelConfig {
  model_type: string;
  vocab_size: number;
  hidden_size: number;
  intermediate_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  num_key_value_heads: number;
  head_dim: number;
  /** Of every normalisation: rms_norm_eps, or layer_norm_eps. */
  norm_eps: number;
  /** Numbers of each head that are rotated; the rest stay as they are. */
  rotary_dim: number;
  rope: Readonly<Record<AttentionKind, RopeConfig>>;
  /** A layer each. */
  layer_types: readonly AttentionKind[];
  sliding_window: number | null;
  /** What q k^T is multiplied by. */
  attention_scale: number;
  /** What embeddings are multiplied by on their way in. */
  embedding_scale: number;
  experts: ExpertsConfig | null;
  max_position_embeddings: number;
  tie_word_embeddings: boolean;
  bos_token_id: number | null;
  /** Any of these ends a generation; Llama 3 has several. */
  eos_token_id: number[];
  pad_token_id: number | null;
  /** GPT-NeoX: attention and feed-forward read the same input. */
  parallel_residual: boolean;
  /** GPT-NeoX: whether its gelu is the tanh approximation. */
  gelu_tanh: boolean;
}
