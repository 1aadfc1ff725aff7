#include "tests/faults/corpus.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <set>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::faults {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kEpochs = 100'000;  // more than any steps here need

[[noreturn]] void refuse(const std::string& where, const std::string& message) {
  throw Error(ErrorCode::bad_value, where, message);
}

std::string text_of(const toml::node& node, const std::string& where) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  refuse(where, "it must be a text");
}

double number_of(const toml::node& node, const std::string& where) {
  if (const auto number = node.value<double>(); number && node.is_number()) return *number;
  refuse(where, "it must be a number");
}

std::int64_t integer_of(const toml::node& node, const std::string& where) {
  if (const auto number = node.value_exact<std::int64_t>()) return *number;
  refuse(where, "it must be a whole number");
}

bool flag_of(const toml::node& node, const std::string& where) {
  if (const auto flag = node.value_exact<bool>()) return *flag;
  refuse(where, "it must be true or false");
}

std::vector<observe::Problem> problems_of(const toml::node& node, const std::string& where) {
  const toml::array* const array = node.as_array();
  if (array == nullptr) refuse(where, "it must be a list of problems");
  std::vector<observe::Problem> problems;
  for (const toml::node& item : *array) problems.push_back(observe::parse_problem(text_of(item, where)));
  return problems;
}

Group group_of(const std::string& text, const std::string& where) {
  for (const Group group : kGroups) {
    if (text == to_string(group)) return group;
  }
  refuse(where, "there is no group '" + text + "'");
}

void set_clip(const std::string& text, experiment::TrainSettings& s, const std::string& where) {
  const std::size_t equals = text.find('=');
  const std::optional<double> limit =
      equals == std::string::npos ? std::nullopt : parse_number(std::string_view(text).substr(equals + 1));
  if (!limit) refuse(where, "it must be KIND=LIMIT");
  s.clipping = text.substr(0, equals);
  s.clip_limit = *limit;
}

bool set_data(const std::string& key, const toml::node& node, const std::string& where, const fs::path& folder,
              experiment::TrainSettings& s) {
  experiment::DataOptions& o = s.data_options;
  if (key == "data") {
    s.data = text_of(node, where);
    if (s.data.ends_with(".csv")) s.data = (folder / s.data).string();
  } else if (key == "standardize") {
    o.standardize = flag_of(node, where);
  } else if (key == "raw") {
    o.raw = flag_of(node, where);
  } else if (key == "limit_train") {
    o.limit_train = integer_of(node, where);
  } else if (key == "limit_test") {
    o.limit_test = integer_of(node, where);
  } else if (key == "target") {
    o.target_column = text_of(node, where);
  } else if (key == "task") {
    o.task = text_of(node, where) == "regression" ? experiment::Task::regression : experiment::Task::classification;
  } else if (key == "scale_inputs") {
    o.input_factor = number_of(node, where);
  } else if (key == "shuffle_labels") {
    o.shuffle_labels = number_of(node, where);
  } else {
    return false;
  }
  return true;
}

bool set_training(const std::string& key, const toml::node& node, const std::string& where, const fs::path& folder,
                  experiment::TrainSettings& s) {
  if (key == "net") {
    s.net = text_of(node, where);
    if (s.net.ends_with(".toml")) s.net = (folder / s.net).string();
  } else if (key == "activation") {
    s.activation = text_of(node, where);
  } else if (key == "init") {
    s.init = text_of(node, where);
  } else if (key == "init_for") {
    s.init_for = text_of(node, where);
  } else if (key == "loss") {
    s.loss = text_of(node, where);
  } else if (key == "label_smoothing") {
    s.label_smoothing = number_of(node, where);
  } else if (key == "optimizer") {
    s.optimizer = text_of(node, where);
  } else if (key == "lr") {
    s.learning_rate = number_of(node, where);
  } else if (key == "lr_for") {
    s.learning_rate_for = text_of(node, where);
  } else if (key == "schedule") {
    s.schedule = text_of(node, where);
  } else if (key == "clip") {
    set_clip(text_of(node, where), s, where);
  } else if (key == "batch") {
    s.batch_size = integer_of(node, where);
  } else if (key == "seed") {
    s.seed = static_cast<std::uint64_t>(integer_of(node, where));
  } else {
    return false;
  }
  return true;
}

bool set_label(const std::string& key, const toml::node& node, const std::string& where, Case& c) {
  if (key == "group") {
    c.group = group_of(text_of(node, where), where);
  } else if (key == "expect") {
    c.expect = problems_of(node, where);
  } else if (key == "also") {
    c.also = problems_of(node, where);
  } else if (key == "layer") {
    c.layer = text_of(node, where);
  } else if (key == "note") {
    c.note = text_of(node, where);
  } else if (key == "steps") {
    c.steps = integer_of(node, where);
  } else if (key == "validation_steps") {
    c.validation_steps = integer_of(node, where);
  } else if (key == "needed_skill") {
    c.needed_skill = number_of(node, where);
  } else {
    return false;
  }
  return true;
}

// What a case is written as: keys that hold for all its variants, keys of one variant, and what its twin changes.
class CaseReader final {
 public:
  CaseReader(const fs::path& folder, const toml::table& defaults) : folder_(folder), defaults_(defaults) {}

  [[nodiscard]] std::vector<Case> read(const toml::table& table, const std::string& file) const {
    const toml::node* const name = table.get("id");
    if (name == nullptr) refuse(file, "a case has no id");
    const std::string id = file + "/" + text_of(*name, file);
    std::vector<toml::table> variants{toml::table{}};
    if (const toml::node* each = table.get("each")) variants = expand(*each, id);
    std::vector<Case> cases;
    for (std::size_t i = 0; i < variants.size(); ++i) {
      cases.push_back(build(table, variants[i], id));
      if (variants.size() == 1) continue;
      cases.back().id += '-';
      cases.back().id += std::to_string(i + 1);
    }
    return cases;
  }

 private:
  // Every combination of the values of `each`; a value that is a table sets its keys together.
  static std::vector<toml::table> expand(const toml::node& each, const std::string& id) {
    const toml::table* const table = each.as_table();
    if (table == nullptr) refuse(id, "'each' must be a table of lists");
    std::vector<toml::table> variants{toml::table{}};
    for (const auto& [key, node] : *table) {
      const toml::array* const values = node.as_array();
      if (values == nullptr || values->empty()) refuse(id, "'each' must be a table of lists");
      std::vector<toml::table> more;
      for (const toml::table& variant : variants) {
        for (const toml::node& value : *values) {
          more.push_back(variant);
          if (const toml::table* const fields = value.as_table()) {
            for (const auto& [inner, field] : *fields) more.back().insert_or_assign(inner.str(), field);
          } else {
            more.back().insert_or_assign(key.str(), value);
          }
        }
      }
      variants = std::move(more);
    }
    return variants;
  }

  void apply(const toml::table& table, const std::string& id, experiment::TrainSettings& s, Case* c) const {
    for (const auto& [key_, node] : table) {
      const std::string key(key_.str());
      const std::string where = id + ", " + key;
      if (key == "id" || key == "each" || key == "twin") continue;
      if (set_data(key, node, where, folder_, s) || set_training(key, node, where, folder_, s)) continue;
      if (c == nullptr || !set_label(key, node, where, *c)) refuse(where, "there is no such key");
    }
  }

  [[nodiscard]] Case build(const toml::table& table, const toml::table& variant, const std::string& id) const {
    Case c;
    c.id = c.template_id = id;
    for (const toml::table* part : {&defaults_, &table, &variant}) apply(*part, id, c.settings, &c);
    c.half = half_of(id);
    c.settings.epochs = kEpochs;
    c.settings.max_steps = c.validation_steps;
    c.settings.evaluate_every = kEpochs;
    c.settings.threads = 1;
    if (const toml::node* const twin = variant.contains("twin") ? variant.get("twin") : table.get("twin")) {
      if (twin->as_table() == nullptr) refuse(id, "'twin' must be a table");
      c.twin = c.settings;
      apply(*twin->as_table(), id + ", twin", *c.twin, nullptr);
    }
    check(c);
    return c;
  }

  static void check(const Case& c) {
    const bool healthy = c.group == Group::healthy;
    if (healthy != c.expect.empty()) refuse(c.id, "a fault expects a problem, a healthy case none");
    if (healthy == c.twin.has_value()) refuse(c.id, "a fault has a twin without it, a healthy case has none");
    if (c.steps < 1 || c.validation_steps < 1) refuse(c.id, "steps and validation_steps must be 1 or more");
  }

  fs::path folder_;
  const toml::table& defaults_;
};

std::vector<Case> read_file(const fs::path& path, const fs::path& folder, const toml::table& common) {
  toml::table file;
  try {
    file = toml::parse_file(path.string());
  } catch (const toml::parse_error& error) {
    throw Error(ErrorCode::bad_syntax, path.string() + ", line " + std::to_string(error.source().begin.line),
                std::string(error.description()));
  }
  toml::table defaults = common;
  if (const toml::table* const own = file["defaults"].as_table()) {
    for (const auto& [key, node] : *own) defaults.insert_or_assign(key.str(), node);
  }
  const toml::array* const tables = file["case"].as_array();
  if (tables == nullptr) refuse(path.string(), "it has no [[case]]");
  const CaseReader reader(folder, defaults);
  std::vector<Case> cases;
  for (const toml::node& node : *tables) {
    for (Case& c : reader.read(*node.as_table(), path.stem().string())) cases.push_back(std::move(c));
  }
  return cases;
}

}  // namespace

std::string_view to_string(Group group) noexcept {
  static constexpr std::string_view kNames[] = {"healthy", "initialization", "training", "data", "architecture"};
  return kNames[static_cast<std::size_t>(group)];
}

std::string_view to_string(Half half) noexcept { return half == Half::tune ? "tune" : "test"; }

Half half_of(std::string_view template_id) noexcept {
  return random::hash_name(template_id) % 100 < 45 ? Half::tune : Half::test;
}

std::vector<Case> read_corpus(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder / "cases")) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  const toml::table common{
      {"steps", 50}, {"validation_steps", 200}, {"needed_skill", 0.1}, {"batch", 64}, {"optimizer", "adam"}};
  std::vector<Case> cases;
  std::set<std::string> ids;
  for (const fs::path& file : files) {
    for (Case& c : read_file(file, folder, common)) {
      if (!ids.insert(c.id).second) refuse(c.id, "two cases have this id");
      cases.push_back(std::move(c));
    }
  }
  return cases;
}

}  // namespace fanin::faults
