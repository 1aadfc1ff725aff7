// fanin_faults: diagnoses every case of the corpus and says how often that was right. docs/faults.md.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>

#include "fanin/core/gemm.hpp"
#include "tests/faults/run.hpp"

namespace {

namespace faults = fanin::faults;

struct Options {
  std::string folder = FANIN_FAULTS_DIR;
  std::string half = "all";
  std::string only;
  std::size_t sample = 0;
  bool baselines = false;
  bool verbose = false;
  std::string json;
  // Floors below which the exit status is 1; at 0, or for the last at 1, there is none.
  double initialization_recall = 0;
  double initialization_precision = 0;
  double recall = 0;
  double precision = 0;
  double false_positives = 1;
};

std::vector<faults::Case> chosen(const Options& options) {
  std::vector<faults::Case> cases;
  for (faults::Case& c : faults::read_corpus(options.folder)) {
    if (options.half != "all" && options.half != to_string(c.half)) continue;
    if (c.id.find(options.only) == std::string::npos) continue;
    cases.push_back(std::move(c));
  }
  return faults::stratified(cases, options.sample);
}

bool holds(const char* what, double value, double bound, bool at_least) {
  if (at_least ? value >= bound : value <= bound) return true;
  std::printf("%s: %.3f, and %s %.3f was agreed\n", what, value, at_least ? "at least" : "at most", bound);
  return false;
}

bool within_floors(const faults::Score& score, const Options& options) {
  const faults::GroupScore& init = score.groups.front();
  bool all = holds("recall of initialization faults", init.named.value(), options.initialization_recall, true);
  all &= holds("precision of initialization faults", init.precision.value(), options.initialization_precision, true);
  all &= holds("recall of faults", score.all_faults.named.value(), options.recall, true);
  all &= holds("precision of faults", score.all_faults.precision.value(), options.precision, true);
  all &= holds("false positives", score.false_positives.value(), options.false_positives, false);
  return all;
}

int run(const Options& options) {
  fanin::use_one_thread();
  const std::vector<faults::Case> cases = chosen(options);
  if (cases.empty()) {
    std::fputs("no case is left\n", stderr);
    return 2;
  }
  faults::DataSets data;
  std::size_t begun = 0;
  faults::RunOptions run_options;
  run_options.baselines = options.baselines;
  run_options.before = [&](const faults::Case& c) {
    ++begun;
    if (options.verbose || begun % 50 == 0) std::fprintf(stderr, "%zu/%zu  %s\n", begun, cases.size(), c.id.c_str());
  };
  const faults::Run result = faults::run_cases(cases, data, run_options);
  for (const std::string& skipped : result.skipped) std::printf("skipped %s\n", skipped.c_str());
  const faults::Score score = faults::score_of("fanin", result.answers);
  std::printf("%s\n%s\n%zu cases in %.1f s\n", faults::misses_of(result.answers).c_str(),
              faults::table_of(score).c_str(), result.answers.size(), score.seconds);
  if (options.baselines) {
    std::vector<faults::Score> scores{score};
    for (std::size_t i = 0; i < result.baselines.size(); ++i) {
      scores.push_back(faults::score_of(result.baselines[i], result.baseline_answers[i]));
    }
    std::printf("\n%s", faults::comparison_of(scores).c_str());
  }
  if (!options.json.empty()) std::ofstream(options.json) << faults::to_json(score, result.answers) << '\n';
  return within_floors(score, options) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Diagnoses every case of the corpus of faults and says how often that was right.");
  Options options;
  app.add_option("--corpus", options.folder, "folder with cases/ (default: that of the sources)");
  app.add_option("--half", options.half, "tune, test or all (default all)")
      ->check(CLI::IsMember({"tune", "test", "all"}));
  app.add_option("--only", options.only, "cases whose id contains this text");
  app.add_option("--sample", options.sample, "about so many cases, evenly from every group (default: all)");
  app.add_flag("--baselines", options.baselines, "score the published rule sets on the same traces");
  app.add_flag("--verbose", options.verbose, "name each case as it begins");
  app.add_option("--json", options.json, "write scores and answers to this file");
  app.add_option("--initialization-recall", options.initialization_recall, "fail below it");
  app.add_option("--initialization-precision", options.initialization_precision, "fail below it");
  app.add_option("--recall", options.recall, "fail below it, of all faults");
  app.add_option("--precision", options.precision, "fail below it, of all faults");
  app.add_option("--false-positives", options.false_positives, "fail above it");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
}
