/** The size of a safetensors file from its header alone: the stream is dropped once the header is read. */
import { LabError } from '../core/errors.ts';

export interface WeightsSize {
  /** Bytes of the whole file. */
  bytes: number;
  parameters: number;
}

/** @throws LabError `models.safetensors` when the stream is none */
export async function weightsSize(stream: ReadableStream<Uint8Array>, file: string): Promise<WeightsSize> {
  const reader = stream.getReader();
  let read = new Uint8Array(0);
  const upTo = async (length: number): Promise<Uint8Array> => {
    while (read.length < length) {
      const { value } = await reader.read();
      if (!value) throw new LabError('models.safetensors', `${file} ends within its header.`, 'The file is damaged or cut short: fetch it again.', { file });
      const longer = new Uint8Array(read.length + value.length);
      longer.set(read);
      longer.set(value, read.length);
      read = longer;
    }
    return read.subarray(0, length);
  };
  try {
    const length = Number(new DataView((await upTo(8)).slice().buffer).getBigUint64(0, true));
    if (length > 100_000_000) throw new LabError('models.safetensors', `${file} is not a safetensors file.`, 'A server that answers with a web page instead of the file looks like this.', { file });
    const header = JSON.parse(new TextDecoder().decode((await upTo(8 + length)).subarray(8))) as Record<string, { shape: number[]; data_offsets: [number, number] }>;
    delete header['__metadata__'];
    const tensors = Object.values(header);
    return {
      bytes: 8 + length + Math.max(0, ...tensors.map((tensor) => tensor.data_offsets[1])),
      parameters: tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0),
    };
  } finally {
    await reader.cancel().catch(() => {});
  }
}
