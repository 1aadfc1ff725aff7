#include "fanin/experiment/sweep/settings_keys.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/engine/optimizer.hpp"
#include "fanin/experiment/training/clipping.hpp"
#include "fanin/experiment/training/schedule.hpp"
#include "fanin/experiment/training/setup.hpp"
#include "fanin/experiment/training/start.hpp"
#include "fanin/init/network_scheme.hpp"
#include "fanin/net/activation.hpp"
#include "fanin/net/loss.hpp"

namespace fanin::experiment {
namespace {

[[noreturn]] void refuse(std::string_view key, const std::string& message) {
  throw Error(ErrorCode::bad_value, std::string(key), message);
}

double number_of(const std::string& value) { return *parse_number(value); }
std::int64_t integer_of(const std::string& value) { return *parse_integer(value); }
bool flag_of(const std::string& value) { return value == "true"; }

double variance_of(std::string_view key, const std::string& value) {
  const double variance = number_of(value);
  if (!(variance >= 0)) refuse(key, value + " is no variance: it must be 0 or more");
  return variance;
}

void clip(Draft& draft, const std::string& value) {
  const std::size_t equals = value.find('=');
  draft.settings.clipping = value.substr(0, equals);
  static_cast<void>(parse_clipping(draft.settings.clipping));
  if (equals == std::string::npos) {
    if (draft.settings.clipping != "none") refuse("clip", "'" + value + "' lacks its limit: write global_norm=1");
    return;
  }
  const std::optional<double> limit = parse_number(value.substr(equals + 1));
  if (!limit) refuse("clip", "'" + value + "' is not KIND=LIMIT, such as global_norm=1");
  draft.settings.clip_limit = *limit;
}

constexpr std::array kKeys{
    SettingKey{"net", KeyKind::text, [](Draft& d, const std::string& v) { d.settings.net = v; }},
    SettingKey{"depth", KeyKind::integer,
               [](Draft& d, const std::string& v) {
                 d.network.push_back({"depth", v});
               }},
    SettingKey{"width", KeyKind::integer,
               [](Draft& d, const std::string& v) {
                 d.network.push_back({"width", v});
               }},
    SettingKey{
        "activation", KeyKind::text,
        [](Draft& d, const std::string& v) { d.settings.activation = net::to_string(net::parse_activation(v)); }},
    SettingKey{"normalization", KeyKind::text,
               [](Draft& d, const std::string& v) {
                 d.network.push_back({"norm", v});
               }},
    SettingKey{"residual", KeyKind::flag,
               [](Draft& d, const std::string& v) {
                 d.network.push_back({"residual", v});
               }},
    SettingKey{"init", KeyKind::text, [](Draft& d, const std::string& v) { d.init = v; }},
    SettingKey{"gain", KeyKind::number, [](Draft& d, const std::string& v) { d.gain = number_of(v); }},
    SettingKey{"weight_variance", KeyKind::number,
               [](Draft& d, const std::string& v) { d.weight_variance = variance_of("weight_variance", v); }},
    SettingKey{"bias_variance", KeyKind::number,
               [](Draft& d, const std::string& v) { d.bias_variance = variance_of("bias_variance", v); }},
    SettingKey{"init_for", KeyKind::text,
               [](Draft& d, const std::string& v) { d.settings.init_for = canonical_init_for(v); }},
    SettingKey{"optimizer", KeyKind::text, [](Draft& d, const std::string& v) { d.settings.optimizer = v; }},
    SettingKey{"learning_rate", KeyKind::number,
               [](Draft& d, const std::string& v) { d.settings.learning_rate = number_of(v); }},
    SettingKey{"learning_rate_for", KeyKind::text,
               [](Draft& d, const std::string& v) { d.settings.learning_rate_for = v; }},
    SettingKey{"schedule", KeyKind::text,
               [](Draft& d, const std::string& v) { d.settings.schedule = to_string(parse_schedule(v)); }},
    SettingKey{"clip", KeyKind::text, clip},
    SettingKey{"decay_all", KeyKind::flag, [](Draft& d, const std::string& v) { d.settings.decay_all = flag_of(v); }},
    SettingKey{"loss", KeyKind::text,
               [](Draft& d, const std::string& v) { d.settings.loss = net::to_string(net::parse_loss(v)); }},
    SettingKey{"label_smoothing", KeyKind::number,
               [](Draft& d, const std::string& v) { d.settings.label_smoothing = number_of(v); }},
    SettingKey{"batch_size", KeyKind::integer,
               [](Draft& d, const std::string& v) { d.settings.batch_size = integer_of(v); }},
    SettingKey{"accumulate", KeyKind::integer,
               [](Draft& d, const std::string& v) { d.settings.accumulate = integer_of(v); }},
    SettingKey{"epochs", KeyKind::integer, [](Draft& d, const std::string& v) { d.settings.epochs = integer_of(v); }},
    SettingKey{"steps", KeyKind::integer, [](Draft& d, const std::string& v) { d.settings.max_steps = integer_of(v); }},
    SettingKey{"patience", KeyKind::integer,
               [](Draft& d, const std::string& v) { d.settings.patience = integer_of(v); }},
    SettingKey{"evaluate_every", KeyKind::integer,
               [](Draft& d, const std::string& v) { d.settings.evaluate_every = integer_of(v); }},
};

std::string text_of(const CallExpr& call) {
  std::string text = call.name;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    text += i == 0 ? "(" : ", ";
    if (!call.arguments[i].key.empty()) text.append(call.arguments[i].key).append("=");
    text += call.arguments[i].text;
  }
  if (!call.arguments.empty()) text += ")";
  return text;
}

/// "mlp" and {"depth", "8"} make "mlp(depth=8)".
std::string network_text(const Draft& draft) {
  const std::string& net = draft.settings.net;
  if (draft.network.empty()) return net;
  const bool widths = !net.empty() && net.front() >= '0' && net.front() <= '9';
  if (widths || net.ends_with(".toml")) {
    refuse("net", "'" + net + "' is no preset, so " + draft.network.front().key +
                      " cannot be set in it; leave net out for mlp, or name another preset");
  }
  CallExpr call = parse_call(net.empty() ? "mlp" : net, "net");
  for (const SettingValue& argument : draft.network) {
    const bool there = std::any_of(call.arguments.begin(), call.arguments.end(),
                                   [&](const CallArgument& other) { return other.key == argument.key; });
    if (there) refuse("net", "'" + net + "' says " + argument.key + " already, which is a setting of its own too");
    call.arguments.push_back({argument.key, argument.value});
  }
  return text_of(call);
}

std::string init_text(const Draft& draft) {
  if (draft.weight_variance) {
    if (draft.init || draft.gain) refuse("weight_variance", "it says what init and gain say; leave those out");
    return "lecun_normal(gain=" + format_number(std::sqrt(*draft.weight_variance)) + ")";
  }
  CallExpr call = parse_call(draft.init.value_or("he_normal"), "init");
  if (draft.gain) call.arguments.push_back({"gain", format_number(*draft.gain)});
  return text_of(call);
}

}  // namespace

std::string_view describe(KeyKind kind) noexcept {
  constexpr std::array<std::string_view, 4> kNames{"a text", "a number", "a whole number", "true or false"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::span<const SettingKey> setting_keys() noexcept { return kKeys; }

const SettingKey* find_setting_key(std::string_view name) noexcept {
  const auto found = std::find_if(kKeys.begin(), kKeys.end(), [&](const SettingKey& key) { return key.name == name; });
  return found == kKeys.end() ? nullptr : &*found;
}

std::vector<std::string> sweep_setting_names() {
  std::vector<std::string> names;
  for (const SettingKey& key : kKeys) names.emplace_back(key.name);
  return names;
}

TrainSettings settings_of(std::span<const SettingValue> values) {
  Draft draft;
  for (const SettingValue& value : values) find_setting_key(value.key)->apply(draft, value.value);
  TrainSettings& s = draft.settings;
  s.net = network_text(draft);
  s.init = init::parse_network_scheme(init_text(draft)).text();
  if (draft.bias_variance) {
    const std::string rule = "*.bias=normal(std=" + format_number(std::sqrt(*draft.bias_variance)) + ")";
    s.init_for = canonical_init_for(s.init_for.empty() ? rule : s.init_for + "," + rule);
  }
  const engine::Optimizer optimizer = engine::parse_optimizer(s.optimizer, s.learning_rate.value_or(1.0));
  s.optimizer = engine::to_string(optimizer);
  if (!s.learning_rate) s.learning_rate = engine::default_learning_rate(optimizer.kind);
  s.chunks = 1;
  s.threads = 1;
  check_settings(s);
  return s;
}

double rounded(double value) {
  constexpr int kDigits = 6;
  std::array<char, 40> text{};
  char* const begin = text.data();
  const auto written = std::to_chars(begin, begin + text.size(), value, std::chars_format::general, kDigits);
  double result = value;
  std::from_chars(begin, written.ptr, result);
  return result;
}

}  // namespace fanin::experiment
