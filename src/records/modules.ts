/** The linear layers that PEFT's `target_modules` may name, in all families together, and where in a layer each may sit, experts' numbers left out. */
export const TARGET_MODULES = {
  q_proj: ['self_attn'],
  k_proj: ['self_attn'],
  v_proj: ['self_attn'],
  o_proj: ['self_attn'],
  gate_proj: ['mlp'],
  up_proj: ['mlp'],
  down_proj: ['mlp'],
  /** The router of a mixture of experts. */
  gate: ['mlp', 'block_sparse_moe'],
  /** Mixtral's experts: gate, down and up. Other families' are called as a plain feed-forward's. */
  w1: ['block_sparse_moe'],
  w2: ['block_sparse_moe'],
  w3: ['block_sparse_moe'],
  query_key_value: ['attention'],
  dense: ['attention'],
  dense_h_to_4h: ['mlp'],
  dense_4h_to_h: ['mlp'],
} as const satisfies Record<string, readonly string[]>;

export type TargetModule = keyof typeof TARGET_MODULES;
export const MODULE_NAMES = Object.keys(TARGET_MODULES) as TargetModule[];
