#include "fanin/core/gemm.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace fanin {
namespace {

// The readable reference: a triple loop in double precision.
std::vector<double> reference(const Gemm& g, const std::vector<float>& a, const std::vector<float>& b) {
  std::vector<double> c(static_cast<std::size_t>(g.m * g.n));
  for (std::int64_t i = 0; i < g.m; ++i) {
    for (std::int64_t j = 0; j < g.n; ++j) {
      double sum = 0;
      for (std::int64_t p = 0; p < g.k; ++p) {
        const std::int64_t ia = g.transpose_a == Transpose::yes ? p * g.lda + i : i * g.lda + p;
        const std::int64_t ib = g.transpose_b == Transpose::yes ? j * g.ldb + p : p * g.ldb + j;
        sum +=
            static_cast<double>(a[static_cast<std::size_t>(ia)]) * static_cast<double>(b[static_cast<std::size_t>(ib)]);
      }
      c[static_cast<std::size_t>(i * g.n + j)] = sum;
    }
  }
  return c;
}

TEST(Gemm, AgreesWithATripleLoopForEveryTransposition) {
  use_one_thread();
  for (const std::int64_t m : {1, 3, 17}) {
    for (const std::int64_t n : {1, 10, 33}) {
      for (const std::int64_t k : {1, 7, 64}) {
        for (const Transpose ta : {Transpose::no, Transpose::yes}) {
          for (const Transpose tb : {Transpose::no, Transpose::yes}) {
            Gemm g{.transpose_a = ta, .transpose_b = tb, .m = m, .n = n, .k = k};
            g.lda = ta == Transpose::yes ? m : k;
            g.ldb = tb == Transpose::yes ? k : n;
            g.ldc = n;
            std::vector<float> a(static_cast<std::size_t>(m * k));
            std::vector<float> b(static_cast<std::size_t>(k * n));
            for (std::size_t i = 0; i < a.size(); ++i) a[i] = std::sin(static_cast<float>(i));
            for (std::size_t i = 0; i < b.size(); ++i) b[i] = std::cos(static_cast<float>(i));
            // beta = 0 must overwrite whatever C held.
            std::vector<float> c(static_cast<std::size_t>(m * n), std::numeric_limits<float>::quiet_NaN());
            gemm(g, a.data(), b.data(), c.data());
            const std::vector<double> expected = reference(g, a, b);
            for (std::size_t i = 0; i < c.size(); ++i) ASSERT_NEAR(c[i], expected[i], 1e-6 * static_cast<double>(k));
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace fanin
