#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/table.hpp"
#include "fanin/report/train_progress.hpp"
#include "fanin/report/watch_report.hpp"

namespace fanin::report {
namespace {

std::string counted(std::int64_t count, const char* what) {
  return fmt::format("{} {}{}", grouped(count), what, count == 1 ? "" : "s");
}

std::string ending(const experiment::TrainResult& result) {
  const std::string epochs = counted(static_cast<std::int64_t>(result.epochs.size()), "epoch");
  const std::string steps = counted(result.steps, "step");
  switch (result.status) {
    case experiment::TrainStatus::finished:
      return fmt::format("Finished: {}, {} in {}.", epochs, steps, duration(result.seconds));
    case experiment::TrainStatus::stopped_early:
      return fmt::format("Stopped early after {}, {} in {}: {} without a better validation.", epochs, steps,
                         duration(result.seconds), counted(result.settings.patience, "epoch"));
    case experiment::TrainStatus::diverged:
      return fmt::format("Diverged: the loss was no finite number any more at step {}.",
                         grouped(result.diverged_at_step));
    case experiment::TrainStatus::interrupted: break;
  }
  return fmt::format("Interrupted after {}, {}.", steps, duration(result.seconds));
}

// Which epoch's parameters best.safetensors would hold.
std::string best(const experiment::TrainResult& result) {
  if (result.best_epoch == 0 || result.epochs.size() < 2) return {};
  const experiment::TrainEpoch& epoch = result.epochs[static_cast<std::size_t>(result.best_epoch - 1)];
  std::string by = "training loss, " + loss(epoch.train_loss);
  if (!std::isnan(epoch.validation_loss)) by = "validation loss, " + loss(epoch.validation_loss);
  if (!std::isnan(epoch.validation_accuracy)) by = "validation accuracy, " + percent(epoch.validation_accuracy, 2);
  return fmt::format("Best epoch: {} of {}, by {}.", result.best_epoch, result.epochs.size(), by);
}

// What the last test figures say beside an answer that knows nothing.
std::string judgement(const experiment::TrainResult& result) {
  const auto last = std::find_if(result.epochs.rbegin(), result.epochs.rend(),
                                 [](const experiment::TrainEpoch& epoch) { return !std::isnan(epoch.test_loss); });
  if (last == result.epochs.rend()) return {};
  if (!result.has_accuracy) return fmt::format("Test loss {}.", loss(last->test_loss));
  std::string text = fmt::format("Test accuracy {}, loss {}.", percent(last->test_accuracy, 2), loss(last->test_loss));
  if (!std::isnan(result.chance_accuracy)) {
    const auto predictions = static_cast<double>(result.test_rows * result.positions);
    const double error = std::sqrt(result.chance_accuracy * (1 - result.chance_accuracy) / std::max(1.0, predictions));
    const std::string chance = percent(result.chance_accuracy, 2);
    if (last->test_accuracy <= result.chance_accuracy) {
      text += fmt::format(" That is no better than always naming the most frequent class, {}.", chance);
    } else if (last->test_accuracy < result.chance_accuracy + 3 * error) {
      text += fmt::format(" {} do not establish that this is better than always naming the most frequent class, {}.",
                          counted(static_cast<std::int64_t>(predictions), "prediction"), chance);
    }
  }
  return text;
}

}  // namespace

std::string train_report(const experiment::TrainResult& result, const Terminal& terminal) {
  const bool good =
      result.status == experiment::TrainStatus::finished || result.status == experiment::TrainStatus::stopped_early;
  std::string text;
  add_paragraph(text, ending(result), good ? Style::good : Style::bad, terminal);
  const auto add = [&](const std::string& sentence) {
    if (!sentence.empty()) add_paragraph(text, sentence, Style::plain, terminal);
  };
  add(judgement(result));
  add(best(result));
  std::int64_t clipped = 0;
  double largest = 0;
  for (const experiment::TrainEpoch& epoch : result.epochs) {
    clipped += epoch.clipped_steps;
    largest = std::max(largest, epoch.largest_gradient_norm);
  }
  if (result.settings.clipping != "none" && !result.epochs.empty()) {
    add(fmt::format("Clipping by {} at {:g} acted in {} of {}; the largest gradient norm was {}.",
                    result.settings.clipping, result.settings.clip_limit, grouped(clipped),
                    counted(result.epochs.back().steps, "step"), significant(largest)));
  }
  if (result.diagnosis && !result.settings.watch.silent())
    add_watch(text, *result.diagnosis, result.non_finite, terminal);
  return text;
}

std::string evaluation_report(const experiment::Evaluation& evaluation, const Terminal& terminal) {
  std::string summary = fmt::format("{} {} of {}: loss {}", grouped(evaluation.rows), evaluation.part + " rows",
                                    evaluation.data_name, loss(evaluation.loss));
  if (!std::isnan(evaluation.accuracy)) summary += ", accuracy " + percent(evaluation.accuracy, 2);
  std::string text;
  add_paragraph(text, summary, Style::strong, terminal);
  if (evaluation.class_rows.empty() || evaluation.class_rows.size() > 100) return text;
  Table table({{"label", Align::right}, {"predictions", Align::right}, {"right", Align::right}});
  for (std::size_t i = 0; i < evaluation.class_rows.size(); ++i) {
    const double share = static_cast<double>(evaluation.class_correct[i]) /
                         static_cast<double>(std::max<std::int64_t>(1, evaluation.class_rows[i]));
    table.add_row({{std::to_string(i)},
                   {grouped(evaluation.class_rows[i])},
                   {evaluation.class_rows[i] == 0 ? "-" : percent(share, 2)}});
  }
  return text + "\n" + table.render(terminal);
}

}  // namespace fanin::report
