// The batches of a training in their order: each epoch's is a permutation by the seed and its number alone, as in the
// trainer.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "fanin/experiment/training/train.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {

class BatchOrder final {
 public:
  /// @param settings  resolved. @param rows  of the training part, >= 1.
  BatchOrder(const TrainSettings& settings, std::int64_t rows)
      : seed_(settings.seed),
        batch_(static_cast<std::size_t>(settings.batch_size)),
        rows_(static_cast<std::uint64_t>(rows)) {}

  /// The rows of the next step.
  std::vector<std::uint32_t> next() {
    if (at_ == order_.size()) {
      order_ = random::permutation(random::Stream(seed_, "shuffle/epoch/" + std::to_string(++epoch_)), rows_);
      at_ = 0;
    }
    const std::size_t first = at_;
    at_ = std::min(order_.size(), at_ + batch_);
    return {order_.begin() + static_cast<std::ptrdiff_t>(first), order_.begin() + static_cast<std::ptrdiff_t>(at_)};
  }

 private:
  std::uint64_t seed_;
  std::size_t batch_;
  std::uint64_t rows_;
  std::int64_t epoch_ = 0;
  std::size_t at_ = 0;
  std::vector<std::uint32_t> order_ = {};
};

}  // namespace fanin::experiment
