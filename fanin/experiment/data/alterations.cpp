#include "fanin/experiment/data/alterations.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

// values[to[i]] becomes what values[from[i]] was; a row has `width` values.
template <typename T>
void move_rows(std::vector<T>& values, std::size_t width, const std::vector<std::uint32_t>& from,
               const std::vector<std::uint32_t>& to) {
  if (values.empty()) return;
  const std::vector<T> before = values;
  for (std::size_t i = 0; i < from.size(); ++i) {
    for (std::size_t j = 0; j < width; ++j) values[to[i] * width + j] = before[from[i] * width + j];
  }
}

}  // namespace

void check_alterations(const DataOptions& options) {
  if (!(options.shuffle_labels >= 0 && options.shuffle_labels <= 1)) {
    throw Error(ErrorCode::bad_value, "--shuffle-labels",
                format_number(options.shuffle_labels) + " is not a fraction from 0 to 1");
  }
  if (!(std::isfinite(options.input_factor) && options.input_factor > 0)) {
    throw Error(ErrorCode::bad_value, "--scale-inputs",
                format_number(options.input_factor) + " is not a finite factor above 0");
  }
}

void shuffle_labels(Samples& samples, double fraction, std::string_view name) {
  const auto rows = static_cast<std::size_t>(samples.count);
  const auto chosen = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(rows)));
  if (chosen == 0) return;
  std::vector<std::uint32_t> to = random::permutation(random::Stream(0, "shuffle/rows/" + std::string(name)), rows);
  to.resize(chosen);
  const random::Stream stream(0, "shuffle/labels/" + std::string(name));
  std::vector<std::uint32_t> from(chosen);
  const std::vector<std::uint32_t> order = random::permutation(stream, chosen);
  for (std::size_t i = 0; i < chosen; ++i) from[i] = to[order[i]];
  move_rows(samples.labels, samples.labels.size() / rows, from, to);
  move_rows(samples.targets, samples.targets.size() / rows, from, to);
}

InputScaling times(InputScaling scaling, double factor) {
  for (float& divisor : scaling.divisor) {
    const auto altered = static_cast<float>(static_cast<double>(divisor) / factor);
    if (!std::isfinite(altered) || std::fpclassify(altered) != FP_NORMAL) {
      throw Error(ErrorCode::bad_value, "--scale-inputs",
                  format_number(factor) + " takes the inputs beyond the range of single precision");
    }
    divisor = altered;
  }
  scaling.description += ", then times " + format_number(factor);
  return scaling;
}

}  // namespace fanin::experiment
