#include <map>
#include <string>
#include <vector>

#include "fanin/core/gemm.hpp"
#include "fanin/experiment/repair/repair.hpp"
#include "fanin/experiment/training/data_start.hpp"
#include "fanin/experiment/training/setup.hpp"
#include "fanin/io/safetensors_writer.hpp"

namespace fanin::experiment {

void write_start(const TrainSettings& settings, const DataSet& data, const std::filesystem::path& file) {
  use_one_thread();
  const TrainSetup setup = prepare(settings, data);
  std::map<std::string, std::vector<float>> values;
  std::vector<io::TensorSpec> specs;
  start_parameters(setup, data, [&](const net::ParameterSpec& parameter, std::span<const float> given) {
    values[parameter.name].assign(given.begin(), given.end());
    specs.push_back({parameter.name, DType::f32, parameter.shape()});
  });
  for (const net::StatisticSpec& statistic : setup.graph.statistics()) {
    values[statistic.name].assign(static_cast<std::size_t>(statistic.shape.count()),
                                  static_cast<float>(statistic.initial));
    specs.push_back({statistic.name, DType::f32, statistic.shape});
  }
  io::SafetensorsOptions options;
  options.metadata = {{"fanin.init", setup.settings.init}, {"fanin.seed", std::to_string(setup.settings.seed)}};
  if (!setup.settings.init_for.empty()) options.metadata.emplace("fanin.init_for", setup.settings.init_for);
  io::SafetensorsWriter writer(file, std::move(specs), options);
  for (const io::TensorSpec& tensor : writer.order()) {
    writer.write(std::as_bytes(std::span<const float>(values.at(tensor.name))));
  }
  writer.commit();
}

}  // namespace fanin::experiment
