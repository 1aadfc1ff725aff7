#include "fanin/experiment/probe/gradient_noise.hpp"

#include <algorithm>

namespace fanin::experiment {

void GradientNoise::see(const net::TapTensor& tensor) {
  if (tensor.kind != net::TapKind::weight_gradient || tensor.values.empty()) return;
  Sums& sums = sums_[std::string(tensor.name)];
  const std::size_t count = tensor.values.size();
  const std::size_t stride = (count + kSample - 1) / kSample;
  sums.sum.resize(count, 0.0F);
  sums.sample_sum.resize((count + stride - 1) / stride, 0.0);
  sums.sample_square.resize(sums.sample_sum.size(), 0.0);
  ++sums.parts;
  for (std::size_t i = 0; i < count; ++i) {
    sums.sum[i] += tensor.values[i];
    sums.squares += static_cast<double>(tensor.values[i]) * static_cast<double>(tensor.values[i]);
  }
  for (std::size_t i = 0; i < sums.sample_sum.size(); ++i) {
    const auto value = static_cast<double>(tensor.values[i * stride]);
    sums.sample_sum[i] += value;
    sums.sample_square[i] += value * value;
  }
}

GradientNoise::Noise GradientNoise::of(const std::string& parameter, std::int64_t rows) const {
  const auto found = sums_.find(parameter);
  if (found == sums_.end() || found->second.parts < 2) return {observe::kUnknown, observe::kUnknown};
  const Sums& sums = found->second;
  const auto parts = static_cast<double>(sums.parts);
  double square = 0;  // ‖g‖²
  for (const float sum : sums.sum) square += static_cast<double>(sum) / parts * static_cast<double>(sum) / parts;
  const double variance = std::max(0.0, sums.squares - parts * square) / (parts - 1);  // of a part's gradient
  double ratio = 0;
  std::int64_t moving = 0;
  for (std::size_t i = 0; i < sums.sample_sum.size(); ++i) {
    const double mean = sums.sample_sum[i] / parts;
    const double spread = (sums.sample_square[i] - parts * mean * mean) / (parts - 1);
    if (!(spread > 1e-12 * sums.sample_square[i])) continue;  // zero in every part, or the same
    ratio += mean * mean / spread;
    ++moving;
  }
  return {square > 0 ? variance * static_cast<double>(rows) / square : observe::kUnknown,
          moving > 0 ? ratio / static_cast<double>(moving) : observe::kUnknown};
}

}  // namespace fanin::experiment
