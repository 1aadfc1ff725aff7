// PyTorch's truncated normal values and permutations: torch.nn.init.trunc_normal_, timm's trunc_normal_tf_ and
// torch.randperm.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "fanin/core/error.hpp"
#include "fanin/random/plan.hpp"
#include "fanin/random/replay_torch.hpp"

namespace fanin::random {
namespace {

/// Highest power first, each product fused with the sum it feeds.
template <typename T, std::size_t Size>
T fused_polynomial(const std::array<double, Size>& coefficients, T x) noexcept {
  T sum = static_cast<T>(coefficients[0]);
  for (std::size_t i = 1; i < Size; ++i) sum = std::fma(sum, x, static_cast<T>(coefficients[i]));
  return sum;
}

template <typename T>
T inverse_erf(T y) noexcept {
  constexpr std::array<double, 4> kCentreAbove = {-0.140543331, 0.914624893, -1.645349621, 0.886226899};
  constexpr std::array<double, 5> kCentreBelow = {0.012229801, -0.329097515, 1.442710462, -2.118377725, 1.0};
  constexpr std::array<double, 4> kTailAbove = {1.641345311, 3.429567803, -1.624906493, -1.970840454};
  constexpr std::array<double, 3> kTailBelow = {1.637067800, 3.543889200, 1.0};
  const T size = std::abs(y);
  if (size >= 1) return std::copysign(std::numeric_limits<T>::infinity(), y);
  T x = 0;
  if (size <= static_cast<T>(0.7)) {
    const T z = y * y;
    x = y * fused_polynomial(kCentreAbove, z) / fused_polynomial(kCentreBelow, z);
  } else {
    const T z = std::sqrt(-std::log((1 - size) / 2));
    x = std::copysign(fused_polynomial(kTailAbove, z), y) / fused_polynomial(kTailBelow, z);
  }
  const T slope = 2 / static_cast<T>(std::sqrt(3.14159265358979323846));
  for (int step = 0; step < 2; ++step) x = x - (std::erf(x) - y) / (slope * std::exp(-x * x));
  return x;
}

double normal_below(double x) noexcept { return (1 + std::erf(x / std::sqrt(2.0))) / 2; }

}  // namespace

float torch_inverse_erf(float y) noexcept { return inverse_erf(y); }
double torch_inverse_erf(double y) noexcept { return inverse_erf(y); }

template <typename T>
void TorchGenerator::fill_truncated(const TruncatedNormal& law, CutForm form, std::span<T> out) {
  (void)plan_of<T>(law, sizeof(T) == sizeof(float) ? DType::f32 : DType::f64);
  const double before = std_dev_before_cut(law);
  if (!(before > 0)) {
    throw Error(ErrorCode::bad_value, "stream torch", "PyTorch's truncated normal divides by std, which is 0 here");
  }
  const bool absolute = form == CutForm::absolute;
  const double std_dev = absolute ? before : 1;
  const double mean = absolute ? law.mean : 0;
  const auto low = static_cast<T>(mean + law.low * std_dev);
  const auto high = static_cast<T>(mean + law.high * std_dev);
  uniform({.low = 2 * normal_below(law.low) - 1, .high = 2 * normal_below(law.high) - 1}, out);
  // Each line is a pass over the tensor there, rounded by itself.
  const auto factor = static_cast<T>(std_dev * std::sqrt(2.0));
  const auto shift = static_cast<T>(mean);
  for (T& value : out) {
    value = inverse_erf(value);
    value = value * factor;
    value = value + shift;
    value = std::min(std::max(value, low), high);
  }
  if (absolute) return;
  const auto scale = static_cast<T>(before);
  const auto centre = static_cast<T>(law.mean);
  for (T& value : out) {
    value = value * scale;
    value = value + centre;
  }
}

void TorchGenerator::truncated_normal(const TruncatedNormal& law, CutForm form, std::span<float> out) {
  fill_truncated(law, form, out);
}
void TorchGenerator::truncated_normal(const TruncatedNormal& law, CutForm form, std::span<double> out) {
  fill_truncated(law, form, out);
}

std::vector<std::uint32_t> TorchGenerator::permutation(std::uint64_t n) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 32;
  if (n >= kMost) {
    throw Error(ErrorCode::bad_value, "stream torch",
                "a permutation of " + std::to_string(n) + " numbers was asked for; fewer than 2^32 are served");
  }
  std::vector<std::uint32_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0U);
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    std::swap(order[i], order[i + engine_.next() % (order.size() - i)]);
  }
  return order;
}

}  // namespace fanin::random
