#include "fanin/experiment/training/schedule.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::experiment {
namespace {

constexpr std::array<ScheduleInfo, 5> kSchedules{{
    {"constant", "warmup=0", "1", ""},
    {"step", "every=30, gamma=0.1, warmup=0", "gamma^floor(epoch/every)", "He et al. 2016, arXiv:1512.03385"},
    {"linear", "final=0, warmup=0", "1 - (1 - final)*t", ""},
    {"cosine", "final=0, warmup=0", "final + (1 - final)*(1 + cos(pi*t))/2",
     "Loshchilov & Hutter 2017, arXiv:1608.03983"},
    {"one_cycle", "peak=0.3, start=0.04, warmup=0", "cosine from start to 1 while t < peak, then to start/10,000",
     "Smith & Topin 2018, arXiv:1708.07120"},
}};

// From `from` at t = 0 to `to` at t = 1.
double half_cosine(double from, double to, double t) noexcept {
  return to + (from - to) * 0.5 * (1 + std::cos(std::numbers::pi * t));
}

void check(bool holds, const char* argument, const char* expected) {
  if (!holds) throw Error(ErrorCode::bad_value, "schedule", std::string(argument) + " must be " + expected);
}

}  // namespace

double Schedule::factor(std::int64_t step, std::int64_t steps_per_epoch, std::int64_t total_steps) const noexcept {
  const double done = static_cast<double>(std::min(step, total_steps - 1));
  const double t = total_steps > 1 ? done / static_cast<double>(total_steps - 1) : 0.0;
  double factor = 1;
  switch (kind) {
    case ScheduleKind::constant: break;
    case ScheduleKind::step:
      factor = std::pow(gamma, std::floor(std::floor(done / static_cast<double>(steps_per_epoch)) / every));
      break;
    case ScheduleKind::linear: factor = 1 - (1 - final_factor) * t; break;
    case ScheduleKind::cosine: factor = half_cosine(1, final_factor, t); break;
    case ScheduleKind::one_cycle:
      factor = t < peak ? half_cosine(start_factor, 1, t / peak)
                        : half_cosine(1, start_factor * 1e-4, (t - peak) / (1 - peak));
      break;
  }
  if (step < warmup) factor *= static_cast<double>(step + 1) / static_cast<double>(warmup + 1);
  return factor;
}

Schedule parse_schedule(std::string_view text) {
  const CallExpr call = parse_call(text, "schedule");
  const auto found = std::find_if(kSchedules.begin(), kSchedules.end(),
                                  [&](const ScheduleInfo& info) { return info.name == call.name; });
  if (found == kSchedules.end()) {
    std::vector<std::string> names;
    for (const ScheduleInfo& info : kSchedules) names.emplace_back(info.name);
    throw Error(ErrorCode::unknown_name, "schedule",
                "no schedule '" + call.name + "'; " + suggestion(call.name, names));
  }
  Schedule schedule;
  schedule.kind = static_cast<ScheduleKind>(found - kSchedules.begin());
  CallReader reader(call, "schedule");
  if (schedule.kind == ScheduleKind::step) {
    schedule.every = reader.number("every", schedule.every);
    schedule.gamma = reader.number("gamma", schedule.gamma);
    check(schedule.every > 0, "every", "above 0");
    check(schedule.gamma > 0 && schedule.gamma <= 1, "gamma", "above 0 and up to 1");
  }
  if (schedule.kind == ScheduleKind::linear || schedule.kind == ScheduleKind::cosine) {
    schedule.final_factor = reader.number("final", schedule.final_factor);
    check(schedule.final_factor >= 0 && schedule.final_factor <= 1, "final", "from 0 to 1");
  }
  if (schedule.kind == ScheduleKind::one_cycle) {
    schedule.peak = reader.number("peak", schedule.peak);
    schedule.start_factor = reader.number("start", schedule.start_factor);
    check(schedule.peak > 0 && schedule.peak < 1, "peak", "between 0 and 1");
    check(schedule.start_factor > 0 && schedule.start_factor <= 1, "start", "above 0 and up to 1");
  }
  schedule.warmup = reader.integer("warmup", 0);
  check(schedule.warmup >= 0, "warmup", "a number of steps, 0 or more");
  reader.finish();
  return schedule;
}

std::string to_string(const Schedule& schedule) {
  const Schedule defaults{.kind = schedule.kind};
  std::string arguments;
  const auto add = [&](const char* key, double value, double fallback) {
    if (value == fallback) return;
    if (!arguments.empty()) arguments += ", ";
    arguments += key;
    arguments += '=';
    arguments += format_number(value);
  };
  add("every", schedule.every, defaults.every);
  add("gamma", schedule.gamma, defaults.gamma);
  add("final", schedule.final_factor, defaults.final_factor);
  add("peak", schedule.peak, defaults.peak);
  add("start", schedule.start_factor, defaults.start_factor);
  add("warmup", static_cast<double>(schedule.warmup), 0);
  std::string text(kSchedules[static_cast<std::size_t>(schedule.kind)].name);
  if (!arguments.empty()) text += "(" + arguments + ")";
  return text;
}

std::span<const ScheduleInfo> known_schedules() noexcept { return kSchedules; }

}  // namespace fanin::experiment
