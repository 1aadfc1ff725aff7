#include "apps/fanin/context_options.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "apps/fanin/train_options.hpp"
#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/load_network.hpp"

namespace fanin::cli {
namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 31;  // of anything that is counted here

/// "1x28x28".
Shape parse_shape(const std::string& given) {
  std::vector<std::int64_t> extents;
  std::size_t begin = 0;
  while (begin <= given.size() && extents.size() < 8) {
    const std::size_t end = std::min(given.find('x', begin), given.size());
    const std::optional<std::int64_t> extent = parse_integer(given.substr(begin, end - begin));
    if (!extent || *extent < 1 || *extent > kMost) break;
    extents.push_back(*extent);
    begin = end + 1;
  }
  if (begin <= given.size()) {
    throw Error(ErrorCode::bad_value, "--input",
                "'" + given + "' is no shape; write sizes of 1 or more joined by x, such as 784 or 1x28x28");
  }
  return Shape(std::move(extents));
}

void check_count(const char* name, std::int64_t value) {
  if (value >= 0 && value <= kMost) return;
  throw Error(ErrorCode::bad_value, name, std::to_string(value) + " is not from 1 to 2^31");
}

}  // namespace

void ContextOptions::declare(OptionReader& reader) {
  reader.text("--data", "WHAT", "data set whose shape, outputs and vocabulary the network gets, see `fanin list data`",
              data);
  reader.text("--target", "COLUMN", "csv: name or index, from 0, of the column to learn", data_options.target_column);
  reader.convert("--task", "TASK", "csv, npz, teacher: auto, classification or regression (default auto)",
                 [this](const std::string& given) { data_options.task = parse_task(given); });
  reader.convert("--input", "SHAPE", "of a sample, such as 1x28x28; overrides that of --data",
                 [this](const std::string& given) { input = parse_shape(given); });
  reader.integer("--outputs", "N", "classes, or values to predict", outputs);
  reader.integer("--vocabulary", "N", "tokens that can occur, for networks that read text", vocabulary);
  reader.text("--activation", "NAME", "of layers that name none, see `fanin list activations` (default relu)",
              activation);
}

net::NetworkContext ContextOptions::context() const {
  check_count("--outputs", outputs);
  check_count("--vocabulary", vocabulary);
  net::NetworkContext context;
  if (!data.empty()) context = experiment::context_of(experiment::load_data_set(data, data_options));
  if (input.rank() > 0) context.input = input;
  if (outputs > 0) context.outputs = outputs;
  if (vocabulary > 0) context.vocabulary = vocabulary;
  context.activation = activation;
  return context;
}

}  // namespace fanin::cli
