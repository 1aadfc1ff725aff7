#include "fanin/experiment/tensorboard/run_events.hpp"

#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/experiment/store/settings_text.hpp"

namespace fanin::experiment {
namespace {

using Json = nlohmann::ordered_json;
using Parameters = std::vector<io::EventParameter>;

const std::vector<std::string>& metrics() {
  static const std::vector<std::string> names{"accuracy/test", "loss/test", "accuracy/train", "loss/train"};
  return names;
}

void add_parameters(Parameters& parameters, std::string_view settings) {
  const Json json = settings_of(settings);
  for (const auto& [name, value] : json.items()) {
    if (name == "seed" || name == "init" || name == "inits") continue;
    if (value.is_boolean()) {
      parameters.push_back({name, value.get<bool>()});
    } else if (value.is_number()) {
      parameters.push_back({name, value.get<double>()});
    } else if (value.is_string()) {
      parameters.push_back({name, value.get<std::string>()});
    }
  }
}

// A new file beside those that are there.
std::filesystem::path new_file(const std::filesystem::path& folder, double now) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw Error(ErrorCode::io_failure, folder.string(), "this folder cannot be created: " + error.message());
  }
  const std::string name = "events.out.tfevents." + std::to_string(static_cast<std::int64_t>(now)) + ".fanin";
  for (int number = 0;; ++number) {
    const std::filesystem::path file = folder / (number == 0 ? name : name + "." + std::to_string(number));
    if (!std::filesystem::exists(file)) return file;
  }
}

// The outermost bins hold what lies beyond them.
io::EventHistogram bins_of(const observe::Histogram& histogram, const TensorStatistics& statistics) {
  io::EventHistogram bins;
  const auto count = static_cast<double>(statistics.finite_count());
  bins.minimum = statistics.minimum;
  bins.maximum = statistics.maximum;
  bins.count = count;
  bins.sum = statistics.mean * count;
  bins.square_sum = statistics.mean_square() * count;
  const double width = (histogram.high - histogram.low) / static_cast<double>(histogram.counts.size());
  // An empty bin first, because limits are upper ones and the lowest value has to be somewhere.
  bins.limits.push_back(std::min(histogram.low, statistics.minimum));
  bins.counts.push_back(0);
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    const bool last = i + 1 == histogram.counts.size();
    bins.limits.push_back(last ? std::max(histogram.high, statistics.maximum)
                               : histogram.low + width * static_cast<double>(i + 1));
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
    const std::string hash = std::to_string(std::hash<std::string>{}(name));
    name = name.substr(0, kLongest - hash.size() - 1) + "_" + hash;
  }
  return name;
}

RunEvents::RunEvents(const std::filesystem::path& folder, WallClock clock)
    : clock_(std::move(clock)), file_(new_file(folder, clock_()), clock_()) {}

void RunEvents::begin(const StoredExperiment& experiment, const StoredRun& run) {
  Parameters parameters{{"init", run.init}, {"seed", static_cast<double>(run.seed)}};
  add_parameters(parameters, experiment.settings);
  add_parameters(parameters, run.settings);
  file_.begin_session(parameters, clock_());
}

void RunEvents::epoch(const StoredEpoch& epoch) {
  const double now = clock_();
  step_ = epoch.steps > 0 ? epoch.steps : epoch.epoch;
  const auto add = [&](std::string_view tag, double value) {
    if (!std::isnan(value)) file_.scalar(tag, step_, value, now);
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
      if (!std::isnan(value)) file_.scalar(tag, step.step, value, now);
    };
    const auto add_bins = [&](const std::string& tag, const observe::Histogram& histogram,
                              const TensorStatistics& statistics) {
      if (!histogram.counts.empty()) file_.histogram(tag, step.step, bins_of(histogram, statistics), now);
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
  file_.text("findings", step_, markdown, clock_());
}

void RunEvents::end(StoredStatus status) {
  const bool good = status == StoredStatus::finished || status == StoredStatus::stopped_early;
  file_.end_session(good ? io::SessionEnd::success : io::SessionEnd::failure, clock_());
}

void write_experiment_events(const std::filesystem::path& folder, const StoredExperiment& experiment,
                             const WallClock& clock) {
  Parameters parameters{{"init", std::string()}, {"seed", 0.0}};
  add_parameters(parameters, experiment.settings);
  io::EventFile file(new_file(folder, clock()), clock());
  file.hyperparameters(parameters, metrics(), clock());
  if (!experiment.command_line.empty()) {
    file.text("command line", 0, "    " + experiment.command_line, clock());
  }
}

}  // namespace fanin::experiment
