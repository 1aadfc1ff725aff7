#include "fanin/experiment/tensorboard/run_events.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/store/settings_text.hpp"
#include "fanin/experiment/sweep/settings_keys.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

using Json = nlohmann::ordered_json;
using Parameters = std::vector<io::EventParameter>;

const std::vector<std::string>& metrics() {
  static const std::vector<std::string> names{"accuracy/test", "loss/test", "accuracy/train", "loss/train"};
  return names;
}

void add_parameter(Parameters& parameters, const std::string& name, io::EventValue value) {
  const auto there = std::ranges::find(parameters, name, &io::EventParameter::name);
  if (there == parameters.end()) {
    parameters.push_back({name, std::move(value)});
  } else {
    there->value = std::move(value);
  }
}

// A sweep keeps its values as texts: the setting's kind says what they are, so that all runs agree about it.
io::EventValue value_of_setting(const std::string& name, const std::string& text) {
  const SettingKey* const key = find_setting_key(name);
  if (key == nullptr || key->kind == KeyKind::text) return text;
  if (key->kind == KeyKind::flag) return text == "true";
  const std::optional<double> number = parse_number(text);
  return number ? io::EventValue(*number) : io::EventValue(text);
}

void add_parameters(Parameters& parameters, const Json& json, bool of_sweep) {
  for (const auto& [name, value] : json.items()) {
    if (name == "seed" || name == "init" || name == "inits") continue;
    if (value.is_boolean()) {
      add_parameter(parameters, name, value.get<bool>());
    } else if (value.is_number()) {
      add_parameter(parameters, name, value.get<double>());
    } else if (value.is_string()) {
      const auto text = value.get<std::string>();
      add_parameter(parameters, name, of_sweep ? value_of_setting(name, text) : io::EventValue(text));
    }
  }
}

// What all runs share comes first; of a sweep that is its [base], not how its points were drawn.
Parameters parameters_of(const Json& shared, const StoredExperiment& experiment, const StoredRun& run) {
  const bool of_sweep = experiment.kind == ExperimentKind::sweep;
  Parameters parameters{{"init", run.init}, {"seed", static_cast<double>(run.seed)}};
  if (!of_sweep) {
    add_parameters(parameters, shared, false);
  } else if (const auto base = shared.find("base"); base != shared.end() && base->is_object()) {
    add_parameters(parameters, *base, true);
  }
  add_parameters(parameters, settings_of(run.settings), of_sweep);
  return parameters;
}

// Each name with its distinct values; those of another type than the first one's are left out.
std::vector<io::EventChoices> choices_of(const StoredExperiment& experiment, std::span<const StoredRun> runs) {
  const Json shared = settings_of(experiment.settings);
  std::vector<std::pair<std::string, std::set<io::EventValue>>> names;
  for (const StoredRun& run : runs) {
    for (io::EventParameter& parameter : parameters_of(shared, experiment, run)) {
      auto there = std::ranges::find(names, parameter.name, [](const auto& name) { return name.first; });
      if (there == names.end()) there = names.insert(there, {parameter.name, {}});
      std::set<io::EventValue>& values = there->second;
      if (values.empty() || values.begin()->index() == parameter.value.index()) values.insert(parameter.value);
    }
  }
  std::vector<io::EventChoices> choices;
  for (auto& [name, values] : names) choices.push_back({name, {values.begin(), values.end()}});
  return choices;
}

// Names the file that declares these.
std::string name_of(const std::vector<io::EventChoices>& choices) {
  std::string text;
  for (const io::EventChoices& choice : choices) {
    text += choice.name + "=";
    for (const io::EventValue& value : choice.values) {
      if (const auto* number = std::get_if<double>(&value)) text += format_number(*number);
      if (const auto* word = std::get_if<std::string>(&value)) text += *word;
      if (const auto* truth = std::get_if<bool>(&value)) text += *truth ? "true" : "false";
      text += ',';
    }
    text += ';';
  }
  return std::string(".experiment-").append(std::to_string(random::hash_name(text)));
}

// A new file beside those that are there.
std::filesystem::path new_file(const std::filesystem::path& folder, double now) {
  make_event_folder(folder);
  const std::string name = std::string(kEventFileName) + std::to_string(static_cast<std::int64_t>(now)) + ".fanin";
  for (int number = 0;; ++number) {
    const std::filesystem::path file = folder / (number == 0 ? name : name + "." + std::to_string(number));
    if (!std::filesystem::exists(file)) return file;
  }
}

// The outermost bins hold what lies beyond them. TensorBoard takes minimum and maximum for the outermost edges, so
// empty bins at the ends, whose edges would lie beyond those, are left out.
io::EventHistogram bins_of(const observe::Histogram& histogram, const TensorStatistics& statistics) {
  io::EventHistogram bins;
  const auto count = static_cast<double>(statistics.finite_count());
  bins.minimum = statistics.minimum;
  bins.maximum = statistics.maximum;
  bins.count = count;
  bins.sum = statistics.mean * count;
  bins.square_sum = statistics.mean_square() * count;
  const double width = (histogram.high - histogram.low) / static_cast<double>(histogram.counts.size());
  std::size_t begin = 0;
  std::size_t end = histogram.counts.size();
  while (begin < end && histogram.counts[begin] == 0) ++begin;
  while (end > begin && histogram.counts[end - 1] == 0) --end;
  for (std::size_t i = begin; i < end; ++i) {
    const double edge = std::max(histogram.low + width * static_cast<double>(i + 1), bins.minimum);
    bins.limits.push_back(i + 1 == end ? bins.maximum : std::min(edge, bins.maximum));
    bins.counts.push_back(static_cast<double>(histogram.counts[i]));
  }
  return bins;
}

}  // namespace

std::string run_folder_name(const StoredRun& run) {
  std::string name = run.init.empty() ? "run" : run.init;
  if (const std::string words = settings_in_words(run.settings); !words.empty()) name += ", " + words;
  name += ", seed " + std::to_string(run.seed);
  for (char& c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == '/' || c == '\\' || c == ':') c = '_';
  }
  if (name.front() == '.') name.front() = '_';
  constexpr std::size_t kLongest = 200;  // file systems take 255 bytes
  if (name.size() > kLongest) {
    const std::string hash = std::to_string(random::hash_name(name));
    name = name.substr(0, kLongest - hash.size() - 1) + "_" + hash;
  }
  return name;
}

void make_event_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw Error(ErrorCode::io_failure, folder.string(), "this folder cannot be created: " + error.message());
  }
}

RunEvents::RunEvents(std::unique_ptr<io::EventFile> file, WallClock clock)
    : clock_(std::move(clock)), file_(std::move(file)) {}

RunEvents::RunEvents(const std::filesystem::path& folder, WallClock clock)
    : RunEvents(std::make_unique<io::EventFile>(new_file(folder, clock()), clock()), clock) {}

RunEvents RunEvents::in_file(const std::filesystem::path& file, WallClock clock) {
  auto events = std::make_unique<io::EventFile>(file, clock());
  return {std::move(events), std::move(clock)};
}

void RunEvents::begin(const StoredExperiment& experiment, const StoredRun& run) {
  file_->begin_session(parameters_of(settings_of(experiment.settings), experiment, run), clock_());
}

void RunEvents::epoch(const StoredEpoch& epoch) {
  const double now = clock_();
  step_ = epoch.steps > 0 ? epoch.steps : epoch.epoch;
  const auto add = [&](std::string_view tag, double value) {
    if (!std::isnan(value)) file_->scalar(tag, step_, value, now);
  };
  add("loss/train", epoch.train_loss);
  add("accuracy/train", epoch.train_accuracy);
  add("loss/validation", epoch.validation_loss);
  add("accuracy/validation", epoch.validation_accuracy);
  add("loss/test", epoch.test_loss);
  add("accuracy/test", epoch.test_accuracy);
  add("learning_rate", epoch.learning_rate);
  add("seconds/epoch", epoch.seconds);
}

void RunEvents::trace(const observe::Trace& trace) {
  const double now = clock_();
  for (const observe::TraceStep& step : trace.steps) {
    const auto add = [&](const std::string& tag, double value) {
      if (!std::isnan(value)) file_->scalar(tag, step.step, value, now);
    };
    const auto add_bins = [&](const std::string& tag, const observe::Histogram& histogram,
                              const TensorStatistics& statistics) {
      const io::EventHistogram bins = bins_of(histogram, statistics);
      if (!bins.counts.empty()) file_->histogram(tag, step.step, bins, now);
    };
    add("loss/step", step.loss);
    for (std::size_t i = 0; i < step.nodes.size() && i < trace.nodes.size(); ++i) {
      const observe::NodeRecord& record = step.nodes[i];
      const std::string& name = trace.nodes[i].name;
      add("output std/" + name, std::sqrt(record.output.variance));
      add("dead units/" + name, record.dead_units);
      add("saturated/" + name, record.saturated);
      add_bins("output/" + name, record.output_histogram, record.output);
      add_bins("output gradient/" + name, record.gradient_histogram, record.gradient);
    }
    for (std::size_t i = 0; i < step.parameters.size() && i < trace.parameters.size(); ++i) {
      const observe::ParameterRecord& record = step.parameters[i];
      const std::string& name = trace.parameters[i].name;
      if (record.gradient.count > 0) add("gradient norm/" + name, record.gradient.norm());
      add("update ratio/" + name, record.update_ratio());
      add_bins("weights/" + name, record.value_histogram, record.value);
    }
  }
}

void RunEvents::layers(std::span<const StoredLayer> layers) {
  const double now = clock_();
  for (const StoredLayer& layer : layers) {
    const auto add = [&](const char* tag, double value) {
      if (!std::isnan(value)) file_->scalar(std::string(tag).append(layer.name), layer.step, value, now);
    };
    if (layer.parameter) {
      add("gradient norm/", layer.gradient_norm);
      add("update ratio/", layer.update_ratio);
    } else {
      add("output std/", layer.std_dev);
      add("dead units/", layer.dead);
      add("saturated/", layer.saturated);
    }
  }
}

void RunEvents::findings(std::span<const StoredFinding> findings, std::string_view verdict) {
  if (verdict.empty()) return;
  std::string markdown = "**" + std::string(verdict) + "**\n\n";
  for (const StoredFinding& finding : findings) {
    markdown.append("- **").append(finding.problem).append("**");
    if (!finding.layer.empty()) markdown.append(" in ").append(finding.layer);
    markdown.append(": ").append(finding.cause);
    if (!finding.remedy.empty()) markdown.append(" Remedy: ").append(finding.remedy);
    markdown += '\n';
  }
  file_->text("findings", step_, markdown, clock_());
}

void RunEvents::end(StoredStatus status) {
  const bool good = status == StoredStatus::finished || status == StoredStatus::stopped_early;
  file_->end_session(good ? io::SessionEnd::success : io::SessionEnd::failure, clock_());
}

void write_experiment_events(const std::filesystem::path& folder, const StoredExperiment& experiment,
                             std::span<const StoredRun> runs, const WallClock& clock) {
  make_event_folder(folder);
  const std::vector<io::EventChoices> choices = choices_of(experiment, runs);
  const std::string name = name_of(choices);
  if (!find_event_file(folder, name).empty()) return;
  io::EventFile file(new_file(folder, clock()).string() + name, clock());
  file.hyperparameters(choices, metrics(), clock());
  if (!experiment.command_line.empty()) {
    file.text("command line", 0, "    " + experiment.command_line, clock());
  }
}

std::filesystem::path find_event_file(const std::filesystem::path& folder, std::string_view ending) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kEventFileName) && name.ends_with(ending)) return entry.path();
  }
  return {};
}

}  // namespace fanin::experiment
