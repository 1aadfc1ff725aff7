#include "fanin/init/network_scheme.hpp"

#include <algorithm>
#include <array>

#include "fanin/core/aligned_buffer.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/init/catalogue.hpp"
#include "fanin/init/library_call.hpp"
#include "fanin/init/network/all.hpp"
#include "fanin/net/ops/scale.hpp"

namespace fanin::init {
namespace {

constexpr std::array kNetworkSchemes{
    &kRolesScheme,          &kGpt2Scheme,         &kFixupScheme, &kRezeroScheme,     &kTFixupScheme,
    &kDeepNormScheme,       &kMupScheme,          &kIrnnScheme,  &kChronoScheme,     &kSirenScheme,
    &kPytorchDefaultScheme, &kKerasDefaultScheme, &kLsuvScheme,  &kKrahenbuhlScheme, &kWeightNormDataScheme,
    &kMetainitScheme,       &kGradinitScheme};

NetworkScheme by_role(const Initializer& weights) {
  const std::string text = weights.text();
  return {text,
          [text, weights](const net::Graph& graph) { return PlanBuilder(graph, text, RoleRules(weights)).finish(); }};
}

bool names(const NetworkSchemeInfo& info, std::string_view name) {
  return name == info.name || (!info.alias.empty() && name == info.alias);
}

void draw(const NetworkPlan& plan, std::uint64_t seed,
          const std::function<void(const net::ParameterSpec&, std::span<const float>)>& sink) {
  std::int64_t largest = 0;
  for (const ParameterPlan& entry : plan.parameters) largest = std::max(largest, entry.parameter.shape().count());
  AlignedBuffer<float> buffer(static_cast<std::size_t>(largest));
  for (const ParameterPlan& entry : plan.parameters) {
    const auto count = static_cast<std::size_t>(entry.parameter.shape().count());
    const std::span<float> values = buffer.span().first(count);
    entry.rule.fill(entry.parameter, seed, 0, values);
    sink(entry.parameter, values);
  }
}

[[noreturn]] void unknown(std::string_view name) {
  std::vector<std::string> known;
  for (const InitializerInfo& info : known_initializers()) {
    known.emplace_back(info.name);
    if (!info.alias.empty()) known.emplace_back(info.alias);
  }
  for (const NetworkSchemeInfo& info : known_network_schemes()) {
    known.emplace_back(info.name);
    if (!info.alias.empty()) known.emplace_back(info.alias);
  }
  throw Error(ErrorCode::unknown_name, "initializer",
              "no initializer or scheme '" + std::string(name.substr(0, 64)) + "'; " + suggestion(name, known));
}

}  // namespace

NetworkPlan NetworkScheme::plan(const net::Graph& graph) const { return planner_(graph); }

std::span<const NetworkSchemeInfo> known_network_schemes() {
  static const std::array infos = [] {
    std::array<NetworkSchemeInfo, kNetworkSchemes.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = kNetworkSchemes[i]->info;
    return all;
  }();
  return infos;
}

NetworkScheme parse_network_scheme(std::string_view text, Dialect dialect) {
  const Dialect own = dialect;
  const CallExpr call = parse_call(text, "initializer");
  for (const NetworkSchemeEntry* entry : kNetworkSchemes) {
    if (!names(entry->info, call.name)) continue;
    CallReader reader(call, "scheme");
    NetworkScheme scheme = entry->parse(reader, dialect);
    reader.finish();
    return scheme;
  }
  CallExpr initializer = call;
  dialect = take_dialect(initializer, dialect);
  translate_call(initializer, dialect);  // refuses by name what a library has and fanin does not
  const auto known = known_initializers();
  const bool is_initializer = std::any_of(known.begin(), known.end(), [&](const InitializerInfo& info) {
    return initializer.name == info.name || (!info.alias.empty() && initializer.name == info.alias);
  });
  if (!is_initializer) unknown(call.name);
  return by_role(parse_initializer(text, own));
}

void initialize(const NetworkPlan& plan, std::uint64_t seed,
                const std::function<void(const net::ParameterSpec&, std::span<const float>)>& sink) {
  refuse_fit(plan);
  draw(plan, seed, sink);
}

FitReport initialize(const NetworkPlan& plan, std::uint64_t seed, net::Evaluator& evaluator) {
  draw(plan, seed, [&](const net::ParameterSpec& parameter, std::span<const float> values) {
    evaluator.set_parameter(parameter.name, values);
  });
  return plan.fit ? plan.fit(evaluator, plan.fixed) : FitReport{};
}

void refuse_fit(const NetworkPlan& plan) {
  if (!plan.fit) return;
  throw Error(ErrorCode::unsupported, "scheme " + parse_call(plan.scheme, "initializer").name,
              "it needs a batch of data and the network to run it through: use it with --data in fanin train, compare, "
              "check or fix; fanin fix -o writes the weights to a file");
}

void initialize(const net::Graph& graph, const Initializer& weights, std::uint64_t seed,
                const std::function<void(const net::ParameterSpec&, std::span<const float>)>& sink) {
  initialize(by_role(weights).plan(graph), seed, sink);
}

net::Graph with_multipliers(const net::Graph& graph, std::span<const NodeMultiplier> multipliers) {
  for (const NodeMultiplier& multiplier : multipliers) {
    const auto* scale = multiplier.node < graph.nodes().size()
                            ? dynamic_cast<const net::Scale*>(graph.node(multiplier.node).op.get())
                            : nullptr;
    if (scale == nullptr || scale->type() != net::ScaleKind::fixed) {
      throw Error(ErrorCode::bad_value, "node '" + multiplier.name + "'", "it is no fixed scale node of this graph");
    }
  }
  net::Graph result;
  for (net::NodeId id = 0; id < graph.nodes().size(); ++id) {
    const net::Node& node = graph.node(id);
    if (node.op == nullptr) {
      result.add_input(node.name, node.shape);
      continue;
    }
    net::OpPtr op = node.op;
    for (const NodeMultiplier& multiplier : multipliers) {
      if (multiplier.node == id) op = net::scale(multiplier.value);
    }
    result.add(node.scope, op, node.inputs);
  }
  result.set_output(graph.output());
  return result;
}

}  // namespace fanin::init
