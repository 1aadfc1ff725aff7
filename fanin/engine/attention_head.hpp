// One head of attention for one sample, forward and backward, on strided views of the packed projections.
#pragma once

#include <cstdint>

namespace fanin::engine {

/// What all heads of an op have in common.
struct HeadShape {
  std::int64_t queries = 0;
  std::int64_t keys = 0;
  std::int64_t width = 0;         ///< of the head: values per query, key and value
  std::int64_t query_stride = 0;  ///< floats from one query to the next
  std::int64_t key_stride = 0;    ///< from one key to the next, and from one value to the next
  std::int64_t context_stride = 0;
  std::int64_t score_stride = 0;  ///< >= keys, a multiple of kScoreVector
  bool causal = false;            ///< each query sees the keys up to its own position; queries = keys
  float factor = 1;               ///< what products of queries and keys are multiplied by
};

struct HeadViews {
  float* query = nullptr;
  float* key = nullptr;
  float* value = nullptr;
  float* probabilities = nullptr;  ///< [queries, score_stride]
};

/// probabilities = softmax(factor · query keyᵀ); context [queries, width] = probabilities · value.
void attend(const HeadShape& shape, const HeadViews& head, float* context) noexcept;

/// The gradients of query, key and value overwrite them.
/// @param context_gradient  [queries, width], rows context_stride apart.
/// @param scores   [queries, score_stride], scratch.
/// @param queries  [queries, width], scratch.
void attend_backward(const HeadShape& shape, const HeadViews& head, const float* context_gradient, float* scores,
                     float* queries) noexcept;

}  // namespace fanin::engine
