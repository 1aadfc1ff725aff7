// The rule shared by LeCun, Glorot and He: independent elements of variance gain²/fan.
#pragma once

#include <string>
#include <string_view>

#include "fanin/core/call_expr.hpp"
#include "fanin/init/rule.hpp"
#include "fanin/init/scheme.hpp"

namespace fanin::init {

enum class FanMode {
  fan_in,       ///< keeps the variance of the signal
  fan_out,      ///< keeps the variance of the gradient
  fan_avg,      ///< (fan_in + fan_out)/2, a compromise
  fan_geo_avg,  ///< √(fan_in·fan_out), JAX's
};

std::string_view to_string(FanMode mode) noexcept;
/// Reads mode= (or the next position) of he_* and lecun_*. Keras's, JAX's and timm's own forms have no such argument:
/// there only the fallback is taken; PyTorch's kaiming has fan_in and fan_out. @throws Error unknown_name, unsupported.
FanMode read_mode(CallReader& reader, std::string_view scheme, FanMode fallback, Dialect dialect);
/// @throws Error unknown_name.
FanMode parse_mode(std::string_view text, std::string_view scheme);

enum class Distribution { uniform, normal, truncated_normal };
/// What a library's *_normal draws from: Keras and JAX cut theirs.
Distribution library_distribution(Distribution distribution, Dialect dialect) noexcept;

struct VarianceScaling {
  double gain = 1;  ///< the square root of variance times fan
  FanMode mode = FanMode::fan_in;
  Distribution distribution = Distribution::normal;
  Dialect dialect = Dialect::fanin;  ///< whose fans
};

/// The law of a tensor with these fans: uniform on ±√3·σ, or normal, or normal cut at ±2 standard
/// deviations and widened so that σ is that of the values, with σ = gain/√fan.
Law variance_scaled_law(const VarianceScaling& scaling, const net::Fans& fans);

/// The rule of every scheme of the family; `text` is its canonical text.
RulePtr variance_scaled_rule(std::string text, const VarianceScaling& scaling);

}  // namespace fanin::init
