// Softmax over the rows of attention's scores, and its gradient.
#pragma once

#include <cstddef>

namespace fanin::engine {

/// Floats between rows of scores: rows of a multiple of this many floats, so that vectors need no remainder.
inline constexpr std::size_t kScoreVector = 16;

/// A block of scores [rows, keys] of one head and sample.
struct ScoreBlock {
  std::size_t rows = 0;
  std::size_t keys = 0;
  std::size_t stride = 0;     ///< floats between rows, >= keys, a multiple of kScoreVector
  bool causal = false;        ///< row r sees the keys up to first_row + r
  std::size_t first_row = 0;  ///< < keys, where causal
  float factor = 1;           ///< what the products of queries and keys are multiplied by
};

/// Products of queries and keys become probabilities, 0 for keys that are not seen.
void attention_softmax(const ScoreBlock& block, float* scores) noexcept;

/// Gradients of the probabilities become gradients of the products.
void attention_softmax_backward(const ScoreBlock& block, const float* probabilities, float* gradients) noexcept;

}  // namespace fanin::engine
