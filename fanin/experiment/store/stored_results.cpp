#include "fanin/experiment/store/stored_results.hpp"

#include <cmath>
#include <string>

#include "fanin/core/version.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/result_files.hpp"
#include "fanin/experiment/training/settings_json.hpp"

namespace fanin::experiment {
namespace {

StoredStatus status_of(RunStatus status) noexcept {
  switch (status) {
    case RunStatus::finished: return StoredStatus::finished;
    case RunStatus::diverged: return StoredStatus::diverged;
    case RunStatus::interrupted: return StoredStatus::interrupted;
  }
  return StoredStatus::interrupted;
}

StoredStatus status_of(TrainStatus status) noexcept {
  switch (status) {
    case TrainStatus::finished: return StoredStatus::finished;
    case TrainStatus::stopped_early: return StoredStatus::stopped_early;
    case TrainStatus::diverged: return StoredStatus::diverged;
    case TrainStatus::interrupted: return StoredStatus::interrupted;
  }
  return StoredStatus::interrupted;
}

void take_last(StoredRun& run) {
  for (const StoredEpoch& epoch : run.epochs) {
    run.train_loss = epoch.train_loss;
    run.train_accuracy = epoch.train_accuracy;
    run.validation_loss = epoch.validation_loss;
    run.validation_accuracy = epoch.validation_accuracy;
    run.test_loss = epoch.test_loss;
    run.test_accuracy = epoch.test_accuracy;
  }
}

/// An interruption before the first epoch's end leaves nothing that a verdict could be about.
bool was_watched(const StoredRun& run) { return run.status != StoredStatus::interrupted || run.steps > 0; }

double spread(const TensorStatistics& statistics) { return std::sqrt(statistics.variance); }

double norm_of(const TensorStatistics& statistics) { return statistics.count > 0 ? statistics.norm() : kNotMeasured; }

StoredLayer layer_of(std::int64_t step, const observe::TraceNode& node, const observe::NodeRecord& record) {
  return {.step = step,
          .name = node.name,
          .parameter = false,
          .mean = record.output.mean,
          .std_dev = spread(record.output),
          .gradient_norm = norm_of(record.gradient),
          .dead = record.dead_units,
          .saturated = record.saturated,
          .correlation = record.correlation};
}

StoredLayer layer_of(std::int64_t step, const observe::TraceParameter& parameter,
                     const observe::ParameterRecord& record) {
  return {.step = step,
          .name = parameter.name,
          .parameter = true,
          .mean = record.value.mean,
          .std_dev = spread(record.value),
          .gradient_norm = norm_of(record.gradient),
          .update_ratio = record.update_ratio()};
}

}  // namespace

StoredExperiment stored_experiment(const CompareSettings& settings) {
  return {.kind = ExperimentKind::compare,
          .name = settings.net + " on " + settings.data,
          .settings = settings_to_json(settings),
          .version = std::string(kVersion),
          .planned_runs = static_cast<std::int64_t>(settings.inits.size()) * settings.seeds};
}

StoredExperiment stored_experiment(const TrainSettings& settings, ExperimentKind kind) {
  return {.kind = kind,
          .name = (settings.net.empty() ? std::string("a dense network") : settings.net) + " on " + settings.data,
          .settings = json_line(settings_json(settings)),
          .version = std::string(kVersion),
          .planned_runs = 1};
}

StoredEpoch stored_epoch(const EpochRecord& epoch, std::int64_t steps_per_epoch) {
  return {.epoch = epoch.epoch,
          .steps = epoch.epoch * steps_per_epoch,
          .train_loss = epoch.train_loss,
          .train_accuracy = epoch.train_accuracy,
          .validation_loss = epoch.validation_loss,
          .validation_accuracy = epoch.validation_accuracy,
          .test_loss = epoch.test_loss,
          .test_accuracy = epoch.test_accuracy,
          .seconds = epoch.seconds};
}

StoredEpoch stored_epoch(const TrainEpoch& epoch) {
  return {.epoch = epoch.epoch,
          .steps = epoch.steps,
          .learning_rate = epoch.learning_rate,
          .train_loss = epoch.train_loss,
          .train_accuracy = epoch.train_accuracy,
          .validation_loss = epoch.validation_loss,
          .validation_accuracy = epoch.validation_accuracy,
          .test_loss = epoch.test_loss,
          .test_accuracy = epoch.test_accuracy,
          .seconds = epoch.seconds};
}

StoredRun stored_run(const RunResult& run, std::int64_t steps_per_epoch) {
  StoredRun stored{.key = run.init + " / seed " + std::to_string(run.seed), .init = run.init, .seed = run.seed};
  stored.status = status_of(run.status);
  stored.diverged_at_step = run.diverged_at_step;
  stored.seconds = 0;
  for (const EpochRecord& epoch : run.epochs) {
    stored.epochs.push_back(stored_epoch(epoch, steps_per_epoch));
    stored.seconds += epoch.seconds;
    stored.steps = epoch.epoch * steps_per_epoch;
  }
  if (run.diverged_at_step > 0) stored.steps = run.diverged_at_step;
  take_last(stored);
  stored.layers = run.trace ? stored_layers(*run.trace) : stored_layers(run.step_zero);
  if (run.diagnosis && was_watched(stored)) {
    stored.verdict = observe::to_string(run.diagnosis->verdict);
    stored.findings = stored_findings(*run.diagnosis);
  }
  return stored;
}

StoredRun stored_run(const TrainResult& result) {
  const TrainSettings& settings = result.settings;
  StoredRun stored{.key = "training", .seed = settings.seed};
  stored.init = settings.init_for.empty() ? settings.init : settings.init + ", " + settings.init_for;
  stored.status = status_of(result.status);
  stored.diverged_at_step = result.diverged_at_step;
  stored.steps = result.steps;
  stored.seconds = result.seconds;
  for (const TrainEpoch& epoch : result.epochs) {
    stored.epochs.push_back(stored_epoch(epoch));
  }
  take_last(stored);
  if (result.trace) stored.layers = stored_layers(*result.trace);
  if (result.diagnosis && was_watched(stored)) {
    stored.verdict = observe::to_string(result.diagnosis->verdict);
    stored.findings = stored_findings(*result.diagnosis);
  }
  return stored;
}

StoredRun stored_run(const observe::Trace& trace, const observe::Diagnosis& diagnosis) {
  StoredRun stored{.key = "check", .init = trace.init};
  stored.status = trace.ended == "diverged"      ? StoredStatus::diverged
                  : trace.ended == "interrupted" ? StoredStatus::interrupted
                                                 : StoredStatus::finished;
  stored.verdict = observe::to_string(diagnosis.verdict);
  if (!trace.steps.empty()) {
    stored.steps = trace.steps.back().step + 1;
    stored.train_loss = trace.steps.back().loss;
    stored.train_accuracy = trace.steps.back().accuracy;
  }
  stored.layers = stored_layers(trace);
  stored.findings = stored_findings(diagnosis);
  return stored;
}

std::vector<StoredLayer> stored_layers(const observe::Trace& trace) {
  std::vector<StoredLayer> layers;
  for (const observe::TraceStep& step : trace.steps) {
    if (!step.full()) continue;
    for (std::size_t i = 0; i < step.nodes.size() && i < trace.nodes.size(); ++i) {
      layers.push_back(layer_of(step.step, trace.nodes[i], step.nodes[i]));
    }
    for (std::size_t i = 0; i < step.parameters.size() && i < trace.parameters.size(); ++i) {
      layers.push_back(layer_of(step.step, trace.parameters[i], step.parameters[i]));
    }
  }
  return layers;
}

std::vector<StoredLayer> stored_layers(const observe::StepZero& start) {
  std::vector<StoredLayer> layers;
  for (const observe::LayerStart& layer : start.layers) {
    layers.push_back({.step = 0,
                      .name = layer.name,
                      .parameter = false,
                      .mean = layer.activation_mean,
                      .std_dev = layer.activation_std_dev});
    layers.push_back({.step = 0, .name = layer.parameter, .parameter = true, .gradient_norm = layer.gradient_norm});
  }
  return layers;
}

std::vector<StoredFinding> stored_findings(const observe::Diagnosis& diagnosis) {
  std::vector<StoredFinding> findings;
  for (const observe::Finding& finding : diagnosis.findings) {
    findings.push_back({.problem = std::string(observe::to_string(finding.problem)),
                        .layer = finding.layer,
                        .severity = std::string(observe::to_string(finding.severity)),
                        .quantity = finding.quantity,
                        .measured = finding.measured.value,
                        .expected = finding.expected.value,
                        .source = finding.source,
                        .cause = finding.cause,
                        .remedy = finding.remedy});
  }
  return findings;
}

}  // namespace fanin::experiment
