#include "fanin/engine/optimizer.hpp"

#include <array>
#include <cmath>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/engine/optimizers/rules.hpp"

namespace fanin::engine {
namespace {

struct Entry {
  OptimizerKind kind;
  std::string_view name;
  std::size_t states;
  double default_learning_rate;
  ReferenceRule reference;
  OptimizerInfo info;
};

constexpr std::array<Entry, 7> kEntries{{
    {OptimizerKind::sgd, "sgd", 0, 1e-2, reference_sgd, {"w -= lr*g", "Robbins & Monro 1951"}},
    {OptimizerKind::momentum,
     "momentum",
     1,
     1e-2,
     reference_momentum,
     {"v = momentum*v + g, w -= lr*v", "Polyak 1964"}},
    {OptimizerKind::nesterov,
     "nesterov",
     1,
     1e-2,
     reference_nesterov,
     {"v = momentum*v + g, w -= lr*(g + momentum*v)", "Nesterov 1983; Sutskever et al. 2013"}},
    {OptimizerKind::rmsprop,
     "rmsprop",
     1,
     1e-2,
     reference_rmsprop,
     {"v = alpha*v + (1 - alpha)*g², w -= lr*g/(√v + eps)", "Tieleman & Hinton 2012"}},
    {OptimizerKind::adagrad,
     "adagrad",
     1,
     1e-2,
     reference_adagrad,
     {"v += g², w -= lr*g/(√v + eps)", "Duchi, Hazan & Singer 2011"}},
    {OptimizerKind::adam,
     "adam",
     2,
     1e-3,
     reference_adam,
     {"m = beta1*m + (1 - beta1)*g, v = beta2*v + (1 - beta2)*g², "
      "w -= lr*m/(1 - beta1^t)/(√(v/(1 - beta2^t)) + eps)",
      "Kingma & Ba 2015, arXiv:1412.6980"}},
    {OptimizerKind::adamw,
     "adamw",
     2,
     1e-3,
     reference_adamw,
     {"w *= 1 - lr*weight_decay, then adam's step without decay", "Loshchilov & Hutter 2019, arXiv:1711.05101"}},
}};

const Entry& entry(OptimizerKind kind) noexcept { return kEntries[static_cast<std::size_t>(kind)]; }

void check_range(double value, double low, double high, bool high_included, std::string_view name,
                 const std::string& where) {
  if (value >= low && (value < high || (high_included && value == high))) return;
  throw Error(ErrorCode::bad_value, where,
              std::string(name) + "=" + std::to_string(value) + " is outside [" + std::to_string(low) + ", " +
                  std::to_string(high) + (high_included ? "]" : ")"));
}

constexpr double kLarge = 1e30;

bool is_momentum(OptimizerKind kind) { return kind == OptimizerKind::momentum || kind == OptimizerKind::nesterov; }
bool is_adam(OptimizerKind kind) { return kind == OptimizerKind::adam || kind == OptimizerKind::adamw; }
bool has_epsilon(OptimizerKind kind) { return kind != OptimizerKind::sgd && !is_momentum(kind); }

// Every field at its default for the kind, which is PyTorch's.
Optimizer defaults(OptimizerKind kind) {
  Optimizer optimizer;
  optimizer.kind = kind;
  optimizer.learning_rate = default_learning_rate(kind);
  if (kind == OptimizerKind::adagrad) optimizer.epsilon = 1e-10;
  if (kind == OptimizerKind::adamw) optimizer.weight_decay = 1e-2;
  return optimizer;
}

// Calls visit(key, member, low, high, high_included) for each setting the kind reads.
template <class Visit>
void visit_settings(OptimizerKind kind, const Visit& visit) {
  if (is_momentum(kind)) visit("momentum", &Optimizer::momentum, 0.0, 1.0, false);
  if (is_adam(kind)) {
    visit("beta1", &Optimizer::beta1, 0.0, 1.0, false);
    visit("beta2", &Optimizer::beta2, 0.0, 1.0, false);
  }
  if (kind == OptimizerKind::rmsprop) visit("alpha", &Optimizer::alpha, 0.0, 1.0, false);
  if (has_epsilon(kind)) visit("eps", &Optimizer::epsilon, 0.0, kLarge, true);
  visit("weight_decay", &Optimizer::weight_decay, 0.0, kLarge, true);
  if (kind == OptimizerKind::adagrad) {
    visit("initial_accumulator", &Optimizer::initial_accumulator, 0.0, kLarge, true);
  }
}

}  // namespace

Optimizer parse_optimizer(std::string_view text, double learning_rate) {
  const CallExpr call = parse_call(text, "optimizer");
  std::vector<std::string> names;
  for (const Entry& known : kEntries) {
    names.emplace_back(known.name);
    if (known.name != call.name) continue;
    Optimizer optimizer = defaults(known.kind);
    if (!std::isfinite(learning_rate) || learning_rate <= 0 || learning_rate > kLarge) {
      throw Error(ErrorCode::bad_value, "learning rate",
                  std::to_string(learning_rate) + " is not a finite number above 0; try " +
                      (known.default_learning_rate < 5e-3 ? "1e-3" : "1e-2"));
    }
    optimizer.learning_rate = learning_rate;
    CallReader reader(call, "optimizer");
    visit_settings(known.kind, [&](const char* key, double Optimizer::*member, double low, double high, bool closed) {
      optimizer.*member = reader.number(key, optimizer.*member);
      check_range(optimizer.*member, low, high, closed, key, "optimizer " + call.name);
    });
    reader.finish();
    return optimizer;
  }
  throw Error(ErrorCode::unknown_name, "optimizer",
              "no optimizer '" + call.name + "'; " + suggestion(call.name, names));
}

std::string to_string(const Optimizer& optimizer) {
  const Optimizer standard = defaults(optimizer.kind);
  std::string arguments;
  visit_settings(optimizer.kind, [&](const char* key, double Optimizer::*member, double, double, bool) {
    if (optimizer.*member == standard.*member) return;
    arguments += (arguments.empty() ? "" : ", ") + std::string(key) + "=" + format_number(optimizer.*member);
  });
  const std::string name(entry(optimizer.kind).name);
  return arguments.empty() ? name : name + "(" + arguments + ")";
}

OptimizerInfo optimizer_info(OptimizerKind kind) noexcept { return entry(kind).info; }

double default_learning_rate(OptimizerKind kind) noexcept { return entry(kind).default_learning_rate; }

std::span<const std::string_view> optimizer_names() noexcept {
  static const std::array<std::string_view, kEntries.size()> names = [] {
    std::array<std::string_view, kEntries.size()> all;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = kEntries[i].name;
    return all;
  }();
  return names;
}

std::size_t state_slots(const Optimizer& optimizer) noexcept { return entry(optimizer.kind).states; }

StepScalars step_scalars(const Optimizer& optimizer, std::int64_t step) noexcept {
  const auto t = static_cast<double>(step);
  StepScalars s;
  s.learning_rate = static_cast<float>(optimizer.learning_rate);
  s.momentum = static_cast<float>(optimizer.momentum);
  s.beta1 = static_cast<float>(optimizer.beta1);
  s.beta2 = static_cast<float>(optimizer.beta2);
  s.one_minus_beta1 = static_cast<float>(1 - optimizer.beta1);
  s.one_minus_beta2 = static_cast<float>(1 - optimizer.beta2);
  s.alpha = static_cast<float>(optimizer.alpha);
  s.one_minus_alpha = static_cast<float>(1 - optimizer.alpha);
  s.epsilon = static_cast<float>(optimizer.epsilon);
  s.weight_decay = optimizer.kind == OptimizerKind::adamw ? 0.0F : static_cast<float>(optimizer.weight_decay);
  s.decay_factor = static_cast<float>(1 - optimizer.learning_rate * optimizer.weight_decay);
  s.step_size = static_cast<float>(optimizer.learning_rate / (1 - std::pow(optimizer.beta1, t)));
  s.inverse_sqrt_correction2 = static_cast<float>(1 / std::sqrt(1 - std::pow(optimizer.beta2, t)));
  return s;
}

double initial_state(const Optimizer& optimizer) noexcept {
  return optimizer.kind == OptimizerKind::adagrad ? optimizer.initial_accumulator : 0;
}

void reference_update(const Optimizer& optimizer, std::int64_t step, std::span<const double> gradient,
                      std::span<double> parameter, std::span<double> state1, std::span<double> state2) {
  for (std::size_t i = 0; i < parameter.size(); ++i) {
    ReferenceValue value{parameter[i], state1.empty() ? 0 : state1[i], state2.empty() ? 0 : state2[i]};
    entry(optimizer.kind).reference(optimizer, step, gradient[i], value);
    parameter[i] = value.parameter;
    if (!state1.empty()) state1[i] = value.state1;
    if (!state2.empty()) state2[i] = value.state2;
  }
}

void UpdateStatistics::join(const UpdateStatistics& other) noexcept {
  gradient.join(other.gradient);
  value.join(other.value);
  update.join(other.update);
}

}  // namespace fanin::engine
