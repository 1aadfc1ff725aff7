#include "fanin/experiment/weights/manifest.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "fanin/core/error.hpp"
#include "fanin/core/version.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/init/manifest.hpp"

namespace fanin::experiment {
namespace {

using Json = nlohmann::ordered_json;

Json kept_json(const PlannedTensor& tensor) {
  Json json;
  json["name"] = tensor.parameter.name;
  json["shape"] = tensor.parameter.shape().extents();
  json["dtype"] = to_string(tensor.dtype);
  json["role"] = tensor.role;
  json["rule"] = nullptr;
  return json;
}

Json drawn_json(const WeightPlan& plan, const PlannedTensor& tensor) {
  const init::NetworkPlan one{
      .scheme = plan.scheme,
      .parameters = {{tensor.parameter, *tensor.rule, tensor.learning_rate_factor, tensor.reason}},
      .multipliers = {}};
  const init::Statistics unused{};
  const init::ManifestEntry entry =
      init::make_manifest(one, plan.seed, tensor.dtype, plan.dialect, {&unused, 1}).tensors.front();
  Json json = kept_json(tensor);
  json["rule"] = entry.rule;
  json["law"] = entry.law.empty() ? Json(nullptr) : Json(entry.law);
  json["fan_in"] = entry.fans ? Json(entry.fans->fan_in) : Json(nullptr);
  json["fan_out"] = entry.fans ? Json(entry.fans->fan_out) : Json(nullptr);
  json["gain"] = entry.gain && std::isfinite(*entry.gain) ? Json(*entry.gain) : Json(nullptr);
  json["std_dev"] = entry.std_dev;
  json["learning_rate_factor"] = entry.learning_rate_factor;
  json["reason"] = entry.reason;
  return json;
}

}  // namespace

void TensorChecksums::see(std::size_t tensor, std::uint64_t first, std::span<const std::byte> bytes) {
  init::Checksum& checksum = checksums_.at(tensor);
  if (first == 0) checksum = {};  // begun anew after a partial file that was dropped
  checksum.append(bytes);
}

std::vector<std::uint64_t> TensorChecksums::values() const {
  std::vector<std::uint64_t> values;
  for (const init::Checksum& checksum : checksums_) values.push_back(checksum.value());
  return values;
}

std::string manifest_json(const WeightPlan& plan, std::span<const std::uint64_t> checksums) {
  FANIN_ASSERT(checksums.empty() || checksums.size() == plan.tensors.size());
  Json json;
  json["fanin"] = kVersion;
  json["scheme"] = plan.scheme;
  json["seed"] = plan.seed;
  json["dialect"] = init::to_string(plan.dialect);
  json["stream"] = plan.stream == StreamKind::fanin ? std::string_view("philox4x32-10") : to_string(plan.stream);
  json["network"] = plan.network;
  json["tensors"] = Json::array();
  for (std::size_t i = 0; i < plan.tensors.size(); ++i) {
    const PlannedTensor& tensor = plan.tensors[i];
    Json entry = tensor.rule ? drawn_json(plan, tensor) : kept_json(tensor);
    entry["xxh64"] = checksums.empty() ? Json(nullptr) : Json(init::checksum_text(checksums[i]));
    json["tensors"].push_back(std::move(entry));
  }
  json["multipliers"] = Json::array();
  for (const init::NodeMultiplier& multiplier : plan.multipliers) {
    json["multipliers"].push_back(
        {{"node", multiplier.name}, {"value", multiplier.value}, {"reason", multiplier.reason}});
  }
  return json_file(json);
}

}  // namespace fanin::experiment
