// When a run is given up: after a share of its steps it still answers no better than someone who always names the most
// frequent class. The rule looks at the run's own course only, so who trains it beside what cannot matter.
#pragma once

#include <cstdint>

#include "fanin/experiment/data_set.hpp"
#include "fanin/experiment/training/train.hpp"

namespace fanin::experiment {

/// Share of the most frequent class among the labels of a part of the data; NaN without labels.
double chance_level(const DataSet& data, const Samples& part);

inline constexpr std::int64_t kFewestHopelessRows = 1000;  ///< fewer say too little about a run

class HopelessRule final {
 public:
  /// @param share   of the steps after which the run is judged, once; 0 or 1: never.
  /// @param chance  as chance_level gives it for the training part; NaN: never.
  HopelessRule(double share, double chance) noexcept : share_(share), chance_(chance) {}

  /// To be told every step. True at the step at which the run is given up: of the rows trained on in the second half of
  /// the steps so far, kFewestHopelessRows at least, no more than `chance` and three standard errors were answered
  /// correctly.
  bool gives_up(const TrainMoment& moment) noexcept;

  [[nodiscard]] std::int64_t step() const noexcept { return step_; }         ///< at which it was judged
  [[nodiscard]] double accuracy() const noexcept { return accuracy_; }       ///< of those rows
  [[nodiscard]] std::int64_t rows() const noexcept { return window_rows_; }  ///< how many they were

 private:
  double share_;
  double chance_;
  std::int64_t step_ = 0;
  double accuracy_ = 0;
  std::int64_t window_rows_ = 0;
  // Of finished epochs, and of the last moment within its epoch.
  double past_correct_ = 0;
  std::int64_t past_rows_ = 0;
  std::int64_t epoch_ = 1;
  double correct_ = 0;
  std::int64_t rows_ = 0;
  // Where the window begins.
  double begin_correct_ = 0;
  std::int64_t begin_rows_ = 0;
};

}  // namespace fanin::experiment
