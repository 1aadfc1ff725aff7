// How the loss went and how far the steps moved the weights.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "fanin/observe/diagnose/evidence.hpp"

namespace fanin::observe {
namespace {

constexpr std::int64_t kEnoughSteps = 20;
constexpr double kFewChanges = 3e-3;  // of a weight's size, over all steps
constexpr double kLargeUpdate = 0.2;  // of a weight's size, in one step
constexpr double kLargeUpdateOfOne = 0.5;
constexpr double kGrowth = 3;

std::string steps_text(const Evidence& e) { return std::to_string(e.loss.steps) + " steps"; }

double median_of(std::vector<double> values) {
  if (values.empty()) return kUnknown;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::vector<double> update_ratios(const Evidence& e, const TraceStep& step) {
  std::vector<double> ratios;
  for (const WeightedLayer& layer : e.view.layers) {
    const ParameterRecord& record = step.parameters[layer.weight];
    const double ratio = record.update_ratio();
    if (std::isfinite(ratio)) ratios.push_back(ratio);
  }
  return ratios;
}

bool diverges(const LossCourse& loss) {
  if (!loss.finite) return true;
  const double level = std::isfinite(loss.chance) ? std::max(loss.start, loss.chance) : loss.start;
  return loss.late > 2 * level;
}

bool oscillates(const LossCourse& loss, std::int64_t rows) {
  if (!loss.finite || diverges(loss)) return false;
  // The loss of a batch scatters by about itself over the root of its rows, whatever the steps do.
  const double sampling = 2 / std::sqrt(static_cast<double>(std::max<std::int64_t>(rows, 1)));
  const double unit = (1 + sampling) * (std::isfinite(loss.chance) ? loss.chance : loss.best);
  const double level = std::isfinite(loss.chance) ? std::max(loss.start, loss.chance) : loss.start;
  return (loss.noise > 0.3 * unit || loss.worst > 2 * level) && loss.late > 0.5 * unit;
}

bool starts_badly(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    const bool data = finding.problem == Problem::unscaled_input || finding.problem == Problem::label_problem;
    return finding.severity != Severity::note && finding.at_start && (data || is_initialization(finding.problem));
  });
}

bool stagnates(const LossCourse& loss) { return loss.finite && loss.steps >= kEnoughSteps && !loss.learns(); }

void learning_rate(const Evidence& e, bool too_large, Severity severity, std::vector<Finding>& findings) {
  Finding finding{.problem = Problem::learning_rate, .severity = severity};
  finding.quantity = "learning rate";
  finding.measured = {e.trace.learning_rate, 0};
  finding.expected = {e.trace.learning_rate * (too_large ? 0.1 : 10), 0};
  finding.source = "LeCun et al. 1998, Efficient BackProp: a step is stable below 2/λmax of the curvature";
  const double ratio = e.last == nullptr ? kUnknown : median_of(update_ratios(e, *e.last));
  finding.cause =
      too_large ? "each step moves the weights by " + short_number(ratio) +
                      " of their size: units end up where no gradient reaches them, or the loss does not come down"
                : "each step moves the weights by " + short_number(ratio) +
                      " of their size only, so that nothing happens in " + steps_text(e);
  finding.remedy = too_large ? "--lr " + short_number(e.trace.learning_rate / 10) +
                                   ", or --schedule with warm-up, or --clip global_norm=1"
                             : "--lr " + short_number(e.trace.learning_rate * 10);
  finding.falsified_by =
      too_large ? "a tenth of the learning rate does no better" : "ten times the learning rate does no better";
  findings.push_back(std::move(finding));
}

}  // namespace

void find_bad_loss(const Evidence& e, std::vector<Finding>& findings) {
  const LossCourse& loss = e.loss;
  const bool start_is_bad = starts_badly(findings);
  const auto add = [&](Problem problem, double measured, double expected, std::string quantity, std::string cause,
                       std::string remedy) {
    Finding finding{.problem = problem, .severity = Severity::error};
    finding.quantity = std::move(quantity);
    finding.measured = {measured, loss.noise};
    finding.expected = {expected, 0};
    finding.source = "the loss of the best constant answer, from the labels' shares";
    finding.cause = std::move(cause);
    finding.remedy = std::move(remedy);
    finding.falsified_by = "the loss falls below that of a constant answer within ten times as many steps";
    findings.push_back(std::move(finding));
  };
  if (diverges(loss)) {
    add(Problem::diverging_loss, loss.late, loss.chance, "mean loss of the last steps",
        "the loss grows from " + short_number(loss.start) +
            (loss.finite ? " to " + short_number(loss.late) : " until it is no number") + " instead of falling",
        "a smaller learning rate, --clip global_norm=1, or a start that keeps sizes");
  } else if (oscillates(loss, e.trace.batch_rows)) {
    add(Problem::oscillating_loss, loss.noise, 0.1 * loss.chance, "standard deviation of the loss from step to step",
        "the loss jumps between " + short_number(loss.best) + " and " + short_number(loss.worst),
        "a smaller learning rate or larger batches");
    if (start_is_bad) findings.back().severity = Severity::note;
  } else if (stagnates(loss)) {
    // In so few steps a sound network may not have got anywhere: alone this tells little.
    const bool others = std::any_of(findings.begin(), findings.end(),
                                    [](const Finding& finding) { return finding.severity != Severity::note; });
    add(Problem::stagnant_loss, loss.late, loss.chance, "mean loss of the last steps",
        "after " + steps_text(e) + " the loss is " + short_number(loss.late) +
            "; answering the same to everything gives " + short_number(loss.chance),
        "see the findings above; without any, a larger learning rate or more steps");
    if (!others) findings.back().severity = Severity::note;
  }
  if (start_is_bad) return;
  const double ratio = e.last == nullptr ? kUnknown : median_of(update_ratios(e, *e.last));
  const bool steps_broke_it = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.severity != Severity::note && !finding.at_start;
  });
  if (diverges(loss) || oscillates(loss, e.trace.batch_rows) || steps_broke_it) {
    learning_rate(e, true, Severity::error, findings);
  } else if (stagnates(loss) && ratio > kLargeUpdate) {
    learning_rate(e, true, Severity::error, findings);
  } else if (stagnates(loss) && ratio * static_cast<double>(loss.steps) < kFewChanges) {
    learning_rate(e, false, Severity::error, findings);
  }
}

void find_bad_updates(const Evidence& e, std::vector<Finding>& findings) {
  if (e.last == nullptr) return;
  const double ratio = median_of(update_ratios(e, *e.last));
  const auto add = [&](Problem problem, Severity severity, double measured, double expected, std::string quantity,
                       std::string layer, std::string cause, std::string remedy) {
    Finding finding{.problem = problem, .layer = std::move(layer), .severity = severity};
    finding.quantity = std::move(quantity);
    finding.measured = {measured, 0};
    finding.expected = {expected, 0};
    finding.source = "about 1e-3 per step in trainings that work (Karpathy 2015; Bottou 2012, section 4)";
    finding.cause = std::move(cause);
    finding.remedy = std::move(remedy);
    finding.falsified_by = "another learning rate changes the ratio and not the loss";
    findings.push_back(std::move(finding));
  };
  const bool start_is_bad = starts_badly(findings);
  // Dead units and exploded weights stop moving too; then that is no news.
  const bool news = !start_is_bad && !diverges(e.loss) &&
                    std::none_of(findings.begin(), findings.end(),
                                 [](const Finding& f) { return f.severity == Severity::error && !f.at_start; });
  const auto steps = static_cast<double>(std::max<std::int64_t>(e.loss.steps, 1));
  if (stagnates(e.loss) && ratio * steps < kFewChanges) {
    add(Problem::update_too_small, news ? Severity::error : Severity::note, ratio, 1e-3,
        "‖ΔW‖/‖W‖ of a step, median over layers", {},
        "a step moves the weights by " + short_number(ratio) + " of their size: after " + steps_text(e) +
            " they are where they were",
        "--lr " + short_number(10 * e.trace.learning_rate) + " or more");
  } else if (ratio > kLargeUpdate && !e.loss.learns()) {
    add(Problem::update_too_large, start_is_bad ? Severity::note : Severity::error, ratio, 1e-3,
        "‖ΔW‖/‖W‖ of a step, median over layers", {},
        "a step moves the weights by " + short_number(ratio) + " of their size, so that it forgets what was there",
        "--lr " + short_number(e.trace.learning_rate / 10));
  }
  if (e.first == e.last) return;
  if (!start_is_bad && !(e.loss.learns() && e.loss.gain > 0.3) && !(ratio > kLargeUpdate)) {
    for (const WeightedLayer& layer : e.view.layers) {
      const double alone = e.last->parameters[layer.weight].update_ratio();
      if (!(alone > kLargeUpdateOfOne) || e.first->parameters[layer.weight].value.norm() == 0) continue;
      add(Problem::update_too_large, Severity::error, alone, 1e-3, "‖ΔW‖/‖W‖ of a step", layer.name,
          "a step moves the weights of " + layer.name + " by " + short_number(alone) +
              " of their size, while others move by " + short_number(ratio),
          "a smaller learning rate for it: --lr-for \"" + layer.name + "=0.1x\"");
    }
  }
  for (const WeightedLayer& layer : e.view.layers) {
    const ParameterRecord& start = e.first->parameters[layer.weight];
    const ParameterRecord& end = e.last->parameters[layer.weight];
    const double growth = end.value.norm() / start.value.norm();
    if (std::isfinite(growth) && growth > kGrowth && start.value.norm() > 0 && !e.loss.learns()) {
      add(Problem::weight_growth, start_is_bad ? Severity::note : Severity::warning, growth, 1,
          "‖W‖ after the steps over ‖W‖ before", layer.name,
          "the weights of " + layer.name + " have grown " + short_number(growth) + " times in " + steps_text(e),
          "a smaller learning rate, or weight decay");
    }
    const bool moves_nowhere = end.update_norm == 0 && end.value.norm() > 0;
    const bool others_move =
        ratio > 0 || std::any_of(e.last->parameters.begin(), e.last->parameters.end(),
                                 [](const ParameterRecord& record) { return record.update_norm > 0; });
    if (moves_nowhere && others_move) {
      const bool frozen = e.trace.parameters[layer.weight].learning_rate_factor == 0;
      add(Problem::untrained_layer, !news && !frozen ? Severity::note : Severity::warning, 0, 1e-3,
          "‖ΔW‖/‖W‖ of a step", layer.name,
          "the weights of " + layer.name + " do not move" +
              (frozen ? ": their learning rate is zero" : ", while others do: no gradient reaches them"),
          frozen ? "leave it out of --lr-for" : "look for the dead, saturated or detached layer behind it");
    }
  }
}

}  // namespace fanin::observe
