// fanin_repair_faults: repairs the initialization faults of the corpus and compares what the repaired networks reach
// with what their healthy twins reach. docs/faults.md.
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/gemm.hpp"
#include "fanin/experiment/repair/repair.hpp"
#include "tests/faults/corpus.hpp"
#include "tests/faults/data_sets.hpp"
#include "tests/faults/score.hpp"

namespace {

namespace faults = fanin::faults;
namespace experiment = fanin::experiment;

struct Options {
  std::string folder = FANIN_FAULTS_DIR;
  std::string half = "test";
  std::string group = "initialization";
  std::string only;
  std::size_t every = 1;
  std::size_t from = 0;
  double rate = 0;
};

constexpr std::size_t kSeeds = 3;  // the case's own, and the two after it

// Of the test rows, which the repair has not looked at: accuracy, or for a regression 1 − loss/chance, a fraction too.
double figure(const experiment::TrainSettings& settings, const experiment::DataSet& data) {
  const experiment::TrainResult result = experiment::train(settings, data, nullptr, {});
  if (result.status == experiment::TrainStatus::diverged || result.epochs.empty()) return -1;
  const experiment::TrainEpoch& last = result.epochs.back();
  if (std::isfinite(last.test_accuracy)) return last.test_accuracy;
  return 1 - last.test_loss / faults::chance_loss(data, result.settings.loss);
}

// What a training reaches from the case's seed, and in the mean over some seeds.
struct Reached {
  double one = 0;
  double mean = 0;
};

Reached reached_by(experiment::TrainSettings settings, faults::DataSets& sets) {
  const experiment::DataSet& data = sets.of(settings);
  Reached reached;
  for (std::size_t i = 0; i < kSeeds; ++i, ++settings.seed) {
    const double value = figure(settings, data);
    if (i == 0) reached.one = value;
    reached.mean += value / static_cast<double>(kSeeds);
  }
  return reached;
}

bool within_two_points(double value, double healthy) { return value >= healthy - 0.02 - 1e-9; }

struct Compared {
  std::string outcome;
  std::string options;
  Reached before = {};
  Reached after = {};
  Reached twin = {};   // the healthy twin as the corpus writes it
  Reached start = {};  // the case's own training from the twin's start
};

Compared compare(const faults::Case& c, faults::DataSets& sets) {
  const experiment::RepairSettings settings{
      .training = c.settings, .watched_steps = c.steps, .steps = c.validation_steps};
  const experiment::RepairResult result = experiment::repair(settings, sets.of(c.settings), {}, {});
  const bool repaired = result.outcome == experiment::RepairOutcome::repaired;
  experiment::TrainSettings start = c.settings;
  start.init = c.twin->init;
  start.init_for = c.twin->init_for;
  Compared compared{.outcome = std::string(to_string(result.outcome)),
                    .options = repaired ? result.after.options : result.reason};
  compared.before = reached_by(c.settings, sets);
  compared.after = repaired ? reached_by(result.after.settings, sets) : compared.before;
  compared.twin = reached_by(*c.twin, sets);
  compared.start = reached_by(start, sets);
  return compared;
}

// How many repairs come within two points of what, from the case's seed and in the mean over the seeds.
struct Success {
  faults::Rate one = {};
  faults::Rate mean = {};

  bool add(const Reached& after, const Reached& healthy) {
    const bool reaches = within_two_points(after.one, healthy.one);
    one.right += reaches ? 1 : 0;
    mean.right += within_two_points(after.mean, healthy.mean) ? 1 : 0;
    ++one.all;
    ++mean.all;
    return reaches;
  }
};

void print(const char* what, const faults::Rate& rate) {
  std::printf("%-50s %d of %d, %.3f [%.3f, %.3f]\n", what, rate.right, rate.all, rate.value(), rate.low(), rate.high());
}

int run(const Options& options) {
  fanin::use_one_thread();
  faults::DataSets data;
  std::map<std::string, int> outcomes;
  Success twins;
  Success starts;
  std::size_t seen = 0;
  for (const faults::Case& c : faults::read_corpus(options.folder)) {
    const bool wanted = (options.half == "all" || options.half == to_string(c.half)) &&
                        options.group == to_string(c.group) && c.id.find(options.only) != std::string::npos;
    if (!wanted || !c.twin || seen++ % options.every != options.from) continue;
    try {
      const Compared compared = compare(c, data);
      ++outcomes[compared.outcome];
      const bool reaches = twins.add(compared.after, compared.twin);
      starts.add(compared.after, compared.start);
      std::printf("%s %s %s", reaches ? "yes" : "NO ", c.id.c_str(), compared.outcome.c_str());
      for (const auto& [name, reached] : {std::pair{"before", compared.before},
                                          {"after", compared.after},
                                          {"twin", compared.twin},
                                          {"start", compared.start}}) {
        std::printf(" %s %.3f (%.3f)", name, reached.one, reached.mean);
      }
      std::printf("  %s\n", compared.options.c_str());
      std::fflush(stdout);
    } catch (const fanin::Error& error) {
      if (error.code() != fanin::ErrorCode::missing_data) throw;
      std::printf("skipped %s: %s\n", c.id.c_str(), error.what());
    }
  }
  std::printf("\nwithin 2 points of\n");
  print("the healthy twin", twins.one);
  print("the same in the mean over three seeds", twins.mean);
  print("the case's own training from the twin's start", starts.one);
  print("the same in the mean over three seeds", starts.mean);
  for (const auto& [outcome, count] : outcomes) std::printf("  %s %d\n", outcome.c_str(), count);
  return twins.one.value() >= options.rate ? 0 : 1;
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
  app.add_option("--from", options.from, "beginning with this one, from 0: shares a run among processes (default 0)");
  app.add_option("--rate", options.rate, "fail when fewer reach their twin (default 0)");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
}
