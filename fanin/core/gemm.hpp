// Single-precision matrix product on oneDNN, single-threaded in the calling thread.
#pragma once

#include <cstdint>

namespace fanin {

enum class Transpose : bool { no = false, yes = true };

/// C = op(A) * op(B) + beta * C, row-major, f32.
struct Gemm {
  Transpose transpose_a = Transpose::no;
  Transpose transpose_b = Transpose::no;
  std::int64_t m = 0;    ///< rows of op(A) and C
  std::int64_t n = 0;    ///< columns of op(B) and C
  std::int64_t k = 0;    ///< columns of op(A), rows of op(B)
  std::int64_t lda = 0;  ///< elements between rows of A as stored
  std::int64_t ldb = 0;
  std::int64_t ldc = 0;
  float beta = 0.0F;  ///< 0 overwrites C, also when it holds NaN
};

/// Runs the product. oneDNN chooses its kernel by thread count, so bits are reproducible only when
/// the calling thread runs it alone: call use_one_thread() in each worker first.
/// A signal handler that may run on the calling thread needs a stack of its own (SA_ONSTACK), or the signal to be
/// blocked there: oneDNN 2.6 points the stack pointer at a buffer on the heap, and a handler's frame would overwrite
/// what lies below it.
void gemm(const Gemm& g, const float* a, const float* b, float* c) noexcept;

/// Makes oneDNN (and any OpenMP code) run single-threaded in the calling thread.
void use_one_thread() noexcept;

}  // namespace fanin
