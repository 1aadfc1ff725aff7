#include "tests/faults/data_sets.hpp"

#include <cmath>

#include "fanin/core/call_expr.hpp"
#include "fanin/net/loss.hpp"

namespace fanin::faults {
namespace {

double entropy(double share) { return share > 0 ? -share * std::log(share) : 0; }

double label_entropy(const experiment::DataSet& data) {
  std::vector<double> counts(static_cast<std::size_t>(data.outputs), 0.0);
  for (const std::int32_t label : data.train.labels) counts[static_cast<std::size_t>(label)] += 1;
  double sum = 0;
  for (const double count : counts) sum += entropy(count / static_cast<double>(data.train.labels.size()));
  return sum;
}

}  // namespace

const experiment::DataSet& DataSets::of(const experiment::TrainSettings& settings) {
  const experiment::DataOptions& o = settings.data_options;
  std::string key = settings.data + '\n' + o.target_column + '\n' + std::to_string(static_cast<int>(o.task));
  for (const double value : {o.standardize ? 1.0 : 0.0, o.raw ? 1.0 : 0.0, static_cast<double>(o.limit_train),
                             static_cast<double>(o.limit_test), o.shuffle_labels, o.input_factor}) {
    key += '\n' + format_number(value);
  }
  const auto found = loaded_.find(key);
  if (found != loaded_.end()) return found->second;
  return loaded_.emplace(key, experiment::load_data_set(settings.data, o)).first->second;
}

double chance_loss(const experiment::DataSet& data, const std::string& loss) {
  if (net::takes_labels(data.loss)) return label_entropy(data);
  const auto outputs = static_cast<std::size_t>(data.outputs);
  double sum = 0;
  for (std::size_t output = 0; output < outputs; ++output) {
    double mean = 0;
    double square = 0;
    for (std::size_t i = output; i < data.train.targets.size(); i += outputs) {
      const auto value = static_cast<double>(data.train.targets[i]);
      mean += value / static_cast<double>(data.train.count);
      square += value * value / static_cast<double>(data.train.count);
    }
    sum += loss == "binary_cross_entropy" ? entropy(mean) + entropy(1 - mean) : square - mean * mean;
  }
  const double chance = sum / static_cast<double>(outputs);
  return loss == "huber" ? chance / 2 : chance;  // of small deviations, an upper bound beyond
}

}  // namespace fanin::faults
