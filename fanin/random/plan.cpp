#include "fanin/random/plan.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/random/coefficients.hpp"
#include "fanin/random/normal_mass.hpp"
#include "fanin/random/rounding.hpp"

namespace fanin::random {
namespace {

constexpr double kSqrtTwo = 1.41421356237309504880;
// Cuts nearer to the mean than this (in standard deviations) keep enough digits in f32.
constexpr double kNearestCutF32 = 1.0;
// The nearer cut may lie this far out; beyond it less than 1e-299 of the law is left.
constexpr double kFarthestCut = 37.0;

[[noreturn]] void reject(const std::string& where, const std::string& message) {
  throw Error(ErrorCode::bad_value, where, message);
}

void check_in_range(const char* where, const char* what, double value, DType dtype) {
  if (std::isfinite(value) && std::abs(value) <= largest_finite(dtype)) return;
  reject(where, std::string(what) + " is " + std::to_string(value) + ", expected a finite number within the range of " +
                    std::string(to_string(dtype)));
}

void check_std_dev(const char* where, double std_dev, DType dtype) {
  check_in_range(where, "the standard deviation", std_dev, dtype);
  if (std_dev < 0) reject(where, "the standard deviation is " + std::to_string(std_dev) + ", expected >= 0");
}

void check_cut(const TruncatedNormal& law) {
  constexpr const char* kWhere = "truncated normal";
  if (std::isnan(law.low) || std::isnan(law.high) || !(law.low < law.high)) {
    reject(kWhere, "the cut is [" + std::to_string(law.low) + ", " + std::to_string(law.high) +
                       "] standard deviations, expected low < high");
  }
  if (law.low > kFarthestCut || law.high < -kFarthestCut) {
    reject(kWhere, "the cut [" + std::to_string(law.low) + ", " + std::to_string(law.high) +
                       "] lies more than 37 standard deviations from the mean, where nothing is left to draw from; "
                       "move it nearer to 0");
  }
  if (!std::isfinite(law.std_dev) || law.std_dev < 0) {
    reject(kWhere, "the standard deviation is " + std::to_string(law.std_dev) + ", expected a finite number >= 0");
  }
}

}  // namespace

bool fits_f32(const TruncatedNormal& law) noexcept { return law.low <= kNearestCutF32 && law.high >= -kNearestCutF32; }

double std_dev_before_cut(const TruncatedNormal& law) {
  check_cut(law);
  if (!law.corrected) return law.std_dev;
  return law.std_dev / std::sqrt(normal_piece(law.low, law.high).variance);
}

template <typename T>
UniformPlan<T> plan_of(const Uniform& law, DType dtype) {
  check_in_range("uniform", "low", law.low, dtype);
  check_in_range("uniform", "high", law.high, dtype);
  if (law.low > law.high) {
    reject("uniform", "low " + std::to_string(law.low) + " is above high " + std::to_string(law.high));
  }
  constexpr double kWordWidth = sizeof(T) == 4 ? 0x1p-32 : 0x1p-64;
  UniformPlan<T> plan{};
  plan.middle = static_cast<T>(0.5 * law.low + 0.5 * law.high);
  plan.step = static_cast<T>(law.high * kWordWidth - law.low * kWordWidth);
  double lowest = smallest_at_least(dtype, law.low);
  double highest = largest_below(dtype, law.high);
  // No value of the type lies in [low, high): the nearest to low stands for it.
  if (lowest > highest) lowest = highest = nearest_in(dtype, law.low);
  plan.lowest = static_cast<T>(lowest);
  plan.highest = static_cast<T>(highest);
  // Rounding can carry the outermost words out of [low, high). A step smaller by a few units in the
  // last place keeps them in and spares the kernels the clamp.
  constexpr T kWordEnd = static_cast<T>(sizeof(T) == 4 ? 0x1p31 : 0x1p63);
  const auto escapes = [&] {
    return plan.middle - kWordEnd * plan.step < plan.lowest || plan.middle + kWordEnd * plan.step > plan.highest;
  };
  constexpr int kTries = 4;
  const T full_step = plan.step;
  for (int i = 0; i < kTries && escapes(); ++i) plan.step = std::nextafter(plan.step, T{0});
  plan.clamped = escapes();
  if (plan.clamped) plan.step = full_step;
  return plan;
}

template <typename T>
NormalPlan<T> plan_of(const Normal& law, DType dtype) {
  check_in_range("normal", "the mean", law.mean, dtype);
  check_std_dev("normal", law.std_dev, dtype);
  return {static_cast<T>(law.mean), static_cast<T>(law.std_dev * kSqrtTwo)};
}

template <typename T>
TruncatedPlan<T> plan_of(const TruncatedNormal& law, DType dtype) {
  check_in_range("truncated normal", "the mean", law.mean, dtype);
  double std_dev = std_dev_before_cut(law);
  check_std_dev("truncated normal", std_dev, dtype);
  const auto cut_at = [&](double units) { return std_dev == 0 ? law.mean : law.mean + units * std_dev; };
  double lowest = std::max(smallest_at_least(dtype, cut_at(law.low)), -largest_finite(dtype));
  double highest = std::min(largest_at_most(dtype, cut_at(law.high)), largest_finite(dtype));
  if (lowest > highest) lowest = highest = nearest_in(dtype, law.mean);

  double low = law.low;
  double high = law.high;
  const bool one_sided = !fits_f32(law);
  if (one_sided && low > 0) {  // mirror: the cut then lies in the lower tail
    low = -law.high;
    high = -law.low;
    std_dev = -std_dev;
  }
  const NormalPiece piece = normal_piece(low, high);
  constexpr double kWordWidth = sizeof(T) == 4 ? 0x1p-32 : 0x1p-64;
  TruncatedPlan<T> plan{};
  plan.slope = static_cast<T>(piece.mass * kWordWidth);
  plan.near_low = static_cast<T>(piece.below);
  if (one_sided) {  // both ends count the lower tail
    plan.centre = static_cast<T>(piece.below + 0.5 * piece.mass - 0.5);
    plan.near_high = static_cast<T>(piece.below + piece.mass);
    plan.slope_high = -plan.slope;
  } else {
    plan.centre = static_cast<T>(0.5 * (piece.below - piece.above));
    plan.near_high = static_cast<T>(piece.above);
    plan.slope_high = plan.slope;
  }
  plan.mean = static_cast<T>(law.mean);
  plan.std_dev = static_cast<T>(std_dev);
  plan.lowest = static_cast<T>(lowest);
  plan.highest = static_cast<T>(highest);
  const double reach = std::abs(static_cast<double>(plan.centre)) + 0.5 * piece.mass;
  constexpr double kRoundingRoom = 1e-6;
  const double central = sizeof(T) == 4 ? static_cast<double>(coefficients::kCentreF32) : coefficients::kCentreF64;
  plan.has_tail = reach + kRoundingRoom > central;
  return plan;
}

template <typename T>
BernoulliPlan<T> plan_of(const Bernoulli& law, DType dtype) {
  check_in_range("bernoulli", "the value of success", law.on, dtype);
  check_in_range("bernoulli", "the value of failure", law.off, dtype);
  if (!(law.probability >= 0 && law.probability <= 1)) {
    reject("bernoulli", "the probability is " + std::to_string(law.probability) + ", expected 0 <= p <= 1");
  }
  constexpr std::uint64_t kCertain = std::uint64_t{1} << 32;
  const auto threshold = static_cast<std::uint64_t>(law.probability * 0x1p32 + 0.5);
  const auto on = static_cast<T>(law.on);
  // No 32-bit word reaches 2^32, but the kernels' threshold is one: certainty is told by the values.
  if (threshold == kCertain) return {0, on, on};
  return {threshold, on, static_cast<T>(law.off)};
}

template UniformPlan<float> plan_of(const Uniform&, DType);
template UniformPlan<double> plan_of(const Uniform&, DType);
template NormalPlan<float> plan_of(const Normal&, DType);
template NormalPlan<double> plan_of(const Normal&, DType);
template TruncatedPlan<float> plan_of(const TruncatedNormal&, DType);
template TruncatedPlan<double> plan_of(const TruncatedNormal&, DType);
template BernoulliPlan<float> plan_of(const Bernoulli&, DType);
template BernoulliPlan<double> plan_of(const Bernoulli&, DType);

}  // namespace fanin::random
