#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/experiment/data/large_pages.hpp"
#include "fanin/experiment/data/raw_data.hpp"
#include "fanin/experiment/data/scaling.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

constexpr double kMaxFraction = 0.9;

// Cuts `fraction` of the rows off `samples` and returns them; both keep the source's order.
Samples cut_off(Samples& samples, double fraction, const std::string& purpose, const std::string& name,
                const char* option) {
  const auto cut = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(samples.count)));
  if (cut == 0 || cut >= static_cast<std::size_t>(samples.count)) {
    throw Error(ErrorCode::bad_value, option,
                "of " + std::to_string(samples.count) + " rows, " + std::to_string(cut) +
                    " would be cut off, which leaves a part empty");
  }
  // Seed 0 and the data set's name: the cut is the same for every run, whatever its seed.
  std::vector<std::uint32_t> order = random::permutation(random::Stream(0, "split/" + purpose + "/" + name),
                                                         static_cast<std::uint64_t>(samples.count));
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(cut);
  std::sort(order.begin(), middle);
  std::sort(middle, order.end());
  const std::span<const std::uint32_t> rows(order);
  Samples part = take_rows(samples, rows.first(cut));
  samples = take_rows(samples, rows.subspan(cut));
  return part;
}

void check_fraction(double fraction, bool zero_allowed, const char* option) {
  if (fraction <= kMaxFraction && (fraction > 0 || (zero_allowed && fraction == 0))) return;
  throw Error(ErrorCode::bad_value, option,
              std::to_string(fraction) + " is not a fraction " + (zero_allowed ? "from 0" : "above 0") + " to 0.9");
}

void check_limit(std::int64_t limit, const char* option) {
  if (limit >= 0) return;
  throw Error(ErrorCode::bad_value, option, std::to_string(limit) + " is negative; 0 keeps all rows");
}

}  // namespace

void check_options(const DataOptions& options) {
  if (options.raw && options.standardize) {
    throw Error(ErrorCode::bad_value, "--raw",
                "it excludes --standardize: inputs are either left alone or standardized");
  }
  check_fraction(options.validation_fraction, true, "--validation");
  check_fraction(options.test_fraction, false, "--test-fraction");
  check_limit(options.limit_train, "--limit-train");
  check_limit(options.limit_test, "--limit-test");
}

DataSet assemble(RawData raw, const DataOptions& options) {
  check_options(options);
  DataSet data;
  data.name = std::move(raw.name);
  data.source = std::move(raw.source);
  data.sample_shape = std::move(raw.sample_shape);
  data.outputs = raw.outputs;
  data.loss = raw.loss;
  data.train = std::move(raw.train);
  data.test = std::move(raw.test);
  if (data.test.count == 0)
    data.test = cut_off(data.train, options.test_fraction, "test", data.name, "--test-fraction");
  keep_first_rows(data.train, options.limit_train);
  keep_first_rows(data.test, options.limit_test);
  if (options.validation_fraction > 0) {
    data.validation = cut_off(data.train, options.validation_fraction, "validation", data.name, "--validation");
  }
  if (options.raw) {
    data.scaling = raw_scaling();
  } else if (options.standardize) {
    data.scaling = standardization(data.train);
  } else {
    data.scaling = unit_scaling(data.train, raw.unit_scaling);
  }
  use_large_pages(data.train);
  return data;
}

}  // namespace fanin::experiment
