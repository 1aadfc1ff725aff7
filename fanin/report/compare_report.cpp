#include "fanin/report/compare_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fanin/observe/remark.hpp"
#include "fanin/report/numbers.hpp"
#include "fanin/report/paragraph.hpp"
#include "fanin/report/table.hpp"
#include "fanin/report/watch_report.hpp"

namespace fanin::report {
namespace {

using experiment::CompareResult;
using experiment::InitSummary;
using experiment::RunResult;
using experiment::RunStatus;

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(count), count == 1 ? one : many);
}

std::string seed_range(const experiment::CompareSettings& settings) {
  if (settings.seeds == 1) return fmt::format("seed {}", settings.first_seed);
  return fmt::format("seeds {} to {}", settings.first_seed,
                     settings.first_seed + static_cast<std::uint64_t>(settings.seeds) - 1);
}

void add_heading(std::string& out, const CompareResult& result, const Terminal& terminal) {
  const experiment::CompareSettings& settings = result.settings;
  const std::string validation =
      result.validation_rows > 0 ? fmt::format(", {} validation", grouped(result.validation_rows)) : "";
  add_paragraph(out,
                fmt::format("{}: {} training{} and {} test rows, {}", result.data_name, grouped(result.train_rows),
                            validation, grouped(result.test_rows), result.scaling),
                Style::plain, terminal);
  add_paragraph(out,
                fmt::format("{} with {}, {} parameters; {}, learning rate {:g}, batches of {}, {}, {}", settings.net,
                            settings.activation, grouped(result.parameters), settings.optimizer,
                            settings.learning_rate.value_or(0), settings.batch_size,
                            counted(settings.epochs, "epoch", "epochs"), seed_range(settings)),
                Style::plain, terminal);
  const auto all = static_cast<std::int64_t>(result.runs.size());
  const auto finished = std::count_if(result.runs.begin(), result.runs.end(),
                                      [](const RunResult& run) { return run.status == RunStatus::finished; });
  const std::string some = finished == all ? "" : fmt::format("{} of ", grouped(finished));
  add_paragraph(out,
                fmt::format("{}{}{} in {}", some, counted(all, "run", "runs"), some.empty() ? "" : " finished",
                            duration(result.seconds)),
                Style::faint, terminal);
}

std::string with_half_width(double mean, double half_width) {
  return std::isfinite(half_width) ? loss(mean) + " ± " + loss(half_width) : loss(mean);
}

/// The last epochs of the runs of an initialization none of which came to its end.
struct SoFar {
  std::int64_t runs = 0;  ///< with at least one epoch
  double test_accuracy = 0;
  double test_loss = 0;
  double train_loss = 0;
  bool started = false;  ///< a gradient was measured
};

SoFar so_far(const CompareResult& result, const InitSummary& row) {
  SoFar mean;
  for (const RunResult& run : result.runs) {
    if (run.init != row.init) continue;
    mean.started = mean.started || !run.step_zero.layers.empty();
    if (run.status != RunStatus::interrupted || run.epochs.empty()) continue;
    const experiment::EpochRecord& last = run.epochs.back();
    const auto count = static_cast<double>(++mean.runs);
    mean.test_accuracy += (last.test_accuracy - mean.test_accuracy) / count;
    mean.test_loss += (last.test_loss - mean.test_loss) / count;
    mean.train_loss += (last.train_loss - mean.train_loss) / count;
  }
  return mean;
}

Cell quality_cell(const InitSummary& row, const SoFar& partial, bool regression) {
  if (row.seeds == 0 && row.diverged > 0) return {"diverged", Style::bad};
  if (row.seeds == 0 && partial.runs > 0) {
    return {(regression ? loss(partial.test_loss) : percent(partial.test_accuracy, 2)) + " so far", Style::caution};
  }
  if (row.seeds == 0) return {"-", Style::faint};
  const Style style = row.is_best ? Style::good : Style::plain;
  if (regression) return {with_half_width(row.test_loss_mean, row.test_loss_ci95), style};
  return {percent_with_half_width(row.test_accuracy_mean, row.test_accuracy_ci95), style};
}

Cell train_loss_cell(const InitSummary& row, const SoFar& partial) {
  if (row.seeds > 0) return {loss(row.train_loss_mean)};
  if (row.diverged == 0 && partial.runs > 0) return {loss(partial.train_loss), Style::caution};
  return {"-", Style::faint};
}

std::string epochs_to_reach(const InitSummary& row) {
  if (row.seeds == 0 && row.runs_that_reach == 0) return "-";
  if (row.runs_that_reach == 0) return "never";
  const bool whole = row.epochs_to_reach == std::floor(row.epochs_to_reach);
  const std::string mean = fmt::format("{:.{}f}", row.epochs_to_reach, whole ? 0 : 1);
  return row.runs_that_reach < row.seeds ? fmt::format("{} ({} of {})", mean, row.runs_that_reach, row.seeds) : mean;
}

Cell remark_cell(const InitSummary& row) { return {row.remark, row.diverged > 0 ? Style::caution : Style::plain}; }

std::string results_table(const CompareResult& result, const Terminal& terminal) {
  std::vector<Column> columns{flexible("initialization", 14)};
  columns.push_back({result.regression ? "test loss" : "test accuracy", Align::right});
  columns.push_back({"final\ntrain loss", Align::right});
  if (!result.regression) {
    columns.push_back({"epochs\nto " + fmt::format("{:g} %", 100 * result.settings.reach_accuracy), Align::right});
  }
  columns.push_back({"gradient\nfirst", Align::right});
  columns.push_back({"gradient\nlast", Align::right});
  columns.push_back(flexible("remark", 28));
  Table table(std::move(columns));
  for (const InitSummary& row : result.summary) {
    const SoFar partial = so_far(result, row);
    std::vector<Cell> cells{{row.init, row.is_best ? Style::good : Style::plain},
                            quality_cell(row, partial, result.regression),
                            train_loss_cell(row, partial)};
    if (!result.regression) cells.push_back({epochs_to_reach(row)});
    cells.push_back({partial.started ? significant(row.first_gradient_norm) : "-"});
    cells.push_back({partial.started ? significant(row.last_gradient_norm) : "-"});
    cells.push_back(remark_cell(row));
    table.add_row(std::move(cells));
  }
  std::string out = table.render(terminal);
  const bool several = result.settings.seeds > 1;
  std::string note = several ? "Means over the seeds" : "";
  if (several) note += "; ± is the 95 % half-width";
  note += several ? ". " : "";
  add_paragraph(out, note + "Gradient: the norm for the first and for the last layer's weights before the first step.",
                Style::faint, terminal);
  return out;
}

std::string difference_text(const InitSummary& row, bool regression) {
  const double difference = row.difference_mean;
  if (!std::isfinite(difference)) return "-";
  const auto number = [regression](double value) {
    return regression ? significant(value) : fmt::format("{:.2f}", 100 * value);
  };
  std::string text = number(std::abs(difference));
  if (std::isfinite(row.difference_ci95)) text += " ± " + number(row.difference_ci95);
  if (!regression) text += " points";
  // The difference is best minus this one.
  if (difference > 0) return text + " lower";
  return text + (difference < 0 ? " higher" : "");
}

Cell verdict_cell(const InitSummary& row) {
  if (row.seeds == 0) return {"no finished run to compare", Style::faint};
  if (!std::isfinite(row.difference_ci95)) return {"not established: one seed", Style::faint};
  if (row.difference_established) return {"established", Style::plain};
  if (std::abs(row.difference_mean) > row.difference_ci95) return {"not established: too few seeds", Style::faint};
  return {"not established: includes zero", Style::faint};
}

void add_best(std::string& out, const CompareResult& result, const InitSummary& best, const Terminal& terminal) {
  if (observe::at_chance({.test_accuracy = best.test_accuracy_mean,
                          .chance_accuracy = result.chance_accuracy,
                          .test_rows = result.test_rows})) {
    add_paragraph(out,
                  fmt::format("No initialization is established above chance: the best, {}, reaches {} where always "
                              "answering the most frequent class gives {}.",
                              best.init, percent(best.test_accuracy_mean, 2), percent(result.chance_accuracy, 2)),
                  Style::caution, terminal);
    return;
  }
  add_paragraph(out, fmt::format("Best by {}: {}.", result.chosen_by, best.init), Style::strong, terminal);
  const bool chosen_on_test = result.chosen_by.rfind("test", 0) == 0;
  if (chosen_on_test && result.summary.size() > 1) {
    add_paragraph(out,
                  "It was chosen on the test rows that also measured it, which flatters the winner a little; "
                  "--validation 0.1 chooses on rows of their own.",
                  Style::faint, terminal);
  }
}

void add_differences(std::string& out, const CompareResult& result, const Terminal& terminal) {
  const auto best =
      std::find_if(result.summary.begin(), result.summary.end(), [](const InitSummary& row) { return row.is_best; });
  if (best == result.summary.end()) {
    add_paragraph(out, "\nNo run finished, so nothing can be compared.", Style::caution, terminal);
    return;
  }
  out += "\n";
  add_best(out, result, *best, terminal);
  if (result.summary.size() < 2) return;
  add_paragraph(out,
                fmt::format("\nDifference to {} in {}, paired by seed, with its 95 % interval:", best->init,
                            result.regression ? "test loss" : "test accuracy"),
                Style::plain, terminal);
  Table table({flexible("initialization", 14), {"difference", Align::right}, flexible("verdict", 11)});
  for (const InitSummary& row : result.summary) {
    if (!row.is_best) table.add_row({{row.init}, {difference_text(row, result.regression)}, verdict_cell(row)});
  }
  out += table.render(terminal);
}

void add_notes(std::string& out, const CompareResult& result, const Terminal& terminal) {
  std::string steps;
  for (const RunResult& run : result.runs) {
    if (run.status != RunStatus::diverged) continue;
    steps += fmt::format("{}{} seed {} at step {}", steps.empty() ? "" : ", ", run.init, run.seed,
                         grouped(run.diverged_at_step));
  }
  if (!steps.empty()) {
    add_paragraph(out, "\nDiverged: " + steps + ". Means are over the runs that finished.", Style::caution, terminal);
  }
  if (result.settings.seeds == 1 && !result.interrupted) {
    add_paragraph(out, "\nOne seed gives no confidence interval: use --seeds 3 or more.", Style::faint, terminal);
  }
  if (result.interrupted) {
    std::string finished;
    for (const InitSummary& row : result.summary) {
      finished += fmt::format("{}{} {}", finished.empty() ? "" : ", ", row.init, row.seeds);
    }
    add_paragraph(
        out,
        fmt::format("\nInterrupted: means are over the runs that finished, of {} each: {}. \"So far\" is the last "
                    "epoch of runs that did not.",
                    result.settings.seeds, finished),
        Style::caution, terminal);
  }
}

}  // namespace

std::string compare_report(const CompareResult& result, const Terminal& terminal) {
  std::string out;
  add_heading(out, result, terminal);
  out += "\n";
  out += results_table(result, terminal);
  add_differences(out, result, terminal);
  if (!result.settings.watch.silent()) add_watched_runs(out, result.summary, result.runs, terminal);
  add_notes(out, result, terminal);
  return out;
}

}  // namespace fanin::report
