#include "fanin/net/ops/affine.hpp"

#include <array>
#include <cstdio>

#include "fanin/core/error.hpp"

namespace fanin::net {

double checked_epsilon(double epsilon, std::string_view op) {
  if (!(epsilon > 0 && epsilon <= 1)) {
    throw Error(ErrorCode::bad_value, std::string(op),
                "epsilon must be above 0 and at most 1, found " + std::to_string(epsilon));
  }
  return epsilon;
}

std::string norm_attributes(double epsilon, double fallback, bool affine) {
  std::string text;
  if (epsilon != fallback) {
    std::array<char, 32> digits{};
    std::snprintf(digits.data(), digits.size(), "%.9g", epsilon);
    text = "eps=" + std::string(digits.data());
  }
  if (!affine) text += std::string(text.empty() ? "" : ", ") + "affine=false";
  return text;
}

std::vector<ParameterSpec> affine_parameters(std::int64_t channels, bool shift) {
  std::vector<ParameterSpec> all{{"weight", ParameterRole::scale, {{{Axis::channel, channels}}}}};
  if (shift) all.push_back({"bias", ParameterRole::shift, {{{Axis::channel, channels}}}});
  return all;
}

Cost norm_cost(const Shape& shape) {
  const auto count = static_cast<double>(shape.count());
  return {.forward_flops = 8 * count, .backward_flops = 12 * count};
}

}  // namespace fanin::net
