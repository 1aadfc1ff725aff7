#include "fanin/report/page/settings_list.hpp"

#include <algorithm>
#include <cmath>

#include "fanin/core/call_expr.hpp"

namespace fanin::report {
namespace {

using experiment::CompareSettings;
using experiment::DataOptions;
using experiment::ProbeSettings;
using experiment::Task;
using experiment::TrainSettings;

std::string text_of(const std::string& value) { return value; }
std::string text_of(double value) { return format_number(value); }
std::string text_of(std::int64_t value) { return std::to_string(value); }
std::string text_of(std::uint64_t value) { return std::to_string(value); }
std::string text_of(const std::optional<double>& value) { return value ? format_number(*value) : std::string(); }
std::string text_of(Task task) {
  if (task == Task::automatic) return "auto";
  return task == Task::classification ? "classification" : "regression";
}

class List {
 public:
  explicit List(std::string group) : group_(std::move(group)) {}

  void group(std::string name) { group_ = std::move(name); }
  /// @param otherwise  what the program takes without the option.
  template <typename T>
  void add(const char* option, const T& value, const T& otherwise) {
    const std::string text = text_of(value);
    lines.push_back({group_, option, text, text != text_of(otherwise) && !text.empty(), false});
  }
  template <typename T>
  void always(const char* option, const T& value) {
    lines.push_back({group_, option, text_of(value), true, false});
  }
  void flag(const char* option, bool on) { lines.push_back({group_, option, on ? "yes" : "no", on, true}); }

  std::vector<SettingLine> lines;

 private:
  std::string group_;
};

void add_data(List& list, const std::string& data, const DataOptions& options) {
  const DataOptions otherwise;
  list.group("Data");
  list.always("--data", data);
  list.flag("--standardize", options.standardize);
  list.flag("--raw", options.raw);
  list.add("--validation", options.validation_fraction, otherwise.validation_fraction);
  list.add("--test-fraction", options.test_fraction, otherwise.test_fraction);
  list.add("--target", options.target_column, otherwise.target_column);
  list.add("--task", options.task, otherwise.task);
  list.add("--limit-train", options.limit_train, otherwise.limit_train);
  list.add("--limit-test", options.limit_test, otherwise.limit_test);
  list.add("--shuffle-labels", options.shuffle_labels, otherwise.shuffle_labels);
  list.add("--scale-inputs", options.input_factor, otherwise.input_factor);
}

// A list of initializers for --inits: they hold commas in parentheses only, which it does not split at.
std::string joined(const std::vector<std::string>& inits) {
  std::string text;
  for (const std::string& init : inits) text.append(text.empty() ? "" : ",").append(init);
  return text;
}

void add_training(List& list, const TrainSettings& s) {
  const TrainSettings otherwise;
  list.group("Network");
  list.add("--net", s.net, otherwise.net);
  list.add("--activation", s.activation, otherwise.activation);
  list.always("--init", s.init);
  list.add("--init-for", s.init_for, otherwise.init_for);
  add_data(list, s.data, s.data_options);
  list.group("Training");
  list.always("--optimizer", s.optimizer);
  list.add("--lr", s.learning_rate, otherwise.learning_rate);
  list.add("--lr-for", s.learning_rate_for, otherwise.learning_rate_for);
  list.add("--schedule", s.schedule, otherwise.schedule);
  const auto clip = [](const TrainSettings& t) {
    return t.clipping == "none" ? t.clipping : t.clipping + "=" + format_number(t.clip_limit);
  };
  list.add("--clip", clip(s), clip(otherwise));
  list.flag("--decay-all", s.decay_all);
  list.add("--label-smoothing", s.label_smoothing, otherwise.label_smoothing);
  list.add("--loss", s.loss, otherwise.loss);
  list.always("--seed", s.seed);
  list.group("Batches and epochs");
  list.add("--batch-size", s.batch_size, otherwise.batch_size);
  list.add("--accumulate", s.accumulate, otherwise.accumulate);
  list.add("--chunks", s.chunks, otherwise.chunks);
  list.always("--epochs", s.epochs);
}

}  // namespace

std::vector<SettingLine> settings_list(const CompareSettings& settings) {
  const CompareSettings otherwise;
  List list("Network");
  list.add("--net", settings.net, otherwise.net);
  list.add("--activation", settings.activation, otherwise.activation);
  list.always("--inits", joined(settings.inits));
  add_data(list, settings.data, settings.data_options);
  list.group("Training");
  list.always("--optimizer", settings.optimizer);
  list.add("--lr", settings.learning_rate, otherwise.learning_rate);
  list.add("--batch-size", settings.batch_size, otherwise.batch_size);
  list.always("--epochs", settings.epochs);
  list.group("Runs");
  list.always("--seeds", settings.seeds);
  list.add("--seed", settings.first_seed, otherwise.first_seed);
  list.add("--reach", settings.reach_accuracy, otherwise.reach_accuracy);
  list.flag("--watch", settings.watch.on);
  list.add("--watch-every", settings.watch.every, otherwise.watch.every);
  return list.lines;
}

std::vector<SettingLine> settings_list(const TrainSettings& settings) {
  const TrainSettings otherwise;
  List list("");
  add_training(list, settings);
  list.add("--steps", settings.max_steps, otherwise.max_steps);
  list.add("--patience", settings.patience, otherwise.patience);
  list.add("--evaluate-every", settings.evaluate_every, otherwise.evaluate_every);
  list.group("Watching");
  list.flag("--watch", settings.watch.on);
  list.add("--watch-every", settings.watch.every, otherwise.watch.every);
  return list.lines;
}

std::vector<SettingLine> settings_list(const ProbeSettings& settings) {
  List list("");
  add_training(list, settings.training);
  list.group("Watching");
  list.add("--weights", settings.weights.string(), std::string());
  list.add("--steps", settings.steps ? text_of(*settings.steps) : std::string(), std::string());
  list.add("--full-every", settings.full_every, std::int64_t{0});
  return list.lines;
}

std::string shell_word(std::string_view text) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./:,=+@%").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
  if (text.find_first_of("\"$`\\!\n") == std::string_view::npos) {
    std::string word = "\"";
    return word.append(text).append("\"");
  }
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') {
      word += "'\\''";
    } else {
      word += c;
    }
  }
  return word + "'";
}

std::string command_line(std::string_view command, const std::vector<SettingLine>& settings) {
  std::string text = "fanin ";
  text.append(command);
  for (const SettingLine& line : settings) {
    if (!line.given) continue;
    text.append(" ").append(line.option);
    if (!line.flag) text.append(" ").append(shell_word(line.value));
  }
  return text;
}

}  // namespace fanin::report
