// Settings for some of a network's parameters, told by patterns of their names:
//     head=zeros,conv*=delta_orthogonal        head=100x,*.bias=0.5x
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fanin/net/parameter.hpp"

namespace fanin::experiment {

struct NameRule {
  std::string pattern;  ///< '*' stands for any characters, '?' for one
  std::string value;
};

/// Splits "PATTERN=VALUE,PATTERN=VALUE" at the commas outside parentheses.
/// @throws Error bad_syntax naming `option`.
std::vector<NameRule> parse_name_rules(std::string_view text, std::string_view option);

enum class Match {
  none,
  layer,  ///< the pattern names a layer above the parameter: "conv*" and "conv1.weight"
  exact,  ///< the pattern names the parameter itself: "*.bias" and "conv1.bias"
};
Match match(std::string_view pattern, std::string_view name) noexcept;

/// The rule for each parameter, the last one that fits; null where none does.
/// @param reaches  whether a match of this kind counts for this parameter.
/// @throws Error unknown_name with the nearest layers when a rule fits no parameter.
std::vector<const NameRule*> rules_of(const std::vector<net::ParameterSpec>& parameters,
                                      const std::vector<NameRule>& rules, std::string_view option,
                                      bool (*reaches)(const net::ParameterSpec& parameter, Match match));

}  // namespace fanin::experiment
