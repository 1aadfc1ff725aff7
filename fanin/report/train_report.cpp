#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fanin/report/numbers.hpp"
#include "fanin/report/table.hpp"
#include "fanin/report/train_progress.hpp"

namespace fanin::report {
namespace {

std::string ending(const experiment::TrainResult& result) {
  const std::int64_t epochs = static_cast<std::int64_t>(result.epochs.size());
  switch (result.status) {
    case experiment::TrainStatus::finished:
      return fmt::format("Finished: {} epochs, {} steps in {}.", epochs, grouped(result.steps),
                         duration(result.seconds));
    case experiment::TrainStatus::stopped_early:
      return fmt::format("Stopped early after {} epochs: {} without a better validation. Epoch {} was the best.",
                         epochs, result.settings.patience, result.best_epoch);
    case experiment::TrainStatus::diverged:
      return fmt::format("Diverged: the loss was no finite number any more at step {}.",
                         grouped(result.diverged_at_step));
    case experiment::TrainStatus::interrupted: break;
  }
  return fmt::format("Interrupted after {} steps.", grouped(result.steps));
}

// What the last test figures say beside an answer that knows nothing.
std::string judgement(const experiment::TrainResult& result) {
  const auto last = std::find_if(result.epochs.rbegin(), result.epochs.rend(),
                                 [](const experiment::TrainEpoch& epoch) { return !std::isnan(epoch.test_loss); });
  if (last == result.epochs.rend()) return {};
  if (!result.has_accuracy) return fmt::format("Test loss {}.", loss(last->test_loss));
  std::string text = fmt::format("Test accuracy {}, loss {}.", percent(last->test_accuracy, 2), loss(last->test_loss));
  if (!std::isnan(result.chance_accuracy)) {
    const double predictions = static_cast<double>(result.test_rows * result.positions);
    const double error = std::sqrt(result.chance_accuracy * (1 - result.chance_accuracy) / std::max(1.0, predictions));
    if (last->test_accuracy < result.chance_accuracy + 3 * error) {
      text += fmt::format(" That is no better than always naming the most frequent class, {}: it learned nothing.",
                          percent(result.chance_accuracy, 2));
    }
  }
  return text;
}

}  // namespace

std::string train_report(const experiment::TrainResult& result, const Terminal& terminal) {
  const bool good =
      result.status == experiment::TrainStatus::finished || result.status == experiment::TrainStatus::stopped_early;
  std::string text = styled(ending(result), good ? Style::good : Style::bad, terminal) + "\n";
  if (const std::string verdict = judgement(result); !verdict.empty()) text += verdict + "\n";
  std::int64_t clipped = 0;
  for (const experiment::TrainEpoch& epoch : result.epochs) clipped += epoch.clipped_steps;
  if (result.settings.clipping != "none") {
    text += fmt::format("Clipping by {} at {} acted in {} of {} steps.\n", result.settings.clipping,
                        significant(result.settings.clip_limit), grouped(clipped), grouped(result.steps));
  }
  return text;
}

std::string evaluation_report(const experiment::Evaluation& evaluation, const Terminal& terminal) {
  std::string text =
      fmt::format("{} rows of the {} part: loss {}", grouped(evaluation.rows), evaluation.part, loss(evaluation.loss));
  if (!std::isnan(evaluation.accuracy)) text += ", accuracy " + percent(evaluation.accuracy, 2);
  text += "\n";
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
