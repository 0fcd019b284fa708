/** One optimiser step of one cell. */
/** One optimiser step of one cell. */
export interface LossPoint {
  cell: string;
  step: number;
  loss: number;
  eval_loss?: number;
  grad_norm: number;
  learning_rate: number;
  num_tokens: number;
  mean_token_accuracy: number;
}
