// Queries are taken in blocks: with a causal mask a block multiplies only the keys that its last query sees.
#include "fanin/engine/attention_head.hpp"

#include <algorithm>

#include "fanin/core/gemm.hpp"
#include "fanin/engine/attention_kernels.hpp"

namespace fanin::engine {
namespace {

constexpr std::int64_t kQueries = 64;  // of a block: fewer make the products slow

// Queries [first, first + count) and the keys [0, keys) that they see.
struct Block {
  std::int64_t first, count, keys;
};

Block block_at(const HeadShape& shape, std::int64_t first) noexcept {
  const std::int64_t last = std::min(shape.queries, first + kQueries);
  return {first, last - first, shape.causal ? last : shape.keys};
}

ScoreBlock scores_of(const HeadShape& shape, const Block& block) noexcept {
  return {.rows = static_cast<std::size_t>(block.count),
          .keys = static_cast<std::size_t>(block.keys),
          .stride = static_cast<std::size_t>(shape.score_stride),
          .causal = shape.causal,
          .first_row = static_cast<std::size_t>(block.first),
          .factor = shape.factor};
}

// scores [count, keys] = of_queries [count, width] times of_keys [keys, width], transposed.
void multiply_by_keys(const HeadShape& shape, const Block& block, const float* of_queries, std::int64_t query_stride,
                      const float* of_keys, float* scores) noexcept {
  gemm({.transpose_b = Transpose::yes,
        .m = block.count,
        .n = block.keys,
        .k = shape.width,
        .lda = query_stride,
        .ldb = shape.key_stride,
        .ldc = shape.score_stride},
       of_queries, of_keys, scores);
}

// to [count, width] = scores [count, keys] times of_keys [keys, width].
void sum_over_keys(const HeadShape& shape, const Block& block, const float* scores, const float* of_keys, float* to,
                   std::int64_t to_stride) noexcept {
  gemm({.m = block.count,
        .n = shape.width,
        .k = block.keys,
        .lda = shape.score_stride,
        .ldb = shape.key_stride,
        .ldc = to_stride},
       scores, of_keys, to);
}

// to [keys, width] = scores [queries, keys], transposed, times of_queries [queries, width]. The last block
// sees every key: it comes first and overwrites.
void sum_over_queries(const HeadShape& shape, const float* scores, const float* of_queries, std::int64_t query_stride,
                      float* to) noexcept {
  const std::int64_t blocks = (shape.queries + kQueries - 1) / kQueries;
  for (std::int64_t i = blocks; i-- > 0;) {
    const Block block = block_at(shape, i * kQueries);
    gemm({.transpose_a = Transpose::yes,
          .m = block.keys,
          .n = shape.width,
          .k = block.count,
          .lda = shape.score_stride,
          .ldb = query_stride,
          .ldc = shape.key_stride,
          .beta = i + 1 == blocks ? 0.0F : 1.0F},
         scores + block.first * shape.score_stride, of_queries + block.first * query_stride, to);
  }
}

}  // namespace

void attend(const HeadShape& shape, const HeadViews& head, float* context) noexcept {
  for (std::int64_t first = 0; first < shape.queries; first += kQueries) {
    const Block block = block_at(shape, first);
    float* const scores = head.probabilities + first * shape.score_stride;
    multiply_by_keys(shape, block, head.query + first * shape.query_stride, shape.query_stride, head.key, scores);
    attention_softmax(scores_of(shape, block), scores);
    sum_over_keys(shape, block, scores, head.value, context + first * shape.context_stride, shape.context_stride);
  }
}

void attend_backward(const HeadShape& shape, const HeadViews& head, const float* context_gradient, float* scores,
                     float* queries) noexcept {
  for (std::int64_t first = 0; first < shape.queries; first += kQueries) {
    const Block block = block_at(shape, first);
    const std::int64_t at = first * shape.score_stride;
    multiply_by_keys(shape, block, context_gradient + first * shape.context_stride, shape.context_stride, head.value,
                     scores + at);
    attention_softmax_backward(scores_of(shape, block), head.probabilities + at, scores + at);
    sum_over_keys(shape, block, scores + at, head.key, queries + first * shape.width, shape.width);
  }
  sum_over_queries(shape, head.probabilities, context_gradient, shape.context_stride, head.value);
  sum_over_queries(shape, scores, head.query, shape.query_stride, head.key);
  for (std::int64_t i = 0; i < shape.queries; ++i) {
    std::copy_n(queries + i * shape.width, shape.width, head.query + i * shape.query_stride);
  }
}

}  // namespace fanin::engine
