// NumPy's two generators, bit for bit: the legacy RandomState and default_rng.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "fanin/random/replay.hpp"
#include "fanin/random/replay_mt19937.hpp"

namespace fanin::random {

/// np.random.seed(seed) and what follows: rand, uniform, randn and normal.
///
///     NumpyRandomState state(42);
///     state.normal({}, values);   // np.random.randn(n)
///
/// Verified against NumPy 1.24; its policy freezes this stream for ever (NEP 19). Bits hold where the platform's
/// log rounds as NumPy's does (the C library's).
class NumpyRandomState final : public Replay {
 public:
  explicit NumpyRandomState(std::uint32_t seed) noexcept : engine_(seed) {}

  /// rand and random_sample are uniform({0, 1}).
  void uniform(const Uniform& law, std::span<float> out) override;
  void uniform(const Uniform& law, std::span<double> out) override;
  /// randn and standard_normal are normal({0, 1}). Values come in pairs; the second of a pair is kept for the next
  /// call.
  void normal(const Normal& law, std::span<float> out) override;
  void normal(const Normal& law, std::span<double> out) override;

 private:
  double next_double() noexcept;
  double next_normal() noexcept;

  Mt19937 engine_;
  bool has_second_ = false;
  double second_ = 0;
};

/// np.random.default_rng(seed): PCG64 (XSL-RR, 128 bits of state) seeded through SeedSequence.
///
///     NumpyGenerator generator(42);
///     generator.normal({}, values);   // generator.standard_normal(n), generator.normal(0, 1, n)
///
/// Verified against NumPy 1.24.
class NumpyGenerator final : public Replay {
 public:
  explicit NumpyGenerator(std::uint64_t seed) noexcept;

  /// random is uniform({0, 1}).
  void uniform(const Uniform& law, std::span<float> out) override;
  void uniform(const Uniform& law, std::span<double> out) override;
  void normal(const Normal& law, std::span<float> out) override;
  void normal(const Normal& law, std::span<double> out) override;

 private:
  struct Wide {  // 128 bits
    std::uint64_t high = 0;
    std::uint64_t low = 0;
  };
  static Wide multiply_add(const Wide& a, const Wide& factor, const Wide& term) noexcept;
  std::uint64_t next() noexcept;
  double next_double() noexcept;
  double next_normal() noexcept;

  Wide state_;
  Wide increment_;
};

}  // namespace fanin::random
