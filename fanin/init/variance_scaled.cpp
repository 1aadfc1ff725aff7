#include "fanin/init/variance_scaled.hpp"

#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::init {
namespace {

class VarianceScaledRule final : public LawRule {
 public:
  VarianceScaledRule(std::string text, const VarianceScaling& scaling) : LawRule(std::move(text)), scaling_(scaling) {}

 protected:
  [[nodiscard]] Law law_of(const net::ParameterSpec& tensor) const override {
    const net::Fans fans = dialect_fans(scaling_.dialect, tensor);
    if (fans.fan_in < 1 || fans.fan_out < 1) {
      throw Error(ErrorCode::bad_shape, tensor.name,
                  "its shape " + fanin::to_string(tensor.shape()) + " has no elements, so it has no fans");
    }
    return variance_scaled_law(scaling_, fans);
  }

 private:
  VarianceScaling scaling_;
};

/// The sums are formed as Glorot's and He's papers write them (and PyTorch computes them).
double formula_std_dev(const VarianceScaling& scaling, const net::Fans& fans) {
  const auto in = static_cast<double>(fans.fan_in);
  const auto out = static_cast<double>(fans.fan_out);
  switch (scaling.mode) {
    case FanMode::fan_in: return scaling.gain / std::sqrt(in);
    case FanMode::fan_out: return scaling.gain / std::sqrt(out);
    case FanMode::fan_avg: return scaling.gain * std::sqrt(2.0 / (in + out));
    case FanMode::fan_geo_avg: return scaling.gain / std::sqrt(std::sqrt(in) * std::sqrt(out));
  }
  return 0;
}

}  // namespace

std::string_view to_string(FanMode mode) noexcept {
  switch (mode) {
    case FanMode::fan_in: return "fan_in";
    case FanMode::fan_out: return "fan_out";
    case FanMode::fan_avg: return "fan_avg";
    case FanMode::fan_geo_avg: return "fan_geo_avg";
  }
  return "unknown";
}

FanMode parse_mode(std::string_view text, std::string_view scheme) {
  std::vector<std::string> names;
  for (const FanMode mode : {FanMode::fan_in, FanMode::fan_out, FanMode::fan_avg, FanMode::fan_geo_avg}) {
    if (text == to_string(mode)) return mode;
    names.emplace_back(to_string(mode));
  }
  throw Error(ErrorCode::unknown_name, "initializer " + std::string(scheme),
              "no mode '" + std::string(text) + "'; " + suggestion(text, names));
}

FanMode read_mode(CallReader& reader, std::string_view scheme, FanMode fallback, Dialect dialect) {
  const std::optional<std::string> given = reader.text("mode");
  const FanMode mode = given ? parse_mode(*given, scheme) : fallback;
  const bool lecun_of_timm = dialect == Dialect::timm && scheme.substr(0, 5) == "lecun";
  if ((dialect == Dialect::keras || dialect == Dialect::jax || lecun_of_timm) && mode != fallback) {
    throw Error(ErrorCode::unsupported, "initializer " + std::string(scheme),
                std::string(to_string(dialect)) + "'s form has no mode; write variance_scaling(mode=...)");
  }
  const bool is_torch = dialect == Dialect::pytorch || dialect == Dialect::timm;
  if (is_torch && mode != FanMode::fan_in && mode != FanMode::fan_out) {
    throw Error(
        ErrorCode::unsupported, "initializer " + std::string(scheme),
        "PyTorch has the modes fan_in and fan_out, not " + std::string(to_string(mode)) + "; leave the dialect out");
  }
  return mode;
}

Distribution library_distribution(Distribution distribution, Dialect dialect) noexcept {
  const bool cut = dialect == Dialect::keras || dialect == Dialect::jax;
  return cut && distribution == Distribution::normal ? Distribution::truncated_normal : distribution;
}

Law variance_scaled_law(const VarianceScaling& scaling, const net::Fans& fans) {
  const double sigma = formula_std_dev(scaling, fans);
  switch (scaling.distribution) {
    case Distribution::uniform: return random::Uniform{-std::sqrt(3.0) * sigma, std::sqrt(3.0) * sigma};
    case Distribution::truncated_normal: return random::TruncatedNormal{.std_dev = sigma};
    case Distribution::normal: break;
  }
  return random::Normal{0, sigma};
}

RulePtr variance_scaled_rule(std::string text, const VarianceScaling& scaling) {
  return std::make_shared<VarianceScaledRule>(std::move(text), scaling);
}

}  // namespace fanin::init
