#include "fanin/experiment/probe/data_facts.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fanin/experiment/probe/label_signal.hpp"
#include "fanin/net/loss.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

// Evenly taken and then shuffled, so that neither sorted nor alternating classes end up apart.
std::vector<std::uint32_t> some_rows(std::int64_t count, std::int64_t most) {
  const std::int64_t taken = std::min(count, most);
  std::vector<std::uint32_t> rows =
      random::permutation(random::Stream(0, "probe/rows"), static_cast<std::uint64_t>(taken));
  for (std::uint32_t& row : rows) row = static_cast<std::uint32_t>(static_cast<std::int64_t>(row) * count / taken);
  return rows;
}

struct Column {
  double sum = 0;  // of x - x₀, x₀ the first row's
  double square = 0;
};

void describe_inputs(std::span<const float> inputs, std::size_t rows, std::size_t features, observe::DataFacts& facts) {
  std::vector<Column> columns(features);
  double largest = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < features; ++i) {
      const auto value = static_cast<double>(inputs[row * features + i]);
      const double d = value - static_cast<double>(inputs[i]);
      columns[i].sum += d;
      columns[i].square += d * d;
      largest = std::max(largest, std::abs(value));
    }
  }
  const auto count = static_cast<double>(rows);
  double mean_sum = 0, square_sum = 0;
  std::vector<double> means, deviations;
  for (std::size_t i = 0; i < features; ++i) {
    const double shift = columns[i].sum / count;
    means.push_back(static_cast<double>(inputs[i]) + shift);
    deviations.push_back(std::sqrt(std::max(0.0, columns[i].square / count - shift * shift)));
    mean_sum += means.back();
  }
  facts.mean = mean_sum / static_cast<double>(features);
  for (std::size_t i = 0; i < features; ++i) {
    square_sum += deviations[i] * deviations[i] + (means[i] - facts.mean) * (means[i] - facts.mean);
  }
  facts.std_dev = std::sqrt(square_sum / static_cast<double>(features));
  facts.largest_magnitude = largest;
  for (std::size_t i = 0; i < features; ++i) {
    if (!(deviations[i] > 1e-7 * std::abs(means[i]))) {
      ++facts.constant_features;
      continue;
    }
    facts.smallest_feature_std_dev = std::fmin(facts.smallest_feature_std_dev, deviations[i]);  // NaN gives way
    facts.largest_feature_std_dev = std::fmax(facts.largest_feature_std_dev, deviations[i]);
    facts.largest_feature_mean = std::fmax(facts.largest_feature_mean, std::abs(means[i]) / deviations[i]);
  }
}

void describe_targets(const Samples& train, std::size_t outputs, observe::DataFacts& facts) {
  const auto rows = static_cast<double>(train.targets.size() / outputs);
  for (std::size_t output = 0; output < outputs; ++output) {
    double sum = 0, square = 0;
    for (std::size_t i = output; i < train.targets.size(); i += outputs) {
      const double d = static_cast<double>(train.targets[i]) - static_cast<double>(train.targets[output]);
      sum += d;
      square += d * d;
    }
    facts.target_means.push_back(static_cast<double>(train.targets[output]) + sum / rows);
    facts.target_std_devs.push_back(std::sqrt(std::max(0.0, square / rows - sum / rows * (sum / rows))));
  }
}

// Unknown where fewer than one row in a hundred has an equal one: a few slips in the labels say nothing.
double duplicate_conflicts(std::span<const float> inputs, std::span<const std::int32_t> labels, std::size_t features) {
  struct Group {
    std::int64_t rows = 0;
    std::unordered_map<std::int32_t, std::int64_t> by_label = {};
  };
  std::unordered_map<std::string_view, Group> groups;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const std::string_view key(reinterpret_cast<const char*>(inputs.data() + row * features), features * sizeof(float));
    Group& group = groups[key];
    ++group.rows;
    ++group.by_label[labels[row]];
  }
  std::int64_t repeated = 0, outvoted = 0;
  for (const auto& [key, group] : groups) {
    if (group.rows < 2) continue;
    std::int64_t most = 0;
    for (const auto& [label, count] : group.by_label) most = std::max(most, count);
    repeated += group.rows;
    outvoted += group.rows - most;
  }
  if (repeated < std::max<std::int64_t>(20, static_cast<std::int64_t>(labels.size()) / 100)) return observe::kUnknown;
  return static_cast<double>(outvoted) / static_cast<double>(repeated);
}

}  // namespace

observe::DataFacts data_facts(const DataSet& data, std::int64_t most_rows) {
  const Samples& train = data.train;
  observe::DataFacts facts{.rows = train.count, .tokens = data.tokens};
  const bool labelled = net::takes_labels(data.loss);
  const auto outputs = static_cast<std::size_t>(data.outputs);
  if (labelled) {
    facts.class_shares.resize(outputs, 0.0);
    for (const std::int32_t label : train.labels) facts.class_shares[static_cast<std::size_t>(label)] += 1;
    for (double& share : facts.class_shares) share /= static_cast<double>(train.labels.size());
  } else if (outputs > 0 && train.targets.size() >= outputs) {
    describe_targets(train, outputs, facts);
  }
  const std::vector<std::uint32_t> rows = some_rows(train.count, most_rows);
  const auto features = static_cast<std::size_t>(train.features);
  std::vector<float> inputs(rows.size() * features);
  gather_inputs(train, data.scaling, rows, inputs);
  if (!data.tokens) describe_inputs(inputs, rows.size(), features, facts);
  if (data.positions > 1) return facts;  // no row has one label
  if (labelled) {
    std::vector<std::int32_t> labels(rows.size());
    gather_labels(train, rows, labels);
    facts.duplicate_conflicts = duplicate_conflicts(inputs, labels, features);
    if (data.tokens || rows.size() < 20) return facts;
    const LabelSignal signal = class_signal(inputs, labels, train.features, data.outputs);
    facts.label_signal = signal.value;
    facts.linear_signal = signal.linear;
    facts.label_signal_error = signal.error;
    return facts;
  }
  if (data.tokens || rows.size() < 20) return facts;
  std::vector<float> targets(rows.size() * outputs);
  gather_targets(train, rows, targets);
  const LabelSignal signal = target_signal(inputs, targets, train.features, data.outputs);
  facts.label_signal = signal.value;
  facts.linear_signal = signal.linear;
  facts.label_signal_error = signal.error;
  return facts;
}

}  // namespace fanin::experiment
