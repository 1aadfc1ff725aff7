#include "fanin/experiment/weights/plan.hpp"

#include <algorithm>
#include <array>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/experiment/load_network.hpp"
#include "fanin/experiment/memory.hpp"
#include "fanin/experiment/weights/values.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

constexpr std::array kStreams{StreamKind::fanin, StreamKind::numpy, StreamKind::numpy_pcg64, StreamKind::torch};

std::uint64_t bytes_of(const PlannedTensor& tensor) {
  return static_cast<std::uint64_t>(tensor.parameter.shape().count()) * size_of(tensor.dtype);
}

/// A fingerprint of every tensor's layout and rule: networks that print alike may differ in them.
std::string fingerprint(const WeightPlan& plan) {
  std::string text;
  for (const PlannedTensor& tensor : plan.tensors) {
    text += tensor.parameter.name + '\n' + (tensor.rule ? tensor.rule->text() : "kept") + '\n';
    for (const net::Dimension& dimension : tensor.parameter.dimensions) {
      for (const net::AxisFactor& factor : dimension) {
        text += std::string(net::to_string(factor.axis)) + std::to_string(factor.extent) + '*';
      }
      text += ',';
    }
  }
  return std::to_string(random::hash_name(text));
}

/// A scheme that needs more than widths can tell says so, and where it can be had.
init::NetworkPlan plan_scheme(const init::NetworkScheme& scheme, const net::Graph& graph) {
  try {
    return scheme.plan(graph);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::unsupported) throw;
    throw Error(error.code(), error.where(),
                error.message() +
                    ". Widths describe plain dense layers, which cannot have it; presets can: "
                    "\"gpt(mup=true)\", \"mlp(3, 128, mup=true)\", \"resnet20(norm=none, fixup=true)\" "
                    "(`fanin list nets`). A model's own tensors are taken by --like");
  }
}

}  // namespace

std::string_view to_string(StreamKind stream) noexcept {
  switch (stream) {
    case StreamKind::fanin: return "fanin";
    case StreamKind::numpy: return "numpy";
    case StreamKind::numpy_pcg64: return "numpy-pcg64";
    case StreamKind::torch: return "torch";
  }
  return "unknown";
}

StreamKind parse_stream(std::string_view text) {
  std::vector<std::string> names;
  for (const StreamKind stream : kStreams) {
    if (text == to_string(stream)) return stream;
    names.emplace_back(to_string(stream));
  }
  throw Error(ErrorCode::unknown_name, "stream",
              "no stream '" + std::string(text.substr(0, 64)) + "'; " + suggestion(text, names));
}

std::uint64_t WeightPlan::bytes() const {
  std::uint64_t sum = 0;
  for (const PlannedTensor& tensor : tensors) sum += bytes_of(tensor);
  return sum;
}

const PlannedTensor& WeightPlan::find(std::string_view name) const {
  for (const PlannedTensor& tensor : tensors) {
    if (tensor.parameter.name == name) return tensor;
  }
  std::vector<std::string> names;
  for (const PlannedTensor& tensor : tensors) names.push_back(tensor.parameter.name);
  throw Error(ErrorCode::unknown_name, network,
              "no tensor '" + std::string(name.substr(0, 64)) + "'; " + suggestion(name, names));
}

WeightPlan plan_network(const NetworkRequest& request) {
  const init::NetworkScheme scheme = init::parse_network_scheme(request.init, request.dialect);
  const net::Graph graph = load_network(request.net, request.context);
  const init::NetworkPlan network = plan_scheme(scheme, graph);
  init::refuse_fit(network);
  WeightPlan plan;
  plan.seed = request.seed;
  plan.stream = request.stream;
  plan.dialect = request.dialect;
  plan.scheme = network.scheme;
  plan.network = request.net;
  for (const init::ParameterPlan& entry : network.parameters) {
    plan.tensors.push_back({.parameter = entry.parameter,
                            .dtype = request.dtype,
                            .rule = entry.rule,
                            .role = std::string(net::to_string(entry.parameter.role)),
                            .reason = entry.reason,
                            .learning_rate_factor = entry.learning_rate_factor});
  }
  plan.multipliers = network.multipliers;
  check_plan(plan);
  return plan;
}

std::map<std::string, std::string> recipe_of(const WeightPlan& plan) {
  std::map<std::string, std::string> recipe{
      {"fanin.init", plan.scheme}, {"fanin.seed", std::to_string(plan.seed)}, {"fanin.recipe", fingerprint(plan)}};
  if (plan.stream != StreamKind::fanin) recipe.emplace("fanin.stream", to_string(plan.stream));
  return recipe;
}

void check_plan(const WeightPlan& plan) {
  if (plan.stream != StreamKind::fanin) check_replay(plan);
  for (const PlannedTensor& tensor : plan.tensors) {
    if (!tensor.rule) continue;
    (void)tensor.rule->moments(tensor.parameter);
    const auto bytes = static_cast<double>(bytes_of(tensor));
    if (!tensor.rule->slices_are_cheap() && bytes > machine_bytes()) {
      throw Error(ErrorCode::bad_value, tensor.parameter.name,
                  tensor.rule->text() + " must be drawn whole, and " + to_string(tensor.parameter.shape()) +
                      " does not fit in this machine's memory; a rule with independent elements does");
    }
  }
}

}  // namespace fanin::experiment
