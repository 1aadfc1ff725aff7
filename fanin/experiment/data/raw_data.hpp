// What every reader and generator of a data set hands over: parts as the source holds them, checked
// but neither cut nor scaled. assemble() turns it into the DataSet that training sees.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/experiment/data_set.hpp"
#include "fanin/experiment/samples.hpp"
#include "fanin/io/array.hpp"

namespace fanin::experiment {

/// How inputs that are no bytes reach [0, 1] when nothing else is asked for. Bytes are divided by 255.
enum class UnitScaling {
  whole,        ///< one minimum and maximum for all features, which share a unit (pixels)
  per_feature,  ///< a minimum and maximum for each feature (columns of a table)
  none,         ///< as they are: generated near unit scale
};

/// A data set as its source holds it.
struct RawData {
  std::string name;
  std::string source;
  Shape sample_shape;
  std::int64_t outputs = 0;
  net::Loss loss = net::Loss::softmax_cross_entropy;
  Samples train;
  Samples test;              ///< empty when the source has no test part: one is then cut from `train`
  bool test_is_cut = false;  ///< the reader cut the test part itself, by the fraction asked for
  UnitScaling unit_scaling = UnitScaling::whole;
  bool ordered = false;  ///< neighbouring rows belong together: parts are cut off the end, not drawn
  bool tokens = false;   ///< as in DataSet, with what follows
  std::int64_t vocabulary = 0;
  std::vector<std::string> token_texts = {};
};

/// Checks what can be checked without the data. @throws Error bad_value naming the option.
void check_options(const DataOptions& options);

/// Cuts the test part (if missing) and the validation part, keeps the first rows where a limit is
/// set, and measures the scaling. The cuts depend on the data set's name and size only; those of ordered
/// rows are the last rows. The limits come after the cut of a test part and before that of the
/// validation part.
/// @throws Error bad_value when a part would be empty, or tokens are to be standardized.
DataSet assemble(RawData raw, const DataOptions& options);

/// The inputs of an array [rows, …] as samples without labels. Bytes stay bytes.
/// @throws Error bad_data naming the array, row and value of the first input that is not finite in
///         f32; for an array without rows or features, or with more than 2^32 - 1 rows.
Samples samples_from(io::Array array);
/// [rows, a, b] gives [a, b]; [rows] gives [1].
Shape sample_shape_of(const Shape& array_shape);

/// Checks labels and narrows them.
/// @param classes  how many the training part has; 0: find out, as the largest label plus one.
/// @param where    names a row for a message: "y_train.npy, row 7".
/// @throws Error bad_value for a label outside [0, classes), or more than 65,536 classes.
template <typename Where>
std::vector<std::int32_t> checked_labels(std::span<const std::int64_t> labels, std::int64_t& classes,
                                         const Where& where);

namespace detail {
/// The most classes a data set may have; more means the targets are no labels.
inline constexpr std::int64_t kMaxClasses = 65'536;
[[noreturn]] void bad_label(const std::string& where, std::int64_t label, std::int64_t classes);
/// @throws Error bad_value when all labels are the same.
void check_labels_differ(std::span<const std::int32_t> labels, std::string_view source);
}  // namespace detail

template <typename Where>
std::vector<std::int32_t> checked_labels(std::span<const std::int64_t> labels, std::int64_t& classes,
                                         const Where& where) {
  const std::int64_t bound = classes > 0 ? classes : detail::kMaxClasses;
  std::vector<std::int32_t> narrow(labels.size());
  std::int64_t largest = 0;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (labels[row] < 0 || labels[row] >= bound) detail::bad_label(where(row), labels[row], classes);
    narrow[row] = static_cast<std::int32_t>(labels[row]);
    largest = std::max(largest, labels[row]);
  }
  if (classes == 0) classes = largest + 1;
  return narrow;
}

}  // namespace fanin::experiment
