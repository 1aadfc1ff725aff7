#include "fanin/experiment/training/name_rules.hpp"

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::experiment {
namespace {

// '*' and '?' as in file names: goes back to the last star where the rest does not fit.
bool fits(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || (pattern[p] == text[t] && pattern[p] != '*'))) {
      ++p;
      ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

std::vector<NameRule> parse_name_rules(std::string_view text, std::string_view option) {
  std::vector<NameRule> rules;
  for (const std::string& part : split_list(text, option)) {
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == part.size()) {
      throw Error(ErrorCode::bad_syntax, std::string(option),
                  "'" + part + "' is not PATTERN=VALUE, such as head=zeros or \"conv*=delta_orthogonal\"");
    }
    const auto trimmed = [](std::string word) {
      word.erase(0, word.find_first_not_of(' '));
      word.erase(word.find_last_not_of(' ') + 1);
      return word;
    };
    rules.push_back({trimmed(part.substr(0, equals)), trimmed(part.substr(equals + 1))});
  }
  return rules;
}

Match match(std::string_view pattern, std::string_view name) noexcept {
  // A layer is what stands before one of the dots. "*" is every layer, not every parameter.
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
    if (fits(pattern, name.substr(0, dot))) return Match::layer;
  }
  return fits(pattern, name) ? Match::exact : Match::none;
}

std::vector<const NameRule*> rules_of(const std::vector<net::ParameterSpec>& parameters,
                                      const std::vector<NameRule>& rules, std::string_view option,
                                      bool (*reaches)(const net::ParameterSpec& parameter, Match match)) {
  std::vector<const NameRule*> found(parameters.size(), nullptr);
  for (const NameRule& rule : rules) {
    bool used = false;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const Match kind = match(rule.pattern, parameters[i].name);
      if (kind == Match::none || !reaches(parameters[i], kind)) continue;
      found[i] = &rule;
      used = true;
    }
    if (used) continue;
    std::vector<std::string> names;
    std::string layer;
    for (const net::ParameterSpec& parameter : parameters) {
      const std::string its_layer = parameter.name.substr(0, parameter.name.rfind('.'));
      if (its_layer != layer) names.push_back(its_layer);
      layer = its_layer;
      names.push_back(parameter.name);
    }
    throw Error(ErrorCode::unknown_name, std::string(option),
                "no parameter fits '" + rule.pattern + "'; " + suggestion(rule.pattern, names));
  }
  return found;
}

}  // namespace fanin::experiment
