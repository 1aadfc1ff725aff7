// A data set in memory: rows of features with a label or a target each, split into parts. Images
// stay bytes and are scaled while a batch is gathered, so 60,000 of them take 47 MB.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "fanin/core/shape.hpp"
#include "fanin/net/loss.hpp"

namespace fanin::experiment {

/// Rows of one split.
struct Samples {
  std::int64_t count = 0;                                              ///< rows
  std::int64_t features = 0;                                           ///< values per row
  std::variant<std::vector<std::uint8_t>, std::vector<float>> values;  ///< [count, features]
  std::vector<std::int32_t> labels;                                    ///< [count] for classification, else empty
  std::vector<float> targets;                                          ///< [count, outputs] for regression, else empty
};

/// value = (raw - shift) / divisor, each operation rounded to f32 once: byte / 255 is the nearest
/// float, as in NumPy and PyTorch. One pair for all features, or one per feature.
struct InputScaling {
  std::vector<float> shift = {0.0F};
  std::vector<float> divisor = {1.0F};
  std::string description;  ///< "scaled to [0, 1]", "standardized per feature", for people
};

struct DataSet {
  std::string name;          ///< "fashion-mnist"
  std::string source;        ///< the folder or file it came from, or how it was generated
  Shape sample_shape;        ///< e.g. [28, 28]
  std::int64_t outputs = 0;  ///< classes, or target values
  net::Loss loss = net::Loss::softmax_cross_entropy;
  Samples train;
  Samples validation;  ///< cut from the training part; empty when not asked for
  Samples test;
  InputScaling scaling;  ///< measured on the training part only
};

/// Copies rows[0], rows[1], … to `out` [rows, features], scaled. A leaf: every row is < count.
void gather_inputs(const Samples& samples, const InputScaling& scaling, std::span<const std::uint32_t> rows,
                   std::span<float> out) noexcept;
void gather_labels(const Samples& samples, std::span<const std::uint32_t> rows, std::span<std::int32_t> out) noexcept;
void gather_targets(const Samples& samples, std::span<const std::uint32_t> rows, std::span<float> out) noexcept;

/// The fraction of the inputs that are zero after scaling; 0 for no samples.
double zero_fraction(const Samples& samples, const InputScaling& scaling);

/// The rows of `samples` named by `rows`, in that order, as samples of their own.
/// @throws Error bad_value when a row does not exist.
Samples take_rows(const Samples& samples, std::span<const std::uint32_t> rows);
/// The first `rows` rows, without a copy where the storage allows it.
/// @param rows  0 or at least `count` keeps all.
void keep_first_rows(Samples& samples, std::int64_t rows);

}  // namespace fanin::experiment
