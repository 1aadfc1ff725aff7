#include "fanin/experiment/repair/changes.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <set>
#include <utility>

#include "fanin/core/call_expr.hpp"
#include "fanin/experiment/training/name_rules.hpp"
#include "fanin/net/ops/activation.hpp"

namespace fanin::experiment {
namespace {

using observe::Finding;
using observe::Problem;
using observe::Severity;

bool is_rectifier(std::string_view activation) {
  return activation == "relu" || activation == "leaky_relu" || activation.empty();
}

// What decides which schemes suit a network.
struct Traits {
  std::string activation = {};  // the most frequent one: "leaky_relu(negative_slope=0.2)"
  std::string family = {};      // "leaky_relu"
  bool recurrent = false;
  bool attention = false;
};

Traits traits_of(const net::Graph& graph) {
  Traits traits;
  std::map<std::string, int> counts;
  for (const net::Node& node : graph.nodes()) {
    if (node.op == nullptr) continue;
    const std::string_view kind = node.op->kind();
    traits.recurrent = traits.recurrent || kind == "rnn" || kind == "lstm" || kind == "gru";
    traits.attention = traits.attention || kind == "attention";
    const auto* activation = dynamic_cast<const net::ActivationOp*>(node.op.get());
    if (activation == nullptr || activation->function().function().name == "linear") continue;
    const std::string text = net::to_string(activation->function());
    const int count = ++counts[text];
    if (traits.activation.empty() || count > counts[traits.activation]) {
      traits.activation = text;
      traits.family = activation->function().function().name;
    }
  }
  return traits;
}

std::string he_for(const Traits& traits) {
  if (traits.activation.empty()) return "lecun_normal";
  return traits.family == "relu" ? "he_normal" : "he_normal(gain=" + traits.activation + ")";
}

std::string orthogonal_for(const Traits& traits) {
  return traits.activation.empty() ? "orthogonal" : "orthogonal(gain=" + traits.activation + ")";
}

std::vector<std::string> schemes_for(const Traits& traits) {
  if (traits.attention) return {"gpt2", "roles(weight=glorot_uniform)", "pytorch_default"};
  if (traits.recurrent) {
    return traits.family == "relu" ? std::vector<std::string>{"irnn(std=0.05)", "pytorch_default"}
                                   : std::vector<std::string>{"roles(weight=glorot_uniform)", "pytorch_default"};
  }
  if (is_rectifier(traits.family)) return {he_for(traits), "pytorch_default"};
  return {he_for(traits), "lecun_normal", "glorot_uniform"};
}

bool has_random_bias(const TrainSetup& setup) {
  return std::ranges::any_of(setup.start.parameters, [](const init::ParameterPlan& entry) {
    if (entry.parameter.role != net::ParameterRole::bias) return false;
    const init::Initializer::Moments moments = entry.rule.moments(entry.parameter);
    return moments.mean != 0 || moments.std_dev != 0;
  });
}

// The exceptions without those for biases.
std::string without_biases(const std::string& init_for) {
  std::string kept;
  if (init_for.empty()) return kept;
  for (const NameRule& rule : parse_name_rules(init_for, "--init-for")) {
    if (rule.pattern.ends_with("bias")) continue;
    kept += (kept.empty() ? "" : ",") + rule.pattern + "=" + rule.value;
  }
  return kept;
}

// Biases at zero: the exceptions that moved them go; where the scheme itself draws them, an exception says zero.
void reset_biases(TrainSettings& settings) {
  const std::string kept = without_biases(settings.init_for);
  if (kept != settings.init_for) {
    settings.init_for = kept;
    return;
  }
  settings.init_for += std::string(kept.empty() ? "" : ",") + "*bias=zeros";
}

// 0.0003 rather than 0.00030000000000000003.
double three_digits(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", value);
  return parse_number(text.data()).value_or(value);
}

constexpr std::string_view kRateWords = "a learning rate of ";

// What is changed already, before what is added to it; another learning rate takes the place of the last.
std::string prefix_of(const RepairTrial& from) {
  if (from.kind == RepairKind::none) return "";
  if (from.kind == RepairKind::learning_rate) return from.what.substr(0, from.what.rfind(kRateWords));
  return from.what + "; ";
}

bool is_fitted(const TrainSetup& setup) { return static_cast<bool>(setup.start.fit); }

class Changes {
 public:
  explicit Changes(const TrainSettings& before) : before_(before) {}

  void add(RepairKind kind, std::string what, TrainSettings settings) {
    std::string key = settings.init + "|" + settings.init_for;
    if (key == before_.init + "|" + before_.init_for || !seen_.insert(std::move(key)).second) return;
    RepairTrial trial{.kind = kind, .what = std::move(what), .options = options_text(before_, settings)};
    trial.settings = std::move(settings);
    trials.push_back(std::move(trial));
  }
  std::vector<RepairTrial> trials = {};

 private:
  TrainSettings before_;
  std::set<std::string> seen_;
};

}  // namespace

std::vector<RepairTrial> start_changes(const TrainSetup& setup, const observe::Diagnosis& diagnosis) {
  const TrainSettings& now = setup.settings;
  const Traits traits = traits_of(setup.graph);
  Changes changes(now);
  TrainSettings calm = now;  // without what the smaller changes take away
  const bool names_biases = without_biases(now.init_for) != now.init_for;
  const bool accused = std::ranges::any_of(diagnosis.findings, [](const Finding& finding) {
    return finding.problem == Problem::bias_init && finding.severity != Severity::note;
  });
  if (has_random_bias(setup) && (names_biases || accused)) {
    reset_biases(calm);
    changes.add(RepairKind::bias, "biases start at zero", calm);
  }
  if (!calm.init_for.empty() && calm.init_for != "*bias=zeros") {
    calm.init_for.clear();
    changes.add(RepairKind::exception, "no exceptions: every layer starts by --init", calm);
  }
  if (!is_fitted(setup)) {
    TrainSettings scaled = calm;
    scaled.init = "lsuv(" + now.init + ")";
    changes.add(RepairKind::rescale,
                "each layer's weights are rescaled by the data to outputs of unit variance; distribution and seed stay",
                scaled);
  }
  calm.init_for.clear();
  for (const std::string& scheme : schemes_for(traits)) {
    calm.init = scheme;
    changes.add(RepairKind::scheme, "another start that suits the activation", calm);
  }
  if (!traits.recurrent && !traits.attention) {
    calm.init = "lsuv(" + he_for(traits) + ")";
    changes.add(RepairKind::scheme, "another start, each layer rescaled by the data", calm);
    calm.init = orthogonal_for(traits);
    changes.add(RepairKind::orthogonal, "orthogonal weights with the activation's gain", calm);
    if (!is_rectifier(traits.family)) {
      calm.init = "orthogonal";  // bounded functions are linear near 0, where singular values of 1 keep every direction
      changes.add(RepairKind::orthogonal, "orthogonal weights", calm);
    }
    calm.init = "lsuv(orthogonal)";
    changes.add(RepairKind::orthogonal, "orthogonal weights, each layer rescaled by the data", calm);
  }
  return std::move(changes.trials);
}

RepairTrial with_rate(const RepairTrial& from, double learning_rate) {
  RepairTrial trial{.kind = RepairKind::learning_rate, .what = prefix_of(from)};
  trial.settings = from.settings;
  trial.settings.learning_rate = three_digits(learning_rate);
  trial.what.append(kRateWords).append(format_number(*trial.settings.learning_rate));
  return trial;
}

std::vector<RepairTrial> training_changes(const RepairTrial& from) {
  std::vector<RepairTrial> trials;
  if (from.settings.clipping == "none") {
    RepairTrial& clipped = trials.emplace_back();
    clipped.kind = RepairKind::clipping;
    clipped.what = prefix_of(from) + "gradients clipped to a global norm of 1";
    clipped.settings = from.settings;
    clipped.settings.clipping = "global_norm";
    clipped.settings.clip_limit = 1;
  }
  for (const double factor : {0.3, 3.0, 0.1, 10.0}) {
    trials.push_back(with_rate(from, *from.settings.learning_rate * factor));
  }
  return trials;
}

std::string options_text(const TrainSettings& before, const TrainSettings& after) {
  std::string text;
  const auto add = [&text](const std::string& option) { text += (text.empty() ? "" : " ") + option; };
  if (after.init != before.init) add("--init \"" + after.init + "\"");
  if (after.init_for != before.init_for) {
    add(after.init_for.empty() ? "(no --init-for)" : "--init-for \"" + after.init_for + "\"");
  }
  if (after.clipping != before.clipping) add("--clip " + after.clipping + "=" + format_number(after.clip_limit));
  if (after.learning_rate != before.learning_rate) add("--lr " + format_number(after.learning_rate.value_or(0)));
  return text;
}

bool has_bad_start(const observe::Diagnosis& diagnosis) {
  return std::ranges::any_of(diagnosis.findings, [](const Finding& finding) {
    return finding.severity != Severity::note && observe::is_initialization(finding.problem);
  });
}

const observe::Finding* cause_elsewhere(const observe::Diagnosis& diagnosis) {
  constexpr std::array kElsewhere{Problem::label_problem, Problem::missing_nonlinearity, Problem::unscaled_input};
  constexpr std::array kCauses{Problem::symmetric_units, Problem::poor_init_scale, Problem::wrong_fan_mode,
                               Problem::gain_mismatch, Problem::bias_init};
  const Finding* elsewhere = nullptr;
  for (const Finding& finding : diagnosis.findings) {
    if (finding.severity == Severity::note) continue;
    if (std::ranges::find(kCauses, finding.problem) != kCauses.end()) return nullptr;
    const bool lies = std::ranges::find(kElsewhere, finding.problem) != kElsewhere.end();
    if (lies && elsewhere == nullptr) elsewhere = &finding;
  }
  return elsewhere;
}

}  // namespace fanin::experiment
