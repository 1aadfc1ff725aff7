#include "fanin/experiment/data/npz_file.hpp"

#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/io/npz.hpp"

namespace fanin::experiment {
namespace {

constexpr std::int64_t kMaxVocabulary = std::int64_t{1} << 24;  // token ids travel as f32, exactly

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

std::optional<std::string> find_array(const io::NpzFile& file, std::string_view wanted) {
  for (const std::string& name : file.names()) {
    if (lower(name) == wanted) return name;
  }
  return std::nullopt;
}

struct ArrayNames {
  std::string x_train;
  std::string y_train;
  std::optional<std::string> x_test;
  std::optional<std::string> y_test;
};

ArrayNames find_arrays(const io::NpzFile& file) {
  std::optional<std::string> x = find_array(file, "x_train");
  std::optional<std::string> y = find_array(file, "y_train");
  if (x && y) {
    ArrayNames names{*x, *y, find_array(file, "x_test"), find_array(file, "y_test")};
    if (names.x_test.has_value() != names.y_test.has_value()) {
      throw Error(ErrorCode::bad_data, file.source(), "of x_test and y_test only one is there");
    }
    return names;
  }
  x = find_array(file, "x");
  y = find_array(file, "y");
  if (x && y) return {*x, *y, std::nullopt, std::nullopt};
  std::string found;
  for (const std::string& name : file.names()) {
    if (found.size() > 200) break;
    found += (found.empty() ? "" : ", ") + name;
  }
  throw Error(ErrorCode::bad_data, file.source(),
              "wanted are the arrays x_train and y_train (x_test, y_test), or X and y; found: " +
                  (found.empty() ? "none" : found));
}

bool is_integer(DType dtype) {
  return dtype != DType::f16 && dtype != DType::bf16 && dtype != DType::f32 && dtype != DType::f64;
}

void read_targets(const io::Array& y, Samples& samples, RawData& raw) {
  if (y.shape.rank() == 0 || y.shape[0] != samples.count) {
    throw Error(
        ErrorCode::bad_data, y.source,
        "the array " + to_string(y.shape) + " does not match " + std::to_string(samples.count) + " rows of inputs");
  }
  const std::int64_t outputs = y.shape.count() / samples.count;
  const auto where = [&](std::size_t row) { return y.source + ", row " + std::to_string(row); };
  if (raw.loss == net::Loss::softmax_cross_entropy) {
    const bool per_position = y.shape.rank() == 2 && outputs == raw.sample_shape[0];
    if (outputs != 1 && !per_position) {
      throw Error(ErrorCode::bad_data, y.source,
                  "the labels have the shape " + to_string(y.shape) +
                      "; wanted is one class number per row, or one for each of its positions: [rows, " +
                      std::to_string(raw.sample_shape[0]) + "]");
    }
    const auto where_label = [&](std::size_t at) { return where(at / static_cast<std::size_t>(outputs)); };
    samples.positions = outputs;
    samples.labels = checked_labels(io::to_integers(y), raw.outputs, where_label);
    return;
  }
  if (outputs == 0 || (raw.outputs != 0 && outputs != raw.outputs)) {
    throw Error(
        ErrorCode::bad_data, y.source,
        "rows of " + std::to_string(outputs) + " targets where the training part has " + std::to_string(raw.outputs));
  }
  raw.outputs = outputs;
  samples.targets = io::to_floats(y);
  for (std::size_t i = 0; i < samples.targets.size(); ++i) {
    if (!std::isfinite(samples.targets[i])) {
      throw Error(ErrorCode::bad_data, where(i / static_cast<std::size_t>(outputs)),
                  "the target is not finite in single precision");
    }
  }
}

void read_vocabulary(const io::NpzFile& file, RawData& raw) {
  const std::optional<std::string> name = find_array(file, "vocabulary");
  if (!name) return;
  const io::Array array = file.read(*name);
  if (array.shape.count() != 1 || !is_integer(array.dtype)) {
    throw Error(ErrorCode::bad_data, array.source,
                "the vocabulary is one integer, the number of tokens; found is an array " + to_string(array.shape) +
                    " of " + std::string(to_string(array.dtype)));
  }
  raw.tokens = true;
  raw.vocabulary = io::to_integers(array).front();
  if (raw.vocabulary < 2 || raw.vocabulary > kMaxVocabulary) {
    throw Error(ErrorCode::bad_value, array.source,
                "a vocabulary of " + std::to_string(raw.vocabulary) + " is outside [2, 16777216]");
  }
}

void check_tokens(const Samples& samples, std::int64_t vocabulary, const std::string& source) {
  std::visit(
      [&](const auto& values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
          const auto token = static_cast<double>(values[i]);
          if (token >= 0 && token < static_cast<double>(vocabulary) && std::trunc(token) == token) continue;
          throw Error(
              ErrorCode::bad_value, source + ", row " + std::to_string(i / static_cast<std::size_t>(samples.features)),
              "the input " + format_number(token) + " is no token of a vocabulary of " + std::to_string(vocabulary));
        }
      },
      samples.values);
}

Samples read_inputs(io::Array x, const RawData& raw) {
  const std::string source = x.source;
  Samples samples = samples_from(std::move(x));
  if (raw.tokens) check_tokens(samples, raw.vocabulary, source);
  return samples;
}

}  // namespace

RawData read_npz_file(const std::filesystem::path& path, Task task) {
  const io::NpzFile file(path);
  const ArrayNames names = find_arrays(file);
  RawData raw;
  raw.name = path.stem().string();
  raw.source = path.string();
  io::Array x = file.read(names.x_train);
  raw.sample_shape = sample_shape_of(x.shape);
  read_vocabulary(file, raw);
  raw.train = read_inputs(std::move(x), raw);
  const io::Array y = file.read(names.y_train);
  const bool labels = task == Task::classification || (task == Task::automatic && is_integer(y.dtype));
  raw.loss = labels ? net::Loss::softmax_cross_entropy : net::Loss::mean_squared_error;
  read_targets(y, raw.train, raw);
  if (labels) detail::check_labels_differ(raw.train.labels, y.source);
  if (!names.x_test) return raw;
  x = file.read(*names.x_test);
  if (sample_shape_of(x.shape) != raw.sample_shape) {
    throw Error(ErrorCode::bad_data, x.source,
                "rows of shape " + to_string(sample_shape_of(x.shape)) + " do not match the training part's " +
                    to_string(raw.sample_shape));
  }
  raw.test = read_inputs(std::move(x), raw);
  read_targets(file.read(*names.y_test), raw.test, raw);
  return raw;
}

}  // namespace fanin::experiment
