// PyTorch's CPU generator, bit for bit: torch.manual_seed and what follows.
#pragma once

#include <cstdint>
#include <span>

#include "fanin/random/replay.hpp"
#include "fanin/random/replay_mt19937.hpp"

namespace fanin::random {

/// torch.manual_seed(seed); uniform is tensor.uniform_(low, high), normal is tensor.normal_(mean, std) for a
/// contiguous CPU tensor with as many elements as the span. torch.nn.init's functions call just these:
///
///     TorchGenerator torch(0);                            // torch.manual_seed(0)
///     torch.normal({0, std::sqrt(2.0 / fan_in)}, weight);  // kaiming_normal_(weight)
///
/// normal has two paths, as PyTorch has: below 16 elements one value after another in f64, the second of each pair
/// kept for the next call; from 16 on blocks of 16, whose last one is drawn anew when it is not whole.
/// truncated_normal is torch.nn.init.trunc_normal_ or timm's trunc_normal_tf_, permutation torch.randperm.
/// Verified against PyTorch 1.13 on x86-64 with AVX2, whose large f32 path uses its own log, sin and cos with fused
/// multiply-adds; other processors take other paths there and give other last bits.
class TorchGenerator final : public Replay {
 public:
  explicit TorchGenerator(std::uint64_t seed) noexcept : engine_(static_cast<std::uint32_t>(seed)) {}

  void uniform(const Uniform& law, std::span<float> out) override;
  void uniform(const Uniform& law, std::span<double> out) override;
  void normal(const Normal& law, std::span<float> out) override;
  void normal(const Normal& law, std::span<double> out) override;
  void truncated_normal(const TruncatedNormal& law, CutForm form, std::span<float> out) override;
  void truncated_normal(const TruncatedNormal& law, CutForm form, std::span<double> out) override;
  std::vector<std::uint32_t> permutation(std::uint64_t n) override;

 private:
  float next_float() noexcept;
  double next_double() noexcept;
  double next_normal(const Normal& law) noexcept;
  template <typename T>
  void fill_truncated(const TruncatedNormal& law, CutForm form, std::span<T> out);
  template <typename T>
  void fill_normal_blocks(const Normal& law, std::span<T> out) noexcept;

  Mt19937 engine_;
  bool has_second_ = false;
  double second_ = 0;
};

/// The inverse error function as PyTorch computes and rounds it; ±infinity at ±1. @param y  in [-1, 1].
/// @source  MATLAB's rational approximations in Pavlis's translation (1996), then two steps of Newton; a product that
///          feeds a sum is fused with it.
float torch_inverse_erf(float y) noexcept;
double torch_inverse_erf(double y) noexcept;

}  // namespace fanin::random
