#include "fanin/random/replay_torch.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "fanin/random/plan.hpp"

namespace fanin::random {
namespace {

constexpr std::size_t kBlock = 16;
constexpr std::size_t kHalf = kBlock / 2;

template <std::size_t Size>
float fused_polynomial(const std::array<float, Size>& highest_first, float x) noexcept {
  float sum = highest_first[0];
  for (std::size_t i = 1; i < Size; ++i) sum = std::fma(sum, x, highest_first[i]);
  return sum;
}

/// The natural logarithm of 0 < x <= 1 as PyTorch's vector code rounds it.
/// @source  logf of the Cephes library (Moshier), in the order of operations of Pommier's avx_mathfun; a product that
///          feeds a sum is fused with it, as the compilers of PyTorch do.
float vector_log(float x) noexcept {
  constexpr std::array<float, 9> kSeries = {7.0376836292E-2F,  -1.1514610310E-1F, 1.1676998740E-1F,
                                            -1.2420140846E-1F, 1.4249322787E-1F,  -1.6668057665E-1F,
                                            2.0000714765E-1F,  -2.4999993993E-1F, 3.3333331174E-1F};
  x = std::max(x, std::numeric_limits<float>::min());
  const auto bits = std::bit_cast<std::uint32_t>(x);
  float exponent = static_cast<float>(static_cast<int>(bits >> 23) - 127) + 1.0F;
  x = std::bit_cast<float>((bits & 0x007FFFFFU) | 0x3F000000U);
  const bool small = x < 0.707106781186547524F;
  const float kept = small ? x : 0.0F;
  x = x - 1.0F;
  exponent = exponent - (small ? 1.0F : 0.0F);
  x = x + kept;
  const float square = x * x;
  float y = std::fma(fused_polynomial(kSeries, x) * x, square, exponent * -2.12194440E-4F);
  y = std::fma(-square, 0.5F, y);
  x = x + y;
  return std::fma(exponent, 0.693359375F, x);
}

struct SineCosine {
  float sine;
  float cosine;
};

/// Sine and cosine of 0 <= x < 2 pi as PyTorch's vector code rounds them. @source as vector_log: sinf and cosf.
SineCosine vector_sine_cosine(float x) noexcept {
  constexpr std::array<float, 3> kCosine = {2.443315711809948E-5F, -1.388731625493765E-3F, 4.166664568298827E-2F};
  constexpr std::array<float, 3> kSine = {-1.9515295891E-4F, 8.3321608736E-3F, -1.6666654611E-1F};
  const int octant = (static_cast<int>(x * 1.27323954473516F) + 1) & ~1;
  const auto y = static_cast<float>(octant);
  x = std::fma(y, -0.78515625F, x);
  x = std::fma(y, -2.4187564849853515625E-4F, x);
  x = std::fma(y, -3.77489497744594108E-8F, x);
  const float square = x * x;
  const float cosine = std::fma(fused_polynomial(kCosine, square) * square, square, square * -0.5F) + 1.0F;
  const float sine = std::fma(fused_polynomial(kSine, square) * square, x, x);
  const bool straight = (octant & 2) == 0;
  const float sine_sign = (octant & 4) != 0 ? -1.0F : 1.0F;
  const float cosine_sign = ((octant - 2) & 4) == 0 ? -1.0F : 1.0F;
  return {sine_sign * (straight ? sine : cosine), cosine_sign * (straight ? cosine : sine)};
}

// Box-Muller on a block of uniform values: radii from the first half, angles from the second.
void normal_block(const Normal& law, float* block) noexcept {
  const auto mean = static_cast<float>(law.mean);
  const auto std_dev = static_cast<float>(law.std_dev);
  for (std::size_t i = 0; i < kHalf; ++i) {
    const float radius = std::sqrt(-2.0F * vector_log(1.0F - block[i]));
    const SineCosine angle = vector_sine_cosine(6.283185307179586F * block[i + kHalf]);
    block[i] = std::fma(radius * angle.cosine, std_dev, mean);
    block[i + kHalf] = std::fma(radius * angle.sine, std_dev, mean);
  }
}

void normal_block(const Normal& law, double* block) noexcept {
  constexpr double kTwoPi = 6.283185307179586476925;
  for (std::size_t i = 0; i < kHalf; ++i) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - block[i]));
    const double angle = kTwoPi * block[i + kHalf];
    block[i] = std::fma(radius * std::cos(angle), law.std_dev, law.mean);
    block[i + kHalf] = std::fma(radius * std::sin(angle), law.std_dev, law.mean);
  }
}

}  // namespace

// The low 24 bits of a word.
float TorchGenerator::next_float() noexcept { return static_cast<float>(engine_.next() & 0xFFFFFFU) * 0x1p-24F; }

// The low 53 bits of two words, the first on top.
double TorchGenerator::next_double() noexcept {
  const std::uint64_t high = engine_.next();
  const std::uint64_t word = (high << 32) | engine_.next();
  return static_cast<double>(word & 0x1FFFFFFFFFFFFFU) * 0x1p-53;
}

double TorchGenerator::next_normal(const Normal& law) noexcept {
  double value = second_;
  if (has_second_) {
    has_second_ = false;
  } else {
    constexpr double kTwoPi = 6.283185307179586476925;
    const double angle = kTwoPi * next_double();
    const double radius = std::sqrt(-2.0 * std::log(1.0 - next_double()));
    second_ = radius * std::sin(angle);
    has_second_ = true;
    value = radius * std::cos(angle);
  }
  return std::fma(value, law.std_dev, law.mean);
}

template <typename T>
void TorchGenerator::fill_normal_blocks(const Normal& law, std::span<T> out) noexcept {
  const auto draw = [this] {
    if constexpr (sizeof(T) == 4) {
      return next_float();
    } else {
      return next_double();
    }
  };
  std::generate(out.begin(), out.end(), draw);
  for (std::size_t i = 0; i + kBlock <= out.size(); i += kBlock) normal_block(law, out.data() + i);
  if (out.size() % kBlock != 0) {
    const std::span<T> last = out.last(kBlock);
    std::generate(last.begin(), last.end(), draw);
    normal_block(law, last.data());
  }
}

void TorchGenerator::uniform(const Uniform& law, std::span<float> out) {
  (void)plan_of<float>(law, DType::f32);
  const auto low = static_cast<float>(law.low);
  const float range = static_cast<float>(law.high) - low;
  for (float& value : out) value = std::fma(next_float(), range, low);
}

void TorchGenerator::uniform(const Uniform& law, std::span<double> out) {
  (void)plan_of<double>(law, DType::f64);
  for (double& value : out) value = std::fma(next_double(), law.high - law.low, law.low);
}

void TorchGenerator::normal(const Normal& law, std::span<float> out) {
  (void)plan_of<float>(law, DType::f32);
  if (out.size() >= kBlock) {
    fill_normal_blocks(law, out);
  } else {
    for (float& value : out) value = static_cast<float>(next_normal(law));
  }
}

void TorchGenerator::normal(const Normal& law, std::span<double> out) {
  (void)plan_of<double>(law, DType::f64);
  if (out.size() >= kBlock) {
    fill_normal_blocks(law, out);
  } else {
    for (double& value : out) value = next_normal(law);
  }
}

}  // namespace fanin::random
