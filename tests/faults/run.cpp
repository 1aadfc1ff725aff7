#include "tests/faults/run.hpp"

#include <chrono>
#include <map>

#include "bench/faults/rule_sets.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/probe/probe.hpp"

namespace fanin::faults {
namespace {

using Clock = std::chrono::steady_clock;

void run_case(const Case& c, DataSets& sets, bool baselines, Run& run) {
  const experiment::DataSet& data = sets.of(c.settings);
  const Clock::time_point begin = Clock::now();
  experiment::ProbeSettings settings;
  settings.training = c.settings;
  settings.steps = c.steps;
  const observe::Trace trace = experiment::probe(settings, data, {}, {});
  run.answers.push_back(answer_of(c, observe::diagnose(trace)));
  run.answers.back().seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if (!baselines) return;
  for (std::size_t i = 0; i < run.baselines.size(); ++i) {
    Answer answer;
    answer.about = &c;
    answer.accusations = published_rule_sets()[i].find(trace);
    run.baseline_answers[i].push_back(std::move(answer));
  }
}

}  // namespace

Run run_cases(const std::vector<Case>& cases, DataSets& data, const RunOptions& options) {
  Run run;
  if (options.baselines) {
    for (const NamedRuleSet& set : published_rule_sets()) run.baselines.emplace_back(set.name);
    run.baseline_answers.resize(run.baselines.size());
  }
  for (const Case& c : cases) {
    if (options.before) options.before(c);
    try {
      run_case(c, data, options.baselines, run);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::missing_data) throw Error(error.code(), c.id, error.what());
      run.skipped.push_back(c.id + ": " + error.what());
    }
  }
  return run;
}

std::vector<Case> stratified(const std::vector<Case>& cases, std::size_t count) {
  if (count == 0 || count >= cases.size()) return cases;
  std::map<Group, std::size_t> seen;
  std::vector<Case> kept;
  for (const Case& c : cases) {
    // The i-th of its group is kept where i·count/all passes a whole number.
    const std::size_t i = seen[c.group]++;
    if ((i + 1) * count / cases.size() > i * count / cases.size()) kept.push_back(c);
  }
  return kept;
}

}  // namespace fanin::faults
