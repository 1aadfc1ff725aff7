#include "fanin/core/suggest.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace fanin {
namespace {

constexpr std::size_t kMostKnown = 60;  // a deep network has thousands of parameters

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

}  // namespace

std::size_t edit_distance(std::string_view a_text, std::string_view b_text) {
  const std::string a = lower(a_text);
  const std::string b = lower(b_text);
  const std::size_t columns = b.size() + 1;
  std::vector<std::size_t> table((a.size() + 1) * columns);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& { return table[i * columns + j]; };
  for (std::size_t i = 0; i <= a.size(); ++i) at(i, 0) = i;
  for (std::size_t j = 0; j <= b.size(); ++j) at(0, j) = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = at(i - 1, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
      }
    }
  }
  return at(a.size(), b.size());
}

std::vector<std::string> nearest_names(std::string_view name, std::span<const std::string> candidates,
                                       std::size_t most) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  const std::string wanted = lower(name.substr(0, 64));  // a hostile name must not cost quadratic time
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(wanted, candidate);
    const std::size_t limit = std::max<std::size_t>(1, std::max(wanted.size(), candidate.size()) / 3);
    const std::string known = lower(candidate);
    const bool contained =
        wanted.size() >= 2 && (known.find(wanted) != std::string::npos || wanted.find(known) != std::string::npos);
    if (distance <= limit || contained) ranked.emplace_back(distance, candidate);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
  std::vector<std::string> names;
  for (const auto& [distance, candidate] : ranked) {
    if (names.size() == most) break;
    names.push_back(candidate);
  }
  return names;
}

std::string suggestion(std::string_view name, std::span<const std::string> candidates) {
  const std::vector<std::string> near = nearest_names(name, candidates);
  std::string text = near.empty() ? "known: " : "did you mean ";
  const auto append = [&text](std::span<const std::string> names, std::string_view last_separator) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i != 0) text += i + 1 == names.size() ? last_separator : std::string_view(", ");
      text += names[i];
    }
  };
  if (near.empty()) {
    const std::size_t shown = std::min(candidates.size(), kMostKnown);
    append(candidates.first(shown), ", ");
    if (shown < candidates.size()) text += ", and " + std::to_string(candidates.size() - shown) + " more";
    return text;
  }
  append(near, " or ");
  return text + "?";
}

}  // namespace fanin
