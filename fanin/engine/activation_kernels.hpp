// The activation functions on SIMD lanes, by name. The lanes are in activations/<name>-inl.hpp,
// the definitions they are checked against in net/activations/<name>.cpp.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace fanin::engine {

/// What the backward pass reads: the function's input, or its output (then the function may
/// overwrite its input).
enum class Saves { input, output };

struct ActivationKernels {
  std::string_view name;
  Saves saves = Saves::input;
  /// y[i] = φ(x[i]; a); y may be x.
  void (*forward)(float a, std::size_t count, const float* x, float* y) noexcept = nullptr;
  /// dx[i] = dy[i] φ'; `saved` is x or y as `saves` says; dx may be dy.
  void (*backward)(float a, std::size_t count, const float* saved, const float* dy, float* dx) noexcept = nullptr;
};

/// All kernels for the running processor.
std::span<const ActivationKernels> activation_kernels() noexcept;
/// The kernels of net's activation `name`, or null.
const ActivationKernels* find_activation_kernels(std::string_view name) noexcept;

}  // namespace fanin::engine
