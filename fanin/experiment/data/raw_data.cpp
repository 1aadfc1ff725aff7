#include "fanin/experiment/data/raw_data.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "fanin/core/error.hpp"

namespace fanin::experiment {
namespace {

void check_inputs(const std::vector<float>& values, std::int64_t features, const std::string& source) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    const auto width = static_cast<std::size_t>(features);
    throw Error(ErrorCode::bad_data,
                source + ", row " + std::to_string(i / width) + ", value " + std::to_string(i % width),
                std::isnan(values[i]) ? "the input is NaN; remove or fill such rows"
                                      : "the input is not finite in single precision; rescale the data");
  }
}

}  // namespace

Shape sample_shape_of(const Shape& array_shape) {
  if (array_shape.rank() < 2) return Shape{1};
  return Shape(std::vector<std::int64_t>(array_shape.extents().begin() + 1, array_shape.extents().end()));
}

Samples samples_from(io::Array array) {
  const std::int64_t rows = array.shape.rank() == 0 ? 0 : array.shape[0];
  if (rows == 0) throw Error(ErrorCode::bad_data, array.source, "the array " + to_string(array.shape) + " has no rows");
  if (rows > std::numeric_limits<std::uint32_t>::max()) {
    throw Error(ErrorCode::bad_data, array.source, "more than 2^32 - 1 rows: " + to_string(array.shape));
  }
  Samples samples;
  samples.count = rows;
  samples.features = sample_shape_of(array.shape).count();
  if (samples.features == 0) {
    throw Error(ErrorCode::bad_data, array.source, "the rows of " + to_string(array.shape) + " hold no values");
  }
  if (array.dtype == DType::u8) {
    samples.values = std::move(array.data);
    return samples;
  }
  samples.values = io::to_floats(array);
  check_inputs(std::get<std::vector<float>>(samples.values), samples.features, array.source);
  return samples;
}

namespace detail {

void bad_label(const std::string& where, std::int64_t label, std::int64_t classes) {
  const std::string found = "the label is " + std::to_string(label);
  if (classes > 0) {
    throw Error(ErrorCode::bad_value, where,
                found + ", but the training part has the classes 0 to " + std::to_string(classes - 1));
  }
  throw Error(ErrorCode::bad_value, where,
              found + ", but labels are whole numbers from 0 to " + std::to_string(kMaxClasses - 1) +
                  "; for targets that are quantities ask for the task regression");
}

void check_labels_differ(std::span<const std::int32_t> labels, std::string_view source) {
  const auto differs = [&](std::int32_t label) { return label != labels.front(); };
  if (std::any_of(labels.begin(), labels.end(), differs)) return;
  throw Error(ErrorCode::bad_value, std::string(source),
              "all training labels are the same, so there is nothing to tell apart; two classes are the least");
}

}  // namespace detail
}  // namespace fanin::experiment
