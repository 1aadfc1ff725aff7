#include "apps/fanin/check_trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/experiment/trace_file/trace_file.hpp"
#include "fanin/observe/diagnosis.hpp"

namespace fanin::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook{200};  // between two looks at the file
constexpr int kShare = 10;                       // a diagnosis takes at most one part in this many of the time

/// The problems of warnings and errors, each once: "exploding_gradient, learning_rate".
std::string problems_of(const observe::Diagnosis& diagnosis) {
  std::vector<std::string_view> names;
  for (const observe::Finding& finding : diagnosis.findings) {
    const std::string_view name = observe::to_string(finding.problem);
    if (finding.severity != observe::Severity::note && std::ranges::find(names, name) == names.end()) {
      names.push_back(name);
    }
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

void wait(const std::stop_token& stop, Clock::duration time) {
  std::mutex mutex;
  std::condition_variable_any condition;
  std::unique_lock lock(mutex);
  condition.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace

observe::Trace follow_trace(const std::filesystem::path& file, const std::function<void(const std::string&)>& say,
                            const std::stop_token& stop) {
  experiment::TraceFollower follower(file);
  std::string said;
  bool changed = false;
  Clock::time_point next = Clock::now();
  say(fmt::format("following {}; Ctrl-C ends", file.string()));
  for (;;) {
    changed = follower.update() || changed;
    const bool over = stop.stop_requested() || !follower.trace().ended.empty();
    if (changed && follower.started() && (over || Clock::now() >= next)) {
      const Clock::time_point begin = Clock::now();
      const observe::Diagnosis diagnosis = observe::diagnose(follower.trace());
      next = begin + kShare * (Clock::now() - begin);
      changed = false;
      const std::string problems = problems_of(diagnosis);
      const std::string state =
          fmt::format("{}{}{}", observe::to_string(diagnosis.verdict), problems.empty() ? "" : ": ", problems);
      if (state != said) {
        const std::int64_t step = follower.trace().steps.empty() ? 0 : follower.trace().steps.back().step;
        say(fmt::format("step {}: {}: {}", step, state, diagnosis.reason));
      }
      said = state;
    }
    if (over) break;
    wait(stop, kLook);
  }
  if (!follower.started()) {
    throw Error(ErrorCode::missing_data, file.string(), "no trace had begun there when the following was ended");
  }
  return follower.trace();
}

}  // namespace fanin::cli
