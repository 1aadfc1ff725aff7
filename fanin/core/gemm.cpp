#include "fanin/core/gemm.hpp"

#include <dnnl.h>
#include <omp.h>

#include "fanin/core/error.hpp"

namespace fanin {

void gemm(const Gemm& g, const float* a, const float* b, float* c) noexcept {
  const auto letter = [](Transpose t) { return t == Transpose::yes ? 'T' : 'N'; };
  const dnnl_status_t status = dnnl_sgemm(letter(g.transpose_a), letter(g.transpose_b), g.m, g.n, g.k, 1.0F, a, g.lda,
                                          b, g.ldb, g.beta, c, g.ldc);
  FANIN_ASSERT(status == dnnl_success);
}

void use_one_thread() noexcept { omp_set_num_threads(1); }

}  // namespace fanin
