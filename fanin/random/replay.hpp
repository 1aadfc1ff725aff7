// Streams of other libraries, reproduced bit for bit: what NumPy or PyTorch would draw after the same seed. They are
// sequential (a value depends on everything drawn before it), so they serve comparison and migration, not speed.
//
//     const auto replay = random::make_replay("torch", /*seed=*/0);   // torch.manual_seed(0)
//     replay->normal({.mean = 0, .std_dev = 0.05}, weight);           // weight.normal_(0, 0.05)
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/random/stream.hpp"

namespace fanin::random {

/// The order of operations that a truncated normal value goes through; the law is the same.
enum class CutForm {
  absolute,  ///< torch.nn.init.trunc_normal_: scaled, shifted, then clamped to the bounds
  relative,  ///< timm's trunc_normal_tf_: cut as a standard normal, then scaled and shifted
};

/// A generator of another library. Every call continues where the last one ended.
class Replay {
 public:
  virtual ~Replay() = default;
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  /// f32: NumPy draws f64 and the values are then rounded (astype(np.float32)); PyTorch draws f32.
  /// @throws Error bad_value for parameters outside their domain.
  virtual void uniform(const Uniform& law, std::span<float> out) = 0;
  virtual void uniform(const Uniform& law, std::span<double> out) = 0;
  virtual void normal(const Normal& law, std::span<float> out) = 0;
  virtual void normal(const Normal& law, std::span<double> out) = 0;

  /// PyTorch only: the other libraries have no truncated normal of their own.
  /// @throws Error unsupported, bad_value.
  virtual void truncated_normal(const TruncatedNormal& law, CutForm form, std::span<float> out);
  virtual void truncated_normal(const TruncatedNormal& law, CutForm form, std::span<double> out);
  /// PyTorch only: torch.randperm(n).
  /// @throws Error unsupported, bad_value (n > 2^32).
  virtual std::vector<std::uint32_t> permutation(std::uint64_t n);

 protected:
  Replay() = default;
};

/// "numpy": np.random.seed(seed) and RandomState. "numpy-pcg64": np.random.default_rng(seed).
/// "torch": torch.manual_seed(seed) on the CPU.
/// @throws Error unknown_name; bad_value where the library refuses the seed.
std::unique_ptr<Replay> make_replay(std::string_view library, std::uint64_t seed);
/// The names that make_replay knows.
const std::vector<std::string>& replay_names();

}  // namespace fanin::random
