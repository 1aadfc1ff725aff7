#include "fanin/random/replay_numpy.hpp"

#include <bit>
#include <cmath>

#include "fanin/random/plan.hpp"
#include "fanin/random/replay_ziggurat.hpp"

namespace fanin::random {
namespace {

void check(const Uniform& law) { (void)plan_of<double>(law, DType::f64); }
void check(const Normal& law) { (void)plan_of<double>(law, DType::f64); }

/// NumPy's SeedSequence for one integer without spawning: spreads it over four words, and those over any number.
/// @source  O'Neill, "Developing a seed_seq alternative" (2015); NumPy's documentation of SeedSequence.
class SeedSequence final {
 public:
  explicit SeedSequence(std::uint64_t seed) noexcept {
    const std::array<std::uint32_t, 2> entropy = {static_cast<std::uint32_t>(seed),
                                                  static_cast<std::uint32_t>(seed >> 32)};
    for (std::size_t i = 0; i < pool_.size(); ++i) pool_[i] = hash_in(i < entropy.size() ? entropy[i] : 0);
    for (std::size_t from = 0; from < pool_.size(); ++from) {
      for (std::size_t to = 0; to < pool_.size(); ++to) {
        if (from != to) pool_[to] = mix(pool_[to], hash_in(pool_[from]));
      }
    }
  }

  std::uint64_t next() noexcept {
    const std::uint64_t low = hash_out();
    return (std::uint64_t{hash_out()} << 32) | low;
  }

 private:
  static std::uint32_t fold(std::uint32_t value) noexcept { return value ^ (value >> 16); }
  static std::uint32_t mix(std::uint32_t x, std::uint32_t y) noexcept {
    return fold(0xCA01F9DDU * x - 0x4973F715U * y);
  }
  std::uint32_t hash_in(std::uint32_t value) noexcept {
    value ^= in_;
    in_ *= 0x931E8875U;
    return fold(value * in_);
  }
  std::uint32_t hash_out() noexcept {
    std::uint32_t value = pool_[read_++ % pool_.size()] ^ out_;
    out_ *= 0x58F38DEDU;
    return fold(value * out_);
  }

  std::array<std::uint32_t, 4> pool_{};
  std::uint32_t in_ = 0x43B0D7E5U;
  std::uint32_t out_ = 0x8B51F9DDU;
  std::size_t read_ = 0;
};

// The high 64 bits of a * b.
std::uint64_t high_product(std::uint64_t a, std::uint64_t b) noexcept {
  constexpr std::uint64_t kLow = 0xFFFFFFFF;
  const std::uint64_t low = (a & kLow) * (b & kLow);
  const std::uint64_t cross_a = (a >> 32) * (b & kLow) + (low >> 32);
  const std::uint64_t cross_b = (a & kLow) * (b >> 32) + (cross_a & kLow);
  return (a >> 32) * (b >> 32) + (cross_a >> 32) + (cross_b >> 32);
}

}  // namespace

// Legacy RandomState -------------------------------------------------------------------------------

// 53 bits: 27 of one word over 26 of the next.
double NumpyRandomState::next_double() noexcept {
  const std::uint32_t high = engine_.next() >> 5;
  const std::uint32_t low = engine_.next() >> 6;
  return (static_cast<double>(high) * 67108864.0 + static_cast<double>(low)) / 9007199254740992.0;
}

/// @source  Marsaglia and Bray 1964: the polar method.
double NumpyRandomState::next_normal() noexcept {
  if (has_second_) {
    has_second_ = false;
    return second_;
  }
  double x = 0;
  double y = 0;
  double square = 0;
  do {
    x = 2.0 * next_double() - 1.0;
    y = 2.0 * next_double() - 1.0;
    square = x * x + y * y;
  } while (square >= 1.0 || square == 0.0);
  const double factor = std::sqrt(-2.0 * std::log(square) / square);
  second_ = factor * x;
  has_second_ = true;
  return factor * y;
}

void NumpyRandomState::uniform(const Uniform& law, std::span<double> out) {
  check(law);
  const double range = law.high - law.low;
  for (double& value : out) value = law.low + range * next_double();
}
void NumpyRandomState::uniform(const Uniform& law, std::span<float> out) {
  check(law);
  const double range = law.high - law.low;
  for (float& value : out) value = static_cast<float>(law.low + range * next_double());
}
void NumpyRandomState::normal(const Normal& law, std::span<double> out) {
  check(law);
  for (double& value : out) value = law.mean + law.std_dev * next_normal();
}
void NumpyRandomState::normal(const Normal& law, std::span<float> out) {
  check(law);
  for (float& value : out) value = static_cast<float>(law.mean + law.std_dev * next_normal());
}

// default_rng --------------------------------------------------------------------------------------

NumpyGenerator::Wide NumpyGenerator::multiply_add(const Wide& a, const Wide& factor, const Wide& term) noexcept {
  const std::uint64_t low = a.low * factor.low;
  const std::uint64_t high = high_product(a.low, factor.low) + a.high * factor.low + a.low * factor.high;
  Wide sum{high + term.high, low + term.low};
  if (sum.low < term.low) ++sum.high;
  return sum;
}

/// @source  O'Neill, "PCG: a family of simple fast space-efficient statistically good algorithms" (2014).
NumpyGenerator::NumpyGenerator(std::uint64_t seed) noexcept {
  SeedSequence sequence(seed);
  Wide start;
  start.high = sequence.next();
  start.low = sequence.next();
  increment_.high = sequence.next();
  increment_.low = sequence.next();
  increment_ = {(increment_.high << 1) | (increment_.low >> 63), (increment_.low << 1) | 1U};
  (void)next();  // from state 0
  state_.low += start.low;
  state_.high += start.high + (state_.low < start.low ? 1U : 0U);
  (void)next();
}

std::uint64_t NumpyGenerator::next() noexcept {
  constexpr Wide kMultiplier{0x2360ED051FC65DA4, 0x4385DF649FCCF645};
  state_ = multiply_add(state_, kMultiplier, increment_);
  return std::rotr(state_.high ^ state_.low, static_cast<int>(state_.high >> 58));
}

double NumpyGenerator::next_double() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

/// @source  Marsaglia and Tsang, "The ziggurat method for generating random variables", J. Statistical Software 5
///          (2000), with 256 layers. One word gives layer (8 bits), sign and magnitude (52 bits).
double NumpyGenerator::next_normal() noexcept {
  for (;;) {
    const std::uint64_t word = next();
    const std::size_t layer = word & 0xFFU;
    const bool negative = ((word >> 8) & 1U) != 0;
    const std::uint64_t magnitude = (word >> 9) & 0x000FFFFFFFFFFFFFU;
    double x = static_cast<double>(magnitude) * std::bit_cast<double>(ziggurat::kWidthBits[layer]);
    if (negative) x = -x;
    if (magnitude < ziggurat::kInside[layer]) return x;
    if (layer == 0) {  // beyond the last layer: Marsaglia's tail
      for (;;) {
        const double beyond = -ziggurat::kInverseTailStart * std::log1p(-next_double());
        const double test = -std::log1p(-next_double());
        if (test + test > beyond * beyond) {
          const double tail = ziggurat::kTailStart + beyond;
          return ((magnitude >> 8) & 1U) != 0 ? -tail : tail;
        }
      }
    }
    const double upper = std::bit_cast<double>(ziggurat::kDensityBits[layer - 1]);
    const double lower = std::bit_cast<double>(ziggurat::kDensityBits[layer]);
    if ((upper - lower) * next_double() + lower < std::exp(-0.5 * x * x)) return x;
  }
}

void NumpyGenerator::uniform(const Uniform& law, std::span<double> out) {
  check(law);
  const double range = law.high - law.low;
  for (double& value : out) value = law.low + range * next_double();
}
void NumpyGenerator::uniform(const Uniform& law, std::span<float> out) {
  check(law);
  const double range = law.high - law.low;
  for (float& value : out) value = static_cast<float>(law.low + range * next_double());
}
void NumpyGenerator::normal(const Normal& law, std::span<double> out) {
  check(law);
  for (double& value : out) value = law.mean + law.std_dev * next_normal();
}
void NumpyGenerator::normal(const Normal& law, std::span<float> out) {
  check(law);
  for (float& value : out) value = static_cast<float>(law.mean + law.std_dev * next_normal());
}

}  // namespace fanin::random
