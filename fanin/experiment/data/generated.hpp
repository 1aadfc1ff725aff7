// What the generated data sets have in common: their sizes, their seed and the text of their name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/core/call_expr.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {

/// Rows of the two parts and the seed that generates them (never a run's seed).
struct GeneratedSize {
  std::int64_t points = 0;  ///< training rows
  std::int64_t test_points = 0;
  std::uint64_t seed = 0;
};

/// Reads points=, test_points= and seed= behind the data set's own arguments.
/// @throws Error bad_value for sizes outside [2, 10^7], or a negative seed.
GeneratedSize read_size(CallReader& reader, std::string_view name, const GeneratedSize& defaults);

/// The same with the names rows= and test_rows=, for sequences.
GeneratedSize read_rows(CallReader& reader, std::string_view name, const GeneratedSize& defaults);

/// @throws Error bad_value naming the argument when it lies outside [low, high].
std::int64_t checked(std::string_view name, std::string_view argument, std::int64_t value, std::int64_t low,
                     std::int64_t high);
double checked(std::string_view name, std::string_view argument, double value, double low, double high);

/// @throws Error bad_value when rows of `features` values would take more than 2^28 values.
void check_volume(std::string_view name, const GeneratedSize& size, std::int64_t features);

/// The shortest decimal text that reads back as the same number.
std::string short_text(double value);

/// "points=50, test_points=20, seed=0" with any two names for the sizes: the end of a canonical name.
std::string size_text(const GeneratedSize& size, std::string_view train_key, std::string_view test_key);

/// `count` standard normal numbers of the stream, times `factor`.
std::vector<float> normal_values(std::uint64_t seed, std::string_view stream, std::size_t count, double factor);
/// `count` numbers uniform in [0, 1).
std::vector<float> uniform_values(std::uint64_t seed, std::string_view stream, std::size_t count);

}  // namespace fanin::experiment
