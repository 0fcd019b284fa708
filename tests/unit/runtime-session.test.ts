import { expect, test } from '@playwright/test';
import { sessionError } from '../../src/engine/runtime/session.ts';

const codeOf = (message: string): string => sessionError('step', 'run', new Error(message)).code;

test('what runtimes and browsers say when memory runs out is told from other failures', () => {
  for (const message of [
    'std::bad_alloc', 'Out of memory', 'GPUOutOfMemoryError', 'Failed to allocate memory for requested buffer of size 1073741824', 'Array buffer allocation failed', 'memory access out of bounds',
    'WebAssembly.Memory.grow(): failed to grow memory by 16384', 'Available memory of 100 is smaller than requested bytes of 200', 'RangeError: Array buffer allocation failed',
  ]) expect(codeOf(message), message).toBe('runtime.memory');
  for (const message of ['indices element out of data bounds, idx=70 must be within the inclusive range [-64,63]', 'memory pattern is not supported', 'Gather: index out of bounds', 'The input tensor cannot be reshaped']) expect(codeOf(message), message).toBe('runtime.run');
});
