// A data set in memory: rows of features with a label (or one for each position) or a target each, split
// into parts. Images stay bytes and are scaled while a batch is gathered, so 60,000 of them take 47 MB.
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
  std::vector<std::int32_t> labels;                                    ///< [count, positions], or empty
  std::vector<float> targets;                                          ///< [count, outputs] for regression, else empty
  std::int64_t positions = 1;  ///< labels per row: above 1, each position of a sequence has its own
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
  /// Labels per row, in every part: 1, or one for each position of a sequence [positions, …], whose network
  /// then gives [positions, outputs].
  std::int64_t positions = 1;
  /// The inputs are token ids in [0, vocabulary): they are gathered as floats, exactly, and never scaled.
  bool tokens = false;
  std::int64_t vocabulary = 0;  ///< different tokens there can be, at most 2^24; 0 for inputs that are no tokens
  /// What each token stands for, [vocabulary]; empty when nobody knows.
  std::vector<std::string> token_texts = {};
};

/// Copies rows[0], rows[1], … to `out` [rows, features], scaled. A leaf: every row is < count.
void gather_inputs(const Samples& samples, const InputScaling& scaling, std::span<const std::uint32_t> rows,
                   std::span<float> out) noexcept;
/// Likewise labels, to `out` [rows, positions], and targets, to `out` [rows, outputs].
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
