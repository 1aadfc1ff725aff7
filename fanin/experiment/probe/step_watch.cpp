#include "fanin/experiment/probe/step_watch.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fanin/core/tensor_statistics.hpp"

namespace fanin::experiment {

void StepWatch::see(const net::TapTensor& tensor) {
  const QuickStatistics quick = quick_statistics(tensor.values);
  if (tensor.kind == net::TapKind::weight_gradient) gradient_squares_ += quick.square_sum;
  non_finite_ += quick.non_finite;
  History& history = histories_[static_cast<std::size_t>(tensor.kind)][std::string(tensor.name)];
  if (quick.non_finite > 0 && !first_) keep(tensor, history);
  history.largest[static_cast<std::size_t>(history.steps++) % kHistory] = quick.largest_magnitude;
}

void StepWatch::keep(const net::TapTensor& tensor, const History& history) {
  const auto element = std::ranges::find_if(tensor.values, [](float value) { return !std::isfinite(value); });
  const char* const what = tensor.kind == net::TapKind::activation ? "output"
                           : tensor.kind == net::TapKind::weight   ? "value"
                                                                   : "gradient";
  first_ = observe::NonFinite{.step = step_,
                              .name = std::string(tensor.name),
                              .tensor = what,
                              .element = element - tensor.values.begin(),
                              .nan = std::isnan(*element)};
  const std::int64_t kept = std::min<std::int64_t>(history.steps, kHistory);
  for (std::int64_t i = history.steps - kept; i < history.steps; ++i) {
    first_->growth.push_back(static_cast<double>(history.largest[static_cast<std::size_t>(i) % kHistory]));
  }
}

StepWatch::Sums StepWatch::next_step() {
  ++step_;
  return {std::sqrt(std::exchange(gradient_squares_, 0)), std::exchange(non_finite_, 0)};
}

}  // namespace fanin::experiment
