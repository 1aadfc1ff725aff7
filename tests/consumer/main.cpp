// Trains one deep, narrow network on two spirals from three initializations and prints who learns.
#include <cstdio>

#include "fanin/experiment/compare.hpp"

int main() {
  using namespace fanin::experiment;

  CompareSettings settings;
  settings.data = "spirals";
  settings.net = "2-64-64-64-64-64-2";
  settings.activation = "tanh";
  settings.inits = {"zeros", "normal(std=0.01)", "he_normal"};
  settings.learning_rate = 0.003;
  settings.epochs = 30;

  const DataSet data = load_data_set(settings.data, settings.data_options);
  const CompareResult result = compare(resolve(settings, data), data, nullptr, {});
  for (const InitSummary& row : result.summary) {
    std::printf("%-18s %5.1f %%  %s\n", row.init.c_str(), 100 * row.test_accuracy_mean, row.remark.c_str());
  }
  return 0;
}
