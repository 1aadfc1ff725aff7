#include "fanin/experiment/weights/like_rules.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/net/ops/add.hpp"
#include "fanin/net/ops/bias.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/embedding.hpp"
#include "fanin/net/ops/layer_norm.hpp"
#include "fanin/net/ops/rnn.hpp"

namespace fanin::experiment {
namespace {

using net::ParameterRole;
using Rules = std::vector<std::optional<TensorRule>>;
using Tensors = std::vector<NamedTensor>;

constexpr std::array<std::string_view, 5> kUsable{"roles", "gpt2", "irnn", "pytorch_default", "keras_default"};

[[noreturn]] void refuse(const std::string& scheme, const std::string& message) {
  throw Error(ErrorCode::unsupported, "scheme " + scheme, message);
}

bool is_network_scheme(std::string_view name) {
  return std::ranges::any_of(init::known_network_schemes(), [&](const init::NetworkSchemeInfo& info) {
    return name == info.name || (!info.alias.empty() && name == info.alias);
  });
}

/// The rule of each role.
using RoleRules = std::map<ParameterRole, init::Initializer>;

RoleRules rules_of(const init::Initializer& weights) {
  const init::Initializer zeros = init::parse_initializer("zeros");
  return {{ParameterRole::weight, weights},    {ParameterRole::recurrent, weights},
          {ParameterRole::embedding, weights}, {ParameterRole::bias, zeros},
          {ParameterRole::shift, zeros},       {ParameterRole::scale, init::parse_initializer("ones")}};
}

/// What a scheme gives each role, seen in a small network that has all of them.
RoleRules rules_of(const init::NetworkScheme& scheme) {
  net::Graph graph;
  net::NodeId x = graph.add_input("tokens", Shape{4});
  x = graph.add("table", net::embedding(8, 4), {x});
  x = graph.add("memory", net::rnn({.units = 4}, "relu"), {x});
  net::NodeId branch = graph.add("first", net::dense(4), {x});
  branch = graph.add("last", net::dense(4), {branch});
  x = graph.add("sum", net::add(), {x, branch});
  x = graph.add("norm", net::layer_norm(), {x});
  x = graph.add("head", net::dense(4), {x});
  graph.set_output(graph.add("head", net::bias(), {x}));
  RoleRules rules;
  for (const init::ParameterPlan& entry : scheme.plan(graph).parameters) {
    const std::string& name = entry.parameter.name;
    // The recurrent layer shows the recurrent role only: its other tensors have rules of their own.
    if (name.starts_with("memory") && entry.parameter.role != ParameterRole::recurrent) continue;
    rules.emplace(entry.parameter.role, entry.rule);
  }
  return rules;
}

Rules by_role(const Tensors& tensors, const RoleRules& rules) {
  Rules all(tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i].role != kKeepRole) all[i] = TensorRule{rules.at(tensors[i].parameter.role)};
  }
  return all;
}

/// One name for the experts that work side by side in one branch: "experts.3.w2" -> "experts.w2".
std::string branch_of(std::string name) {
  const std::size_t experts = name.find("experts.");
  if (experts == std::string::npos) return name;
  const std::size_t number = experts + std::string_view("experts.").size();
  const std::size_t end = name.find('.', number);
  return end == std::string::npos ? name : name.erase(number, end - number);
}

void plan_gpt2(const Tensors& tensors, Rules& rules) {
  std::vector<std::size_t> projections;
  std::set<std::string> branches;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::string& role = tensors[i].role;
    const bool said = role == "residual" || role == "residual_in_out";
    const bool guessed = !tensors[i].by_hand && (role == "dense" || role == "dense_in_out") &&
                         ends_residual_branch(tensors[i].parameter.name);
    if (!said && !guessed) continue;
    projections.push_back(i);
    branches.insert(branch_of(tensors[i].parameter.name));
  }
  if (projections.empty()) {
    refuse("gpt2",
           "no tensor's name tells that it ends a residual branch, as c_proj, o_proj, down_proj or fc2 do; say which "
           "with --role PATTERN=residual (residual_in_out where the inputs come first), or take --init "
           "\"normal(std=0.02)\"");
  }
  const init::Initializer& base = rules[projections.front()]->rule;
  const double std_dev = base.std_dev(tensors[projections.front()].parameter);
  const double reduced = std_dev / std::sqrt(static_cast<double>(branches.size()));
  const init::Initializer rule = init::parse_initializer("normal(std=" + format_number(reduced) + ")");
  for (const std::size_t i : projections) {
    rules[i] = TensorRule{rule, "residual projection, ÷√" + std::to_string(branches.size())};
  }
}

void check_irnn(const Tensors& tensors) {
  bool found = false;
  for (const NamedTensor& tensor : tensors) {
    if (tensor.parameter.role != ParameterRole::recurrent) continue;
    found = true;
    if (tensor.role.starts_with("recurrent")) continue;
    refuse("irnn", tensor.parameter.name + " is " + tensor.role +
                       ": the scheme is for recurrent layers without gates; for these, --init orthogonal");
  }
  if (!found) refuse("irnn", "no tensor is a recurrent weight; say which with --role PATTERN=recurrent");
}

void plan_keras(const Tensors& tensors, Rules& rules) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i].role == "lstm_bias") rules[i] = TensorRule{init::parse_initializer("forget_bias"), "forget gate 1"};
  }
}

/// What torch.nn's layers draw depends on their neighbours: a bias on its weight, a gate on its state.
class PytorchDefaults final {
 public:
  explicit PytorchDefaults(const Tensors& tensors) {
    for (const NamedTensor& tensor : tensors) tensors_.emplace(tensor.parameter.name, &tensor);
  }

  [[nodiscard]] TensorRule rule_of(const NamedTensor& tensor, const TensorRule& by_role) const {
    const std::string& name = tensor.parameter.name;
    const std::size_t dot = name.rfind('.') + 1;  // 0 without a dot
    const std::string layer = name.substr(0, dot);
    const std::string leaf = name.substr(dot);
    if (const auto recurrent = recurrent_rule(layer, leaf)) return *recurrent;
    if (leaf == "in_proj_weight") {
      return {init::parse_initializer("glorot_uniform(dialect=pytorch)"), "Xavier by the packed fans"};
    }
    if (tensor.parameter.role != ParameterRole::bias) return by_role;
    if (is_attention_bias(layer, leaf)) return {init::parse_initializer("zeros"), "a bias of attention"};
    return bias_rule(name);
  }

 private:
  static init::Initializer symmetric(double half_width) {
    return init::parse_initializer("uniform(" + format_number(-half_width) + ", " + format_number(half_width) + ")");
  }

  [[nodiscard]] std::optional<TensorRule> recurrent_rule(const std::string& layer, const std::string& leaf) const {
    for (const std::string_view prefix : {"weight_ih", "weight_hh", "bias_ih", "bias_hh"}) {
      if (!leaf.starts_with(prefix)) continue;
      const auto state = tensors_.find(layer + "weight_hh" + leaf.substr(prefix.size()));
      if (state == tensors_.end()) return std::nullopt;
      const auto units = static_cast<double>(state->second->parameter.shape().extents().back());
      return TensorRule{symmetric(1 / std::sqrt(units)), "U(±1/√units)"};
    }
    return std::nullopt;
  }

  [[nodiscard]] bool is_attention_bias(const std::string& layer, const std::string& leaf) const {
    if (leaf == "in_proj_bias") return true;
    const std::string_view projection = "out_proj.";
    return layer.ends_with(projection) &&
           tensors_.contains(layer.substr(0, layer.size() - projection.size()) + "in_proj_weight");
  }

  [[nodiscard]] TensorRule bias_rule(const std::string& name) const {
    const std::size_t at = name.rfind("bias");
    const std::string weight = at == std::string::npos ? "" : std::string(name).replace(at, 4, "weight");
    const auto found = tensors_.find(weight);
    if (found == tensors_.end() || !found->second->parameter.has_fans()) {
      refuse("pytorch_default", name + " would be drawn by the fan_in of its layer's weight, and there is no " +
                                    (weight.empty() ? "such weight" : weight) + "; --role " + name +
                                    "=shift starts it at 0");
    }
    const net::Fans fans = init::dialect_fans(init::Dialect::pytorch, found->second->parameter);
    return {symmetric(1 / std::sqrt(static_cast<double>(fans.fan_in))), "U(±1/√fan_in) of its layer"};
  }

  std::map<std::string, const NamedTensor*> tensors_;
};

void plan_pytorch(const Tensors& tensors, Rules& rules) {
  const PytorchDefaults defaults(tensors);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (rules[i]) rules[i] = defaults.rule_of(tensors[i], *rules[i]);
  }
}

[[noreturn]] void needs_a_graph(const std::string& name) {
  for (const init::NetworkSchemeInfo& info : init::known_network_schemes()) {
    if (info.name != name || info.needs != init::kNeedsData) continue;
    refuse(name, "it needs a batch of data and the network to run it through, which a file of tensors does not hold");
  }
  std::string usable;
  for (const std::string_view scheme : kUsable) usable.append(usable.empty() ? "" : ", ").append(scheme);
  refuse(name,
         "it needs to know how the layers are connected, which a file of tensors does not tell; --like takes any "
         "initializer and the schemes " +
             usable + ", and a program can plan this one for a net::Graph");
}

Rules plan_scheme(const std::string& name, const Tensors& tensors, const RoleRules& roles) {
  if (name == "irnn") check_irnn(tensors);
  Rules rules = by_role(tensors, roles);
  if (name == "gpt2") plan_gpt2(tensors, rules);
  if (name == "keras_default") plan_keras(tensors, rules);
  if (name == "pytorch_default") plan_pytorch(tensors, rules);
  return rules;
}

}  // namespace

bool ends_residual_branch(std::string_view name) {
  static constexpr std::array<std::string_view, 20> kEndings{"attn.c_proj",
                                                             "mlp.c_proj",
                                                             "o_proj",
                                                             "down_proj",
                                                             "out_proj",
                                                             "fc2",
                                                             "fc_out",
                                                             "linear2",
                                                             "attn.proj",
                                                             "attention.proj",
                                                             "mlp.proj",
                                                             "dense_4h_to_h",
                                                             "wo",
                                                             "w2",
                                                             "SelfAttention.o",
                                                             "EncDecAttention.o",
                                                             "attention.dense",
                                                             "self_attn.dense",
                                                             "output.dense",
                                                             "self_attention.dense"};
  constexpr std::string_view kLeaf = ".weight";
  if (!name.ends_with(kLeaf)) return false;
  const std::string_view layer = name.substr(0, name.size() - kLeaf.size());
  const bool ends = std::ranges::any_of(kEndings, [&](std::string_view ending) {
    return layer.ends_with(ending) && (layer.size() == ending.size() || layer[layer.size() - ending.size() - 1] == '.');
  });
  if (!ends) return false;
  // A number between dots: which layer it is.
  for (std::size_t begin = 0; begin < layer.size();) {
    const std::size_t end = std::min(layer.find('.', begin), layer.size());
    if (parse_integer(layer.substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

LikeRules rules_like(const LikeRequest& request, const std::vector<NamedTensor>& tensors) {
  const std::string name = parse_call(request.init, "initializer").name;
  const bool whole = is_network_scheme(name);
  const init::NetworkScheme scheme = init::parse_network_scheme(request.init, request.dialect);
  if (whole && std::ranges::find(kUsable, name) == kUsable.end()) needs_a_graph(name);
  RoleRules roles = whole ? rules_of(scheme) : rules_of(init::parse_initializer(request.init, request.dialect));
  if (!request.embedding_init.empty()) {
    roles.insert_or_assign(ParameterRole::embedding, init::parse_initializer(request.embedding_init, request.dialect));
  }
  return {scheme.text(), whole ? plan_scheme(name, tensors, roles) : by_role(tensors, roles)};
}

}  // namespace fanin::experiment
