#include "fanin/experiment/training/checkpoint.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/training/settings_json.hpp"
#include "fanin/experiment/training/setup.hpp"
#include "fanin/init/checksum.hpp"
#include "fanin/io/safetensors.hpp"
#include "fanin/io/safetensors_writer.hpp"
#include "fanin/net/toml_network.hpp"

namespace fanin::experiment {
namespace {

constexpr int kFormat = 1;
constexpr const char* kKey = "fanin.training";
constexpr const char* kChecksumKey = "fanin.training.checksum";
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 40;
constexpr std::string_view kStatePrefix = "optimizer:";  // no layer's name holds a colon

std::string state_name(std::string_view parameter, std::size_t index) {
  std::string name(kStatePrefix);
  name += std::to_string(index + 1);
  name += ':';
  name += parameter;
  return name;
}

[[noreturn]] void damaged(const std::filesystem::path& file, const std::string& why) {
  throw Error(ErrorCode::bad_data, file.string(), "this is no checkpoint of a training, or a damaged one: " + why);
}

std::string checksum_of(std::string_view text) {
  init::Checksum checksum;
  checksum.append(std::as_bytes(std::span(text)));
  return init::checksum_text(checksum.value());
}

template <typename Action>
void reading(const std::filesystem::path& file, const Action& action) {
  try {
    action();
  } catch (const Json::exception& error) {
    damaged(file, error.what());
  } catch (const Error& error) {
    if (error.code() == ErrorCode::unsupported && error.where() == file.string()) throw;
    damaged(file, error.what());
  }
}

void check_format(const Json& json, const std::filesystem::path& file) {
  const Json& format = json.at("format");
  if (format == kFormat) return;
  throw Error(ErrorCode::unsupported, file.string(),
              "its format is " + json_line(format).substr(0, 20) + ", and this fanin reads " + std::to_string(kFormat));
}

// The tensors that a checkpoint of this network must have.
std::map<std::string, Shape> expected_tensors(const Checkpoint& checkpoint) {
  const std::size_t states =
      checkpoint.resumable ? engine::state_slots(engine::parse_optimizer(checkpoint.settings.optimizer, 1.0)) : 0;
  std::map<std::string, Shape> expected;
  for (const net::ParameterSpec& parameter : checkpoint.graph.parameters()) {
    expected.emplace(parameter.name, parameter.shape());
    for (std::size_t i = 0; i < states; ++i) expected.emplace(state_name(parameter.name, i), parameter.shape());
  }
  for (const net::StatisticSpec& statistic : checkpoint.graph.statistics()) {
    expected.emplace(statistic.name, statistic.shape);
  }
  return expected;
}

void check_tensors(const Checkpoint& checkpoint) {
  std::map<std::string, Shape> expected = expected_tensors(checkpoint);
  for (const io::SafetensorsEntry& entry : checkpoint.tensors->entries()) {
    const auto found = expected.find(entry.name);
    if (found == expected.end()) damaged(checkpoint.file, "tensor '" + entry.name + "' is none of its network's");
    if (io::dtype_of(entry) != DType::f32 || entry.shape != found->second) {
      damaged(checkpoint.file, "tensor '" + entry.name + "' is " + to_string(entry.shape) + " of " + entry.dtype +
                                   ", and the network has " + to_string(found->second) + " of F32");
    }
    expected.erase(found);
  }
  if (!expected.empty()) damaged(checkpoint.file, "tensor '" + expected.begin()->first + "' is missing");
}

}  // namespace

Checkpoint read_checkpoint(const std::filesystem::path& file) {
  Checkpoint checkpoint;
  checkpoint.file = file;
  checkpoint.tensors = std::make_shared<const io::SafetensorsFile>(file);
  const io::SafetensorsMetadata& metadata = checkpoint.tensors->metadata();
  const auto text = metadata.find(kKey);
  if (text == metadata.end()) {
    damaged(file, "its metadata has no '" + std::string(kKey) + "'; name a file that fanin train wrote");
  }
  const auto checksum = metadata.find(kChecksumKey);
  if (checksum == metadata.end() || checksum->second != checksum_of(text->second)) {
    damaged(file, "the header's checksum is wrong");
  }
  reading(file, [&] {
    const Json json = parse_json(text->second);
    check_format(json, file);
    checkpoint.settings = settings_from_json(json.at("settings"));
    check_settings(checkpoint.settings);
    checkpoint.state = state_from_json(json.at("state"));
    checkpoint.data = identity_from_json(json.at("data"));
    checkpoint.scaling = scaling_from_json(json.at("scaling"));
    checkpoint.resumable = json.at("resumable").get<bool>();
    checkpoint.checksum = json.at("tensors_checksum").get<std::string>();
    const auto network = json.at("network").get<std::string>();
    checkpoint.graph = net::network_from_toml(network, "its network", {});
  });
  check_tensors(checkpoint);
  return checkpoint;
}

void restore(const Checkpoint& checkpoint, engine::Plan& plan, bool with_optimizer) {
  FANIN_ASSERT(!with_optimizer || checkpoint.resumable);
  init::Checksum checksum;
  for (const io::SafetensorsEntry& entry : checkpoint.tensors->entries()) {
    const io::Array array = checkpoint.tensors->read(entry, kMostBytes);
    const auto values = io::values<float>(array);
    checksum.append(std::as_bytes(values));
    if (!entry.name.starts_with(kStatePrefix)) {
      plan.set_parameter(entry.name, values);
    } else if (with_optimizer) {
      const auto index = static_cast<std::size_t>(entry.name[kStatePrefix.size()] - '1');
      plan.set_state(entry.name.substr(kStatePrefix.size() + 2), index, values);
    }
  }
  if (init::checksum_text(checksum.value()) != checkpoint.checksum)
    damaged(checkpoint.file, "the checksum of its tensors is wrong");
  if (with_optimizer) plan.set_counters(checkpoint.state.steps, checkpoint.state.passes);
}

CheckpointWriter::CheckpointWriter(const TrainSettings& settings, const net::Graph& graph, const DataSet& data)
    : network_(net::to_toml(graph)) {
  try {
    settings_ = json_line(settings_json(settings));
    identity_ = json_line(identity_json(identity_of(data)));
    scaling_ = json_line(scaling_json(data.scaling));
  } catch (const Json::type_error&) {
    throw Error(ErrorCode::bad_value, "--out", "a name among the settings is no UTF-8 text, which a checkpoint needs");
  }
  const std::size_t states = engine::state_slots(engine::parse_optimizer(settings.optimizer, 1.0));
  for (const net::ParameterSpec& parameter : graph.parameters()) {
    parameters_.push_back({parameter.name, {}, 0, parameter.shape()});
    for (std::size_t i = 0; i < states; ++i) {
      everything_.push_back({state_name(parameter.name, i), parameter.name, i, parameter.shape()});
    }
  }
  for (const net::StatisticSpec& statistic : graph.statistics()) {
    parameters_.push_back({statistic.name, {}, 0, statistic.shape});
  }
  everything_.insert(everything_.end(), parameters_.begin(), parameters_.end());
  // The order of their bytes in the file, which the checksum follows.
  std::ranges::sort(parameters_, {}, &Tensor::name);
  std::ranges::sort(everything_, {}, &Tensor::name);
  for (const Tensor& tensor : parameters_) names_.push_back(tensor.name);
}

void CheckpointWriter::write_resumable(const std::filesystem::path& file, const TrainState& state,
                                       const engine::Plan& plan) const {
  write_tensors(file, state, everything_, true, [&plan](const Tensor& tensor) {
    return tensor.owner.empty() ? plan.parameter(tensor.name) : plan.state(tensor.owner, tensor.index);
  });
}

void CheckpointWriter::write(const std::filesystem::path& file, const TrainState& state, const Values& values) const {
  write_tensors(file, state, parameters_, false, [&values](const Tensor& tensor) { return values(tensor.name); });
}

void CheckpointWriter::write_tensors(const std::filesystem::path& file, const TrainState& state,
                                     const std::vector<Tensor>& tensors, bool resumable,
                                     const std::function<std::vector<float>(const Tensor&)>& values) const {
  // Twice over the tensors rather than twice the memory: their checksum stands in front of them.
  init::Checksum checksum;
  std::vector<io::TensorSpec> specs;
  for (const Tensor& tensor : tensors) {
    specs.push_back({tensor.name, DType::f32, tensor.shape});
    const std::vector<float> data = values(tensor);
    checksum.append(std::as_bytes(std::span(data)));
  }
  Json json;
  json["format"] = kFormat;
  json["settings"] = parse_json(settings_);
  json["state"] = state_json(state);
  json["data"] = parse_json(identity_);
  json["scaling"] = parse_json(scaling_);
  json["resumable"] = resumable;
  json["tensors_checksum"] = init::checksum_text(checksum.value());
  json["network"] = network_;
  const std::string text = json_line(json);
  io::SafetensorsWriter writer(file, std::move(specs), {.metadata = {{kKey, text}, {kChecksumKey, checksum_of(text)}}});
  for (const Tensor& tensor : tensors) {
    const std::vector<float> data = values(tensor);
    writer.write(std::as_bytes(std::span(data)));
  }
  writer.commit();
}

}  // namespace fanin::experiment
