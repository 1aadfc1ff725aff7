#include "fanin/experiment/training/checkpoint.hpp"

#include <cstring>
#include <nlohmann/json.hpp>
#include <span>

#include "fanin/core/error.hpp"
#include "fanin/experiment/training/settings_json.hpp"
#include "fanin/io/safetensors.hpp"
#include "fanin/io/safetensors_writer.hpp"
#include "fanin/net/toml_network.hpp"

namespace fanin::experiment {
namespace {

constexpr int kFormat = 1;
constexpr const char* kKey = "fanin.training";
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 40;

std::string state_name(std::string_view parameter, std::size_t index) {
  std::string name = "optimizer.";
  name += std::to_string(index + 1);
  name += '.';
  name += parameter;
  return name;
}

Json state_json(const TrainState& state) {
  Json json;
  json["status"] = to_string(state.status);
  json["steps"] = state.steps;
  json["passes"] = state.passes;
  json["epoch"] = state.epoch;
  json["row"] = state.row;
  json["loss_sum"] = exact_number(state.loss_sum);
  json["correct"] = state.correct;
  json["clipped_steps"] = state.clipped_steps;
  json["largest_gradient_norm"] = exact_number(state.largest_gradient_norm);
  json["seconds"] = exact_number(state.seconds);
  json["epoch_seconds"] = exact_number(state.epoch_seconds);
  json["diverged_at_step"] = state.diverged_at_step;
  json["best_epoch"] = state.best_epoch;
  json["best_value"] = exact_number(state.best_value);
  json["epochs"] = Json::array();
  for (const TrainEpoch& epoch : state.epochs) json["epochs"].push_back(epoch_json(epoch));
  return json;
}

TrainStatus status_from(const std::string& text) {
  for (const TrainStatus status : {TrainStatus::finished, TrainStatus::stopped_early, TrainStatus::diverged}) {
    if (text == to_string(status)) return status;
  }
  return TrainStatus::interrupted;
}

TrainState state_from(const Json& json) {
  TrainState state;
  state.status = status_from(json.at("status").get<std::string>());
  json.at("steps").get_to(state.steps);
  json.at("passes").get_to(state.passes);
  json.at("epoch").get_to(state.epoch);
  json.at("row").get_to(state.row);
  state.loss_sum = number_from(json.at("loss_sum"));
  json.at("correct").get_to(state.correct);
  json.at("clipped_steps").get_to(state.clipped_steps);
  state.largest_gradient_norm = number_from(json.at("largest_gradient_norm"));
  state.seconds = number_from(json.at("seconds"));
  state.epoch_seconds = number_from(json.at("epoch_seconds"));
  json.at("diverged_at_step").get_to(state.diverged_at_step);
  json.at("best_epoch").get_to(state.best_epoch);
  state.best_value = number_from(json.at("best_value"));
  for (const Json& epoch : json.at("epochs")) state.epochs.push_back(epoch_from_json(epoch));
  return state;
}

[[noreturn]] void damaged(const std::filesystem::path& file, const std::string& why) {
  throw Error(ErrorCode::bad_data, file.string(), "this is no checkpoint of a training: " + why);
}

}  // namespace

void write_checkpoint(const std::filesystem::path& file, const CheckpointHeader& header, const engine::Plan& plan,
                      bool with_optimizer) {
  Json json;
  json["format"] = kFormat;
  json["settings"] = settings_json(header.settings);
  json["train_rows"] = header.train_rows;
  json["resumable"] = with_optimizer;
  json["state"] = state_json(header.state);
  json["network"] = net::to_toml(header.graph);
  std::vector<io::TensorSpec> specs;
  const std::size_t states = with_optimizer ? plan.states() : 0;
  for (const net::ParameterSpec& parameter : header.graph.parameters()) {
    specs.push_back({parameter.name, DType::f32, parameter.shape()});
    for (std::size_t i = 0; i < states; ++i) {
      specs.push_back({state_name(parameter.name, i), DType::f32, parameter.shape()});
    }
  }
  for (const net::StatisticSpec& statistic : header.graph.statistics()) {
    specs.push_back({statistic.name, DType::f32, statistic.shape});
  }
  std::map<std::string, std::pair<std::string, std::size_t>, std::less<>> owners;  // of optimizer states
  for (const net::ParameterSpec& parameter : header.graph.parameters()) {
    for (std::size_t i = 0; i < states; ++i)
      owners.emplace(state_name(parameter.name, i), std::pair(parameter.name, i));
  }
  io::SafetensorsWriter writer(file, specs, {.metadata = {{kKey, json.dump()}}});
  for (const io::TensorSpec& tensor : writer.order()) {
    const auto owner = owners.find(tensor.name);
    const std::vector<float> values =
        owner != owners.end() ? plan.state(owner->second.first, owner->second.second) : plan.parameter(tensor.name);
    writer.write(std::as_bytes(std::span(values)));
  }
  writer.commit();
}

Checkpoint read_checkpoint(const std::filesystem::path& file) {
  const io::SafetensorsFile tensors(file);
  const auto found = tensors.metadata().find(kKey);
  if (found == tensors.metadata().end()) damaged(file, "its metadata has no '" + std::string(kKey) + "'");
  Checkpoint checkpoint;
  try {
    const Json json = Json::parse(found->second);
    const int format = json.at("format").get<int>();
    if (format != kFormat) {
      throw Error(ErrorCode::unsupported, file.string(),
                  "its format is " + std::to_string(format) + ", and this fanin reads " + std::to_string(kFormat));
    }
    checkpoint.settings = settings_from_json(json.at("settings"));
    json.at("network").get_to(checkpoint.network);
    json.at("train_rows").get_to(checkpoint.train_rows);
    checkpoint.state = state_from(json.at("state"));
  } catch (const Json::exception& error) {
    damaged(file, error.what());
  }
  for (const io::SafetensorsEntry& entry : tensors.entries()) {
    if (io::dtype_of(entry) != DType::f32) damaged(file, "tensor '" + entry.name + "' is not F32");
    const io::Array array = tensors.read(entry, kMostBytes);
    const auto values = io::values<float>(array);
    checkpoint.tensors.emplace(entry.name, std::vector<float>(values.begin(), values.end()));
  }
  return checkpoint;
}

void restore(const Checkpoint& checkpoint, const std::filesystem::path& file, const net::Graph& graph,
             engine::Plan& plan, bool with_optimizer) {
  const auto tensor = [&](const std::string& name, std::int64_t count) -> const std::vector<float>& {
    const auto found = checkpoint.tensors.find(name);
    if (found == checkpoint.tensors.end()) damaged(file, "tensor '" + name + "' is missing");
    if (static_cast<std::int64_t>(found->second.size()) != count)
      damaged(file, "tensor '" + name + "' has a wrong size");
    return found->second;
  };
  const std::size_t states = with_optimizer ? plan.states() : 0;
  for (const net::ParameterSpec& parameter : graph.parameters()) {
    const std::int64_t count = parameter.shape().count();
    plan.set_parameter(parameter.name, tensor(parameter.name, count));
    for (std::size_t i = 0; i < states; ++i) {
      plan.set_state(parameter.name, i, tensor(state_name(parameter.name, i), count));
    }
  }
  for (const net::StatisticSpec& statistic : graph.statistics()) {
    plan.set_parameter(statistic.name, tensor(statistic.name, statistic.shape.count()));
  }
  if (with_optimizer) plan.set_counters(checkpoint.state.steps, checkpoint.state.passes);
}

}  // namespace fanin::experiment
