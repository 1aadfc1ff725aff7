#include "fanin/experiment/weights/audit.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/version.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/weights/like_rules.hpp"
#include "fanin/experiment/weights/naming.hpp"

namespace fanin::experiment {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kChunk = std::size_t{4} << 20;
// Larger tensors are judged by their statistics alone.
constexpr std::uint64_t kWholeTensor = std::uint64_t{1} << 28;

std::uint64_t bytes_of(const StoredTensor& tensor) {
  return static_cast<std::uint64_t>(tensor.shape.count()) * size_of(*tensor.dtype);
}

bool is_float(const StoredTensor& tensor) {
  return tensor.dtype && (*tensor.dtype == DType::f32 || *tensor.dtype == DType::f64 || *tensor.dtype == DType::f16 ||
                          *tensor.dtype == DType::bf16);
}

/// Nothing when stopped.
std::optional<init::Statistics> statistics_of(const WeightFile& file, const StoredTensor& tensor,
                                              AlignedBuffer<std::byte>& buffer, WriteProgress& progress,
                                              const std::stop_token& stop) {
  init::StatisticsCollector collector(*tensor.dtype);
  for (std::uint64_t first = 0; first < bytes_of(tensor);) {
    if (stop.stop_requested()) return std::nullopt;
    const auto part =
        buffer.span().first(static_cast<std::size_t>(std::min<std::uint64_t>(kChunk, bytes_of(tensor) - first)));
    file.read(tensor, first, part);
    collector.append(part);
    first += part.size();
    progress.written += part.size();
  }
  return collector.finish();
}

/// With the values themselves where they fit in memory: what only these can tell is found too.
std::vector<init::Compatible> matches_of(const WeightFile& file, const StoredTensor& stored, const NamedTensor& named,
                                         const init::Statistics& statistics) {
  if (bytes_of(stored) > kWholeTensor) return compatible_initializers(named.parameter, statistics);
  AlignedBuffer<std::byte> values(static_cast<std::size_t>(bytes_of(stored)));
  file.read(stored, 0, values.span());
  return compatible_initializers(named.parameter, statistics, *stored.dtype, values.span());
}

/// What no trained or fresh network should hold, whatever rule it came from.
void find_dead_weights(const NamedTensor& named, const init::Statistics& found,
                       std::vector<init::AuditFinding>& findings) {
  using net::ParameterRole;
  const ParameterRole role = named.parameter.role;
  const bool breaks_symmetry =
      role == ParameterRole::weight || role == ParameterRole::recurrent || role == ParameterRole::embedding;
  if (!breaks_symmetry || named.role == kKeepRole || found.count < 2 || found.finite() == 0 || found.min != found.max) {
    return;
  }
  if (found.min == 0) {
    findings.push_back({init::AuditCode::untouched, named.parameter.name,
                        "every value of this " + named.role +
                            " is 0: right only for the last layer of a residual "
                            "branch or an output layer; was it filled?"});
  } else {
    findings.push_back({init::AuditCode::constant, named.parameter.name,
                        "every value of this " + named.role + " is the same, so its units stay alike in training"});
  }
}

/// Roles are a help here, not a condition: what is not clear is judged without fans.
std::vector<NamedTensor> names_of(const std::vector<StoredTensor>& tensors, const std::vector<std::string>& roles) {
  std::vector<RoleRule> rules;
  for (const std::string& text : roles) rules.push_back(parse_role_rule(text));
  return name_tensors(tensors, rules, Unclear::allowed);
}

/// What GPT-2's scheme gives the tensors that end residual branches: only all names together tell their number.
std::vector<std::optional<TensorRule>> residual_rules(const std::vector<NamedTensor>& named) {
  try {
    std::vector<std::optional<TensorRule>> rules = rules_like({.file = "", .init = "gpt2"}, named).rules;
    for (std::optional<TensorRule>& rule : rules) {
      if (rule && rule->reason.empty()) rule.reset();
    }
    return rules;
  } catch (const Error&) {
    return std::vector<std::optional<TensorRule>>(named.size());  // no residual branch is known
  }
}

/// The rule as a candidate, by the same test as the known initializers.
std::optional<init::Compatible> as_candidate(const init::Initializer& rule, const net::ParameterSpec& parameter,
                                             const init::Statistics& found) {
  constexpr double kClose = 4;
  if (found.finite() < 2 || found.non_finite > 0) return std::nullopt;
  init::Audit audit;
  audit.add(parameter, &rule, found);
  const init::TensorAudit& judged = audit.tensors().front();
  const double kurtosis_z =
      (found.kurtosis - judged.expected.kurtosis) / std::sqrt(24 / static_cast<double>(found.count));
  for (const double z : {judged.mean_z, judged.variance_z, kurtosis_z}) {
    if (!(std::abs(z) <= kClose)) return std::nullopt;
  }
  return init::Compatible{"gpt2", judged.variance_z, kurtosis_z};
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json tensor_json(const AuditedTensor& tensor) {
  Json json;
  json["name"] = tensor.name;
  json["shape"] = tensor.shape.extents();
  json["dtype"] = tensor.dtype;
  json["role"] = tensor.role;
  if (!tensor.judged) return json;
  const init::Statistics& found = tensor.statistics;
  json["mean"] = number(found.mean);
  json["std_dev"] = number(std::sqrt(found.variance));
  json["kurtosis"] = number(found.kurtosis);
  json["min"] = number(found.min);
  json["max"] = number(found.max);
  json["zeros"] = found.zeros;
  json["non_finite"] = found.non_finite;
  json["xxh64"] = init::checksum_text(found.checksum);
  json["compatible"] = Json::array();
  for (const init::Compatible& match : tensor.compatible) {
    json["compatible"].push_back(
        {{"rule", match.rule}, {"variance_z", number(match.variance_z)}, {"kurtosis_z", number(match.kurtosis_z)}});
    if (match.certain) json["compatible"].back()["certain"] = true;
    if (match.orthogonality_error) json["compatible"].back()["orthogonality_error"] = *match.orthogonality_error;
  }
  return json;
}

}  // namespace

WeightAudit audit_weights(const std::filesystem::path& path, const std::vector<std::string>& roles,
                          WriteProgress* progress, std::stop_token stop) {
  WriteProgress unseen;
  WriteProgress& counters = progress != nullptr ? *progress : unseen;
  const std::shared_ptr<const WeightFile> file = open_weights(path);
  const std::vector<StoredTensor>& stored = file->tensors();
  const std::vector<NamedTensor> named = names_of(stored, roles);
  const std::vector<std::optional<TensorRule>> residual = residual_rules(named);
  std::uint64_t total = 0;
  for (const StoredTensor& tensor : stored) total += is_float(tensor) ? bytes_of(tensor) : 0;
  counters.total = total;
  AlignedBuffer<std::byte> buffer(kChunk);
  init::Audit audit;
  WeightAudit result{.file = path.string(), .tensors = {}, .findings = {}};
  for (std::size_t i = 0; i < stored.size() && !result.interrupted; ++i) {
    AuditedTensor tensor{.name = stored[i].name,
                         .dtype = stored[i].dtype_name,
                         .shape = stored[i].shape,
                         .role = named[i].role,
                         .judged = is_float(stored[i]),
                         .statistics = {},
                         .compatible = {}};
    if (tensor.judged) {
      const auto statistics = statistics_of(*file, stored[i], buffer, counters, stop);
      result.interrupted = !statistics;
      if (!statistics) break;
      tensor.statistics = *statistics;
      audit.add(named[i].parameter, nullptr, *statistics);
      find_dead_weights(named[i], *statistics, result.findings);
      if (named[i].role != kKeepRole) tensor.compatible = matches_of(*file, stored[i], named[i], *statistics);
      if (residual[i]) {
        const auto gpt2 = as_candidate(residual[i]->rule, named[i].parameter, *statistics);
        if (gpt2) tensor.compatible.insert(tensor.compatible.begin(), *gpt2);
      }
    }
    result.tensors.push_back(std::move(tensor));
  }
  result.findings.insert(result.findings.end(), audit.findings().begin(), audit.findings().end());
  return result;
}

std::string audit_json(const WeightAudit& audit) {
  Json json;
  json["version"] = kVersion;
  json["file"] = audit.file;
  json["tensors"] = Json::array();
  for (const AuditedTensor& tensor : audit.tensors) json["tensors"].push_back(tensor_json(tensor));
  json["findings"] = Json::array();
  for (const init::AuditFinding& finding : audit.findings) {
    json["findings"].push_back(
        {{"code", init::to_string(finding.code)}, {"tensor", finding.tensor}, {"message", finding.message}});
  }
  return json_file(json);
}

}  // namespace fanin::experiment
