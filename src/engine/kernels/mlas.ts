/** Types of the MLAS functions (onnxruntime/core/mlas/lib) that the lab's kernels replace. Counts and strides are in floats. */

/** MlasSgemmKernelZero and MlasSgemmKernelAdd: (A, B, C, CountK, CountM, CountN, lda, ldc, alpha) to the number of rows handled. */
export const SGEMM_TYPE = 'i32 i32 i32 i32 i32 i32 i32 i32 f32 -> i32';

/** MlasSgemmOperation: (transpose A, transpose B, rows, columns, depth, alpha, A, lda, B, ldb, beta, C, ldc). */
export const OPERATION_TYPE = 'i32 i32 i32 i32 i32 f32 i32 i32 i32 i32 f32 i32 i32 -> ';

/** MlasDequantizeBlockwise: (dst, src, scales, zero points, block size, column-wise, rows, columns, thread pool). */
export const DECODER_TYPE = 'i32 i32 i32 i32 i32 i32 i32 i32 i32 -> ';
