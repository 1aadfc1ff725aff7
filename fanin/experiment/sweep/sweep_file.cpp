#include "fanin/experiment/sweep/sweep_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/experiment/sweep/settings_keys.hpp"
#include "fanin/io/bytes.hpp"
#include "fanin/net/toml/guard.hpp"

namespace fanin::experiment {
namespace {

constexpr std::uint64_t kMaxFile = std::uint64_t{1} << 20;
constexpr std::int64_t kMaxValues = 10'000;  // of one axis
constexpr std::size_t kMaxText = 4096;
constexpr std::array<std::string_view, 3> kSamplings{"grid", "random", "latin_hypercube"};

class Reader final {
 public:
  explicit Reader(std::string_view source) : source_(source.substr(0, 256)) {}

  SweepPlan read(const toml::table& root) {
    check_keys(root,
               {"name", "sampling", "count", "seed", "select", "compare", "give_up_after", "data", "base", "axes"});
    plan_.name = read_name(root);
    plan_.sampling = static_cast<Sampling>(read_choice(root, "sampling", kSamplings));
    plan_.count = integer(root, "count", 0, 0, 1'000'000'000);
    plan_.sampling_seed = static_cast<std::uint64_t>(integer(root, "seed", 1, 0));
    if (const toml::node* share = root.get("give_up_after")) plan_.give_up_after = number(*share, 0, 1);
    if (const toml::table* data = table(root, "data")) read_data(*data);
    if (const toml::table* base = table(root, "base")) read_base(*base);
    if (const toml::table* axes = table(root, "axes")) read_axes(*axes);
    read_selection(root);
    read_comparison(root);
    check_sampling(root);
    return std::move(plan_);
  }

 private:
  [[nodiscard]] std::string at(const toml::source_region& region) const {
    const std::string file = region.path ? region.path->substr(0, 256) : source_;
    return file + ":" + std::to_string(region.begin.line) + ":" + std::to_string(region.begin.column);
  }
  [[noreturn]] void fail(const toml::node& node, ErrorCode code, const std::string& message) const {
    throw Error(code, at(node.source()), message);
  }

  /// What `action` throws, at the place of the node.
  void at_node(const toml::node& node, const std::function<void()>& action) const {
    try {
      action();
    } catch (const Error& error) {
      throw Error(error.code(), at(node.source()), error.what());
    }
  }

  void check_keys(const toml::table& table, const std::vector<std::string>& known) const {
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      throw Error(ErrorCode::unknown_name, at(key.source()),
                  "there is no '" + name.substr(0, 80) + "' here; " + suggestion(name, known));
    }
  }

  const toml::table* table(const toml::table& root, std::string_view key) const {
    const toml::node* node = root.get(key);
    if (node == nullptr) return nullptr;
    if (!node->is_table())
      fail(*node, ErrorCode::bad_value, std::string(key) + " is no table: write [" + std::string(key) + "]");
    return node->as_table();
  }

  [[nodiscard]] std::string text(const toml::node& node) const {
    if (!node.is_string()) fail(node, ErrorCode::bad_value, "a text in quotes is needed here");
    std::string value = node.as_string()->get();
    if (value.empty() || value.size() > kMaxText) fail(node, ErrorCode::bad_value, "the text is empty or too long");
    return value;
  }

  [[nodiscard]] double number(const toml::node& node, double low, double high) const {
    const std::optional<double> value = node.value<double>();
    if ((!node.is_integer() && !node.is_floating_point()) || !value || !std::isfinite(*value)) {
      fail(node, ErrorCode::bad_value, "a finite number is needed here");
    }
    if (*value < low || *value > high) {
      fail(node, ErrorCode::bad_value,
           format_number(*value) + " is outside [" + format_number(low) + ", " + format_number(high) + "]");
    }
    return *value;
  }

  [[nodiscard]] std::int64_t integer(const toml::node& node, std::int64_t low, std::int64_t high) const {
    if (!node.is_integer()) fail(node, ErrorCode::bad_value, "a whole number is needed here");
    const std::int64_t value = node.as_integer()->get();
    if (value < low || value > high) {
      fail(node, ErrorCode::bad_value,
           std::to_string(value) + " is outside [" + std::to_string(low) + ", " + std::to_string(high) + "]");
    }
    return value;
  }
  [[nodiscard]] std::int64_t integer(const toml::table& table, std::string_view key, std::int64_t fallback,
                                     std::int64_t low,
                                     std::int64_t high = std::numeric_limits<std::int64_t>::max()) const {
    const toml::node* node = table.get(key);
    return node == nullptr ? fallback : integer(*node, low, high);
  }

  [[nodiscard]] bool flag(const toml::node& node) const {
    if (!node.is_boolean()) fail(node, ErrorCode::bad_value, "true or false is needed here");
    return node.as_boolean()->get();
  }

  [[nodiscard]] std::size_t read_choice(const toml::table& table, std::string_view key,
                                        std::span<const std::string_view> choices) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return 0;
    const std::string given = text(*node);
    const auto found = std::find(choices.begin(), choices.end(), given);
    if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
    const std::vector<std::string> known(choices.begin(), choices.end());
    fail(*node, ErrorCode::unknown_name,
         "there is no " + std::string(key) + " '" + given + "'; " + suggestion(given, known));
  }

  std::string read_name(const toml::table& root) const {
    const toml::node* node = root.get("name");
    if (node == nullptr)
      throw Error(ErrorCode::bad_value, source_, "a sweep needs a name: write name = \"depth\" at the top");
    const std::string name = text(*node);
    const bool plain =
        name.size() <= 100 && std::all_of(name.begin(), name.end(), [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        });
    if (!plain) fail(*node, ErrorCode::bad_value, "a name has letters, digits, '_' and '-', at most 100 of them");
    return name;
  }

  void read_data(const toml::table& table) {
    check_keys(table, {"source", "validation", "standardize", "raw", "limit_train", "limit_test", "test_fraction",
                       "target", "task", "shuffle_labels", "scale_inputs"});
    DataOptions& data = plan_.data_options;
    if (const toml::node* node = table.get("source")) plan_.data = text(*node);
    if (const toml::node* node = table.get("validation")) data.validation_fraction = number(*node, 0, 0.9);
    if (const toml::node* node = table.get("standardize")) data.standardize = flag(*node);
    if (const toml::node* node = table.get("raw")) data.raw = flag(*node);
    data.limit_train = integer(table, "limit_train", 0, 0);
    data.limit_test = integer(table, "limit_test", 0, 0);
    if (const toml::node* node = table.get("test_fraction")) data.test_fraction = number(*node, 0, 1);
    if (const toml::node* node = table.get("target")) data.target_column = text(*node);
    constexpr std::array<std::string_view, 3> kTasks{"auto", "classification", "regression"};
    data.task = static_cast<Task>(read_choice(table, "task", kTasks));
    if (const toml::node* node = table.get("shuffle_labels")) data.shuffle_labels = number(*node, 0, 1);
    if (const toml::node* node = table.get("scale_inputs")) data.input_factor = number(*node, -1e30, 1e30);
  }

  /// The value as text of the key's kind.
  [[nodiscard]] std::string value_text(const SettingKey& key, const toml::node& node) const {
    switch (key.kind) {
      case KeyKind::text: return text(node);
      case KeyKind::number: return format_number(number(node, -1e300, 1e300));
      case KeyKind::integer: return std::to_string(integer(node, 0, std::int64_t{1} << 40));
      case KeyKind::flag: return flag(node) ? "true" : "false";
    }
    return {};
  }

  void read_base(const toml::table& table) {
    std::vector<std::string> known = sweep_setting_names();
    known.emplace_back("seed");
    check_keys(table, known);
    if (const toml::node* seed = table.get("seed"))
      plan_.seeds = {static_cast<std::uint64_t>(integer(*seed, 0, kLargest))};
    for (const SettingKey& key : setting_keys()) {
      const toml::node* node = table.get(key.name);
      if (node != nullptr) plan_.base.push_back({std::string(key.name), value_text(key, *node)});
    }
    if (!plan_.base.empty()) at_node(table, [&] { static_cast<void>(settings_of(plan_.base)); });
  }

  void read_axes(const toml::table& table) {
    std::vector<std::string> known = sweep_setting_names();
    known.emplace_back("seeds");
    check_keys(table, known);
    for (const SettingKey& key : setting_keys()) {
      const toml::node* node = table.get(key.name);
      if (node == nullptr) continue;
      for (const SettingValue& base : plan_.base) {
        if (base.key == key.name) fail(*node, ErrorCode::bad_value, base.key + " stands in [base] already");
      }
      plan_.axes.push_back(node->is_table() ? read_range(key, *node->as_table()) : read_list(key, *node));
    }
    if (const toml::node* seeds = table.get("seeds")) read_seeds(*seeds);
  }

  /// A value alone on the base: what nobody knows is found where it is written.
  void check_value(const SettingKey& key, const std::string& value, const toml::node& node) const {
    std::vector<SettingValue> values = plan_.base;
    values.push_back({std::string(key.name), value});
    at_node(node, [&] { static_cast<void>(settings_of(values)); });
  }

  SweepAxis read_list(const SettingKey& key, const toml::node& node) const {
    SweepAxis axis{.key = std::string(key.name)};
    const toml::array* array = node.as_array();
    if (array == nullptr || array->empty()) {
      fail(node, ErrorCode::bad_value,
           "an axis is a list of values, [a, b, c], or {from=, to=, count=, scale=\"linear\" or \"log\"}");
    }
    if (array->size() > static_cast<std::size_t>(kMaxValues)) {
      fail(node, ErrorCode::bad_value, "an axis has " + std::to_string(kMaxValues) + " values at most");
    }
    std::set<std::string> seen;
    for (const toml::node& item : *array) {
      const std::string value = value_text(key, item);
      check_value(key, value, item);
      if (seen.insert(value).second) axis.values.push_back(value);
    }
    return axis;
  }

  SweepAxis read_range(const SettingKey& key, const toml::table& table) const {
    if (key.kind != KeyKind::number && key.kind != KeyKind::integer) {
      fail(table, ErrorCode::bad_value, std::string(key.name) + " is no number: list its values");
    }
    check_keys(table, {"from", "to", "count", "scale"});
    SweepAxis axis{.key = std::string(key.name)};
    axis.is_range = true;
    constexpr std::array<std::string_view, 2> kScales{"linear", "log"};
    axis.logarithmic = read_choice(table, "scale", kScales) == 1;
    for (const char* end : {"from", "to"}) {
      const toml::node* node = table.get(end);
      if (node == nullptr) fail(table, ErrorCode::bad_value, "a range needs " + std::string(end));
      const double value = number(*node, axis.logarithmic ? 1e-300 : -1e300, 1e300);
      (end[0] == 'f' ? axis.from : axis.to) = value;
      check_value(key, key.kind == KeyKind::integer ? std::to_string(std::llround(value)) : format_number(value),
                  *node);
    }
    if (!(axis.from < axis.to)) fail(table, ErrorCode::bad_value, "from must be below to");
    const std::int64_t count = integer(table, "count", 0, 2, kMaxValues);
    std::set<std::string> seen;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::string value = value_at(axis, static_cast<double>(i) / static_cast<double>(count - 1));
      if (seen.insert(value).second) axis.values.push_back(value);
    }
    return axis;
  }

  void read_seeds(const toml::node& node) {
    plan_.seeds.clear();
    if (node.is_integer()) {
      const std::int64_t count = integer(node, 1, kMaxValues);
      for (std::int64_t i = 1; i <= count; ++i) plan_.seeds.push_back(static_cast<std::uint64_t>(i));
      return;
    }
    const toml::array* array = node.as_array();
    if (array == nullptr || array->empty() || array->size() > static_cast<std::size_t>(kMaxValues)) {
      fail(node, ErrorCode::bad_value, "seeds is a number of seeds, or a list of them");
    }
    for (const toml::node& item : *array) {
      const auto seed = static_cast<std::uint64_t>(integer(item, 0, kLargest));
      if (std::find(plan_.seeds.begin(), plan_.seeds.end(), seed) == plan_.seeds.end()) plan_.seeds.push_back(seed);
    }
  }

  [[nodiscard]] const SweepAxis* axis(std::string_view key) const {
    for (const SweepAxis& axis : plan_.axes) {
      if (axis.key == key) return &axis;
    }
    return nullptr;
  }

  void read_selection(const toml::table& root) {
    const toml::node* node = root.get("select");
    if (node == nullptr) return;
    constexpr std::array<std::string_view, 1> kChoices{"learning_rate"};
    static_cast<void>(read_choice(root, "select", kChoices));
    plan_.select_learning_rate = true;
    if (plan_.data_options.validation_fraction == 0) {
      fail(*node, ErrorCode::bad_value,
           "a learning rate is chosen on validation rows, never on test rows: add validation = 0.1 to [data]");
    }
    const SweepAxis* rates = axis("learning_rate");
    if (rates == nullptr || rates->values.size() < 2) {
      fail(*node, ErrorCode::bad_value,
           "there is nothing to choose from: list learning rates in [axes], or give their range a count");
    }
  }

  void read_comparison(const toml::table& root) {
    const toml::node* node = root.get("compare");
    if (node == nullptr) {
      for (const char* key : {"init", "gain", "activation", "normalization", "optimizer"}) {
        if (axis(key) == nullptr || axis(key)->is_range || axis(key)->values.size() < 2) continue;
        plan_.compare = key;
        return;
      }
      return;
    }
    plan_.compare = text(*node);
    std::vector<std::string> known;
    for (const SweepAxis& each : plan_.axes) known.push_back(each.key);
    const SweepAxis* compared = axis(plan_.compare);
    if (compared == nullptr) {
      fail(*node, ErrorCode::unknown_name,
           "there is no axis '" + plan_.compare + "'; " + suggestion(plan_.compare, known));
    }
    if (compared->values.size() < 2) fail(*node, ErrorCode::bad_value, "its axis needs two values at least");
    if (plan_.select_learning_rate && plan_.compare == "learning_rate") {
      fail(*node, ErrorCode::bad_value, "the learning rate is chosen by validation already, by `select`");
    }
  }

  void check_sampling(const toml::table& root) const {
    if (plan_.sampling == Sampling::grid) {
      if (const toml::node* node = root.get("count")) {
        fail(*node, ErrorCode::bad_value,
             "a grid has all points; count belongs to sampling = \"random\" or \"latin_hypercube\"");
      }
      for (const SweepAxis& each : plan_.axes) {
        if (!each.values.empty()) continue;
        throw Error(ErrorCode::bad_value, source_,
                    "a grid needs to know how many values " + each.key + " takes: add count to its range");
      }
    } else if (plan_.count < 1) {
      throw Error(ErrorCode::bad_value, source_,
                  "sampling = \"" + std::string(to_string(plan_.sampling)) + "\" needs count = the number of points");
    }
  }

  static constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  std::string source_;
  SweepPlan plan_;
};

toml::table parsed(std::string_view text, std::string_view source) {
  if (text.size() > kMaxFile) throw Error(ErrorCode::bad_data, std::string(source), "a sweep has 1 MiB at most");
  net::check_toml_is_tame(text, source);
  try {
    return toml::parse(text, source);
  } catch (const toml::parse_error& error) {
    const toml::source_position begin = error.source().begin;
    throw Error(
        ErrorCode::bad_syntax,
        std::string(source.substr(0, 256)) + ":" + std::to_string(begin.line) + ":" + std::to_string(begin.column),
        "this is no TOML: " + std::string(error.description()));
  }
}

/// Values take the place of values; tables are gone into.
void put_in(toml::table& root, toml::table&& change) {
  for (auto& [key, node] : change) {
    toml::node* const there = root.get(key);
    const bool range = node.is_table() && node.as_table()->contains("from");
    if (there != nullptr && there->is_table() && node.is_table() && !range) {
      put_in(*there->as_table(), std::move(*node.as_table()));
    } else {
      root.insert_or_assign(key, std::move(node));
    }
  }
}

}  // namespace

std::string value_at(const SweepAxis& axis, double share) {
  const double value = axis.logarithmic
                           ? std::exp(std::log(axis.from) + share * (std::log(axis.to) - std::log(axis.from)))
                           : axis.from + share * (axis.to - axis.from);
  const double clamped = std::clamp(rounded(value), axis.from, axis.to);
  return find_setting_key(axis.key)->kind == KeyKind::integer ? std::to_string(std::llround(clamped))
                                                              : format_number(clamped);
}

std::string_view to_string(Sampling sampling) noexcept { return kSamplings[static_cast<std::size_t>(sampling)]; }

SweepPlan parse_sweep(std::string_view text, std::string_view source, const std::vector<SweepChange>& changes) {
  toml::table root = parsed(text, source);
  for (const SweepChange& change : changes) put_in(root, parsed(change.text, change.source));
  return Reader(source).read(root);
}

SweepPlan read_sweep(const std::filesystem::path& file, const std::vector<SweepChange>& changes) {
  const std::vector<std::uint8_t> bytes = io::read_file(file, kMaxFile);
  return parse_sweep({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file.string(), changes);
}

}  // namespace fanin::experiment
