#include "fanin/net/activation.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/net/activations/all.hpp"

namespace fanin::net {

std::span<const ActivationFunction* const> activation_functions() noexcept {
  static constexpr std::array kAll{&kLinear, &kRelu,      &kLeakyRelu,   &kElu,      &kSelu,     &kSigmoid,
                                   &kTanh,   &kSoftsign,  &kSoftplus,    &kGelu,     &kGeluTanh, &kSilu,
                                   &kMish,   &kHardswish, &kHardsigmoid, &kHardtanh, &kErf,      &kSin};
  return kAll;
}

Activation parse_activation(std::string_view text) {
  const CallExpr call = parse_call(text, "activation");
  std::vector<std::string> names;
  for (const ActivationFunction* function : activation_functions()) {
    names.emplace_back(function->name);
    for (const std::string_view alias : function->aliases) names.emplace_back(alias);
    if (function->name != call.name && std::ranges::count(function->aliases, call.name) == 0) continue;
    CallReader reader(call, "activation");
    double parameter = function->default_parameter;
    if (!function->parameter_name.empty()) parameter = reader.number(function->parameter_name, parameter);
    reader.finish();
    return {*function, parameter};
  }
  throw Error(ErrorCode::unknown_name, "activation",
              "no activation '" + call.name + "'; " + suggestion(call.name, names));
}

std::string to_string(const Activation& activation) {
  const ActivationFunction& function = activation.function();
  std::string text(function.name);
  if (function.parameter_name.empty() || activation.parameter() == function.default_parameter) return text;
  std::array<char, 32> digits{};
  for (int precision = 1; precision <= 17; ++precision) {  // the shortest text that reads back to the same number
    std::snprintf(digits.data(), digits.size(), "%.*g", precision, activation.parameter());
    if (parse_number(digits.data()) == activation.parameter()) break;
  }
  return text + "(" + std::string(function.parameter_name) + "=" + digits.data() + ")";
}

}  // namespace fanin::net
