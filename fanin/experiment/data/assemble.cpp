#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/data/alterations.hpp"
#include "fanin/experiment/data/large_pages.hpp"
#include "fanin/experiment/data/raw_data.hpp"
#include "fanin/experiment/data/scaling.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

constexpr double kMaxFraction = 0.9;

// The rows of a part to cut off, then the others.
std::vector<std::uint32_t> cut_order(std::size_t rows, std::size_t cut, const random::Stream* stream) {
  if (stream == nullptr) {
    std::vector<std::uint32_t> order(rows);
    std::iota(order.begin(), order.end(), 0U);
    std::rotate(order.begin(), order.end() - static_cast<std::ptrdiff_t>(cut), order.end());
    return order;
  }
  std::vector<std::uint32_t> order = random::permutation(*stream, rows);
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(cut);
  std::sort(order.begin(), middle);
  std::sort(middle, order.end());
  return order;
}

// Cuts `fraction` of the rows off `samples` and returns them; both keep the source's order.
Samples cut_off(Samples& samples, double fraction, const std::string& purpose, const DataSet& data, bool ordered,
                const char* option) {
  const auto cut = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(samples.count)));
  if (cut == 0 || cut >= static_cast<std::size_t>(samples.count)) {
    throw Error(ErrorCode::bad_value, option,
                "of " + std::to_string(samples.count) + " rows, " + std::to_string(cut) +
                    " would be cut off, which leaves a part empty");
  }
  // Seed 0 and the data set's name: the cut is the same for every run, whatever its seed.
  const random::Stream stream(0, "split/" + purpose + "/" + data.name);
  const std::vector<std::uint32_t> order =
      cut_order(static_cast<std::size_t>(samples.count), cut, ordered ? nullptr : &stream);
  const std::span<const std::uint32_t> rows(order);
  Samples part = take_rows(samples, rows.first(cut));
  samples = take_rows(samples, rows.subspan(cut));
  return part;
}

void check_fraction(double fraction, bool zero_allowed, const char* option) {
  if (fraction <= kMaxFraction && (fraction > 0 || (zero_allowed && fraction == 0))) return;
  throw Error(ErrorCode::bad_value, option,
              format_number(fraction) + " is not a fraction " + (zero_allowed ? "from 0" : "above 0") + " to 0.9");
}

void check_limit(std::int64_t limit, const char* option) {
  if (limit >= 0) return;
  throw Error(ErrorCode::bad_value, option, std::to_string(limit) + " is negative; 0 keeps all rows");
}

InputScaling plain_scaling_for(const DataSet& data, UnitScaling unit, const DataOptions& options) {
  if (data.tokens) {
    if (options.standardize) {
      throw Error(ErrorCode::bad_value, "--standardize",
                  "the inputs of " + data.name + " are token ids, which are never scaled");
    }
    return token_scaling();
  }
  if (options.raw) return raw_scaling();
  if (!options.standardize) return unit_scaling(data.train, unit);
  const bool image = data.sample_shape.rank() == 3;
  return image ? channel_standardization(data.train, data.sample_shape[0]) : standardization(data.train);
}

InputScaling scaling_for(const DataSet& data, UnitScaling unit, const DataOptions& options) {
  InputScaling scaling = plain_scaling_for(data, unit, options);
  if (options.input_factor == 1) return scaling;
  if (data.tokens) {
    throw Error(ErrorCode::bad_value, "--scale-inputs",
                "the inputs of " + data.name + " are token ids, which are never scaled");
  }
  return times(std::move(scaling), options.input_factor);
}

}  // namespace

void check_options(const DataOptions& options) {
  if (options.raw && options.standardize) {
    throw Error(ErrorCode::bad_value, "--raw",
                "it excludes --standardize: inputs are either left alone or standardized");
  }
  check_fraction(options.validation_fraction, true, "--validation");
  check_fraction(options.test_fraction.value_or(kDefaultTestFraction), false, "--test-fraction");
  check_limit(options.limit_train, "--limit-train");
  check_limit(options.limit_test, "--limit-test");
  check_alterations(options);
}

DataSet assemble(RawData raw, const DataOptions& options) {
  check_options(options);
  DataSet data;
  data.name = std::move(raw.name);
  data.source = std::move(raw.source);
  data.sample_shape = std::move(raw.sample_shape);
  data.outputs = raw.outputs;
  data.loss = raw.loss;
  data.tokens = raw.tokens;
  data.vocabulary = raw.vocabulary;
  data.token_texts = std::move(raw.token_texts);
  data.positions = raw.train.positions;
  data.train = std::move(raw.train);
  data.test = std::move(raw.test);
  if (data.test.count == 0) {
    const double fraction = options.test_fraction.value_or(kDefaultTestFraction);
    data.test = cut_off(data.train, fraction, "test", data, raw.ordered, "--test-fraction");
  }
  keep_first_rows(data.train, options.limit_train);
  keep_first_rows(data.test, options.limit_test);
  if (options.shuffle_labels > 0) {
    shuffle_labels(data.train, options.shuffle_labels, data.name);
    data.source += ", " + format_number(100 * options.shuffle_labels) + " % of the training labels shuffled";
  }
  if (options.validation_fraction > 0) {
    data.validation = cut_off(data.train, options.validation_fraction, "validation", data, raw.ordered, "--validation");
  }
  data.scaling = scaling_for(data, raw.unit_scaling, options);
  use_large_pages(data.train);
  return data;
}

}  // namespace fanin::experiment
