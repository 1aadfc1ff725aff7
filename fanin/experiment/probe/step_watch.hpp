// The cheap part of watching a probe's steps: the norm of all gradients, the largest magnitude of each tensor over the
// last steps, and the first value that is not finite.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "fanin/net/tap.hpp"
#include "fanin/observe/trace.hpp"

namespace fanin::experiment {

class StepWatch final : public net::Tap {
 public:
  void see(const net::TapTensor& tensor) override;

  /// What the step's tensors say: gradient_norm and non_finite. Begins the next step.
  struct Sums {
    double gradient_norm = 0;
    std::int64_t non_finite = 0;
  };
  Sums next_step();
  /// With the growth of that tensor in up to 8 steps before.
  [[nodiscard]] const std::optional<observe::NonFinite>& first_non_finite() const noexcept { return first_; }

 private:
  static constexpr std::size_t kHistory = 8;
  struct History {
    std::array<float, kHistory> largest = {};  // of step s at s mod kHistory
    std::int64_t steps = 0;
  };
  void keep(const net::TapTensor& tensor, const History& history);

  std::array<std::unordered_map<std::string, History>, 4> histories_;  // by kind
  std::optional<observe::NonFinite> first_;
  std::int64_t step_ = 0;
  double gradient_squares_ = 0;
  std::int64_t non_finite_ = 0;
};

/// Shows everything to both.
class TwoTaps final : public net::Tap {
 public:
  /// @param second  may be null. Both must outlive the object.
  TwoTaps(net::Tap& first, net::Tap* second) noexcept : first_(first), second_(second) {}
  void see(const net::TapTensor& tensor) override {
    first_.see(tensor);
    if (second_ != nullptr) second_->see(tensor);
  }

 private:
  net::Tap& first_;
  net::Tap* second_;
};

}  // namespace fanin::experiment
