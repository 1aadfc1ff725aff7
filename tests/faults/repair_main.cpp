// fanin_repair_faults: repairs the initialization faults of the corpus and compares what the repaired networks reach
// with what their healthy twins reach. docs/repair.md.
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <map>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/gemm.hpp"
#include "fanin/experiment/repair/repair.hpp"
#include "tests/faults/corpus.hpp"
#include "tests/faults/data_sets.hpp"

namespace {

namespace faults = fanin::faults;
namespace experiment = fanin::experiment;

struct Options {
  std::string folder = FANIN_FAULTS_DIR;
  std::string half = "test";
  std::string group = "initialization";
  std::string only;
  std::size_t every = 1;
  double rate = 0;
};

// Accuracy, or for a regression 1 − loss/chance, which is a fraction too.
double figure(double accuracy, double loss, double chance) {
  return std::isfinite(accuracy) ? accuracy : std::isfinite(loss) ? 1 - loss / chance : -1;
}

struct Compared {
  std::string outcome;
  std::string options;
  double before = 0;
  double after = 0;
  double twin = 0;
  [[nodiscard]] bool reaches() const { return after >= twin - 0.02; }
};

Compared compare(const faults::Case& c, faults::DataSets& sets) {
  const experiment::DataSet& data = sets.of(c.settings);
  const experiment::RepairSettings settings{
      .training = c.settings, .watched_steps = c.steps, .steps = c.validation_steps};
  const experiment::RepairResult result = experiment::repair(settings, data, {}, {});
  const experiment::TrainSettings& healthy = c.twin ? *c.twin : c.settings;
  const experiment::TrainResult twin = experiment::train(healthy, sets.of(healthy), nullptr, {});
  const double chance = faults::chance_loss(data, twin.settings.loss);
  const bool repaired = result.outcome == experiment::RepairOutcome::repaired;
  const experiment::RepairTrial& after = repaired ? result.after : result.before;
  Compared compared{.outcome = std::string(to_string(result.outcome)), .options = after.options};
  compared.before = figure(result.before.accuracy, result.before.loss, chance);
  compared.after = figure(after.accuracy, after.loss, chance);
  if (!twin.epochs.empty()) {
    compared.twin = figure(twin.epochs.back().test_accuracy, twin.epochs.back().test_loss, chance);
  }
  if (!repaired) compared.options = result.reason;
  return compared;
}

int run(const Options& options) {
  fanin::use_one_thread();
  faults::DataSets data;
  std::map<std::string, int> outcomes;
  int tried = 0;
  int reached = 0;
  std::size_t seen = 0;
  for (const faults::Case& c : faults::read_corpus(options.folder)) {
    const bool wanted = (options.half == "all" || options.half == to_string(c.half)) &&
                        options.group == to_string(c.group) && c.id.find(options.only) != std::string::npos;
    if (!wanted || seen++ % options.every != 0) continue;
    try {
      const Compared compared = compare(c, data);
      ++tried;
      ++outcomes[compared.outcome];
      if (compared.reaches()) ++reached;
      std::printf("%s %s %s before %.3f after %.3f twin %.3f  %s\n", compared.reaches() ? "yes" : "NO ", c.id.c_str(),
                  compared.outcome.c_str(), compared.before, compared.after, compared.twin, compared.options.c_str());
      std::fflush(stdout);
    } catch (const fanin::Error& error) {
      if (error.code() != fanin::ErrorCode::missing_data) throw;
      std::printf("skipped %s: %s\n", c.id.c_str(), error.what());
    }
  }
  const double share = tried == 0 ? 0 : static_cast<double>(reached) / tried;
  std::printf("%d of %d within 2 points of the twin: %.1f %%\n", reached, tried, 100 * share);
  for (const auto& [outcome, count] : outcomes) std::printf("  %s %d\n", outcome.c_str(), count);
  return share >= options.rate ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Repairs the faults of the corpus and compares with their healthy twins.");
  Options options;
  app.add_option("--corpus", options.folder, "folder with cases/ (default: that of the sources)");
  app.add_option("--half", options.half, "tune, test or all (default test)")
      ->check(CLI::IsMember({"tune", "test", "all"}));
  app.add_option("--group", options.group, "of the cases (default initialization)");
  app.add_option("--only", options.only, "cases whose id contains this text");
  app.add_option("--every", options.every, "take each n-th case (default 1)")->check(CLI::PositiveNumber);
  app.add_option("--rate", options.rate, "fail when fewer reach their twin (default 0)");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
}
