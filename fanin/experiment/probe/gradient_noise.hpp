// How much the gradient of a batch depends on which rows it has: from the gradients of its parts.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "fanin/net/graph.hpp"
#include "fanin/net/tap.hpp"
#include "fanin/observe/trace.hpp"

namespace fanin::experiment {

/// Collects the gradients of parts of equal size.
class GradientNoise final : public net::Tap {
 public:
  void see(const net::TapTensor& tensor) override;
  /// Of a parameter, once two parts or more were seen; NaN else.
  struct Noise {
    double noise_scale = 0;  ///< tr Σ / ‖g‖², Σ the covariance of one row's gradient, g the mean over the parts
    double signal_to_noise = 0;  ///< mean over elements of g²/Var g, Var that of a part's gradient
  };
  /// @param rows  of a part.
  [[nodiscard]] Noise of(const std::string& parameter, std::int64_t rows) const;

 private:
  static constexpr std::size_t kSample = 4096;  // elements of a parameter, evenly taken, for signal_to_noise
  struct Sums {
    std::int64_t parts = 0;
    std::vector<float> sum = {};
    double squares = 0;  // Σ ‖g_part‖²
    std::vector<double> sample_sum = {}, sample_square = {};
  };
  std::unordered_map<std::string, Sums> sums_;
};

}  // namespace fanin::experiment
