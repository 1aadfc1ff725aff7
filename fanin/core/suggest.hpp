// Nearest-match suggestions for unknown names.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fanin {

/// The number of single-character insertions, deletions, substitutions and neighbour swaps
/// that turn `a` into `b` (optimal string alignment distance), ASCII case ignored.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidates that resemble `name`, nearest first, at most `most`. A candidate resembles it
/// when the distance is at most a third of the longer name (at least 1), or one contains the other.
std::vector<std::string> nearest_names(std::string_view name, std::span<const std::string> candidates,
                                       std::size_t most = 3);

/// Text for an error: "did you mean he_normal or he_uniform?", or, when nothing resembles it,
/// "known: a, b, c", at most 60 of them.
std::string suggestion(std::string_view name, std::span<const std::string> candidates);

}  // namespace fanin
