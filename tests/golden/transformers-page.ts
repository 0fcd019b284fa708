/** Runs in the page: transformers.js on an exported model that the test serves under /exported/model/. */
interface Output {
  slice(rows: null, columns: [number, null]): { tolist(): bigint[][] };
}
interface Transformers {
  env: { backends: { onnx: { wasm: { wasmPaths: string } } } };
  Tensor: new (type: 'int64', data: BigInt64Array, dims: number[]) => unknown;
  AutoModelForCausalLM: { from_pretrained(name: string, options: object): Promise<{ generate(inputs: object): Promise<Output> }> };
}

/** Greedy answers, each prompt by itself and all together, padded on the left. */
export async function answer(prompts: number[][], tokens: number): Promise<{ alone: number[][]; together: number[][] }> {
  const { env, Tensor, AutoModelForCausalLM } = (await import(/* @vite-ignore */ `${location.origin}/node_modules/@huggingface/transformers/dist/transformers.min.js`)) as Transformers;
  Object.assign(env, { allowRemoteModels: false, allowLocalModels: true, localModelPath: '/exported/', useBrowserCache: false });
  env.backends.onnx.wasm.wasmPaths = `${location.origin}/node_modules/onnxruntime-web/dist/`;
  const model = await AutoModelForCausalLM.from_pretrained('model', { device: 'wasm' });
  const run = async (asked: number[][]): Promise<number[][]> => {
    const length = Math.max(...asked.map((prompt) => prompt.length));
    const tensor = (row: (prompt: number[]) => number[]): unknown => new Tensor('int64', BigInt64Array.from(asked.flatMap(row), BigInt), [asked.length, length]);
    const padded = (prompt: number[], fill: number, own: (token: number) => number): number[] => [...Array.from({ length: length - prompt.length }, () => fill), ...prompt.map(own)];
    const output = await model.generate({ input_ids: tensor((prompt) => padded(prompt, 0, (token) => token)), attention_mask: tensor((prompt) => padded(prompt, 0, () => 1)), max_new_tokens: tokens, do_sample: false });
    return output.slice(null, [length, null]).tolist().map((row) => row.map(Number));
  };
  const alone: number[][] = [];
  for (const prompt of prompts) alone.push(...(await run([prompt])));
  return { alone, together: await run(prompts) };
}
