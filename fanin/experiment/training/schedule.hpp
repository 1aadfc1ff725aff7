// Learning-rate schedules: the rate of every optimizer step as a factor of the rate that was asked for.
//
//     const Schedule schedule = parse_schedule("cosine(warmup=500)");
//     plan.set_learning_rate(1e-3 * schedule.factor(step, steps_per_epoch, total_steps));
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace fanin::experiment {

enum class ScheduleKind { constant, step, linear, cosine, one_cycle };

struct Schedule {
  ScheduleKind kind = ScheduleKind::constant;
  double every = 30;           ///< step: epochs between two changes
  double gamma = 0.1;          ///< step: the factor of each change
  double final_factor = 0;     ///< linear, cosine: what is left at the end
  double peak = 0.3;           ///< one_cycle: the part of the training that rises
  double start_factor = 0.04;  ///< one_cycle: the first step's factor; the last one's is a 10,000th of it
  std::int64_t warmup = 0;     ///< steps that rise linearly to what the schedule gives

  friend bool operator==(const Schedule&, const Schedule&) = default;

  /// @param step  from 0 to total_steps - 1; beyond, the last one's factor.
  [[nodiscard]] double factor(std::int64_t step, std::int64_t steps_per_epoch, std::int64_t total_steps) const noexcept;
};

/// "constant", "step(every=30, gamma=0.1)", "linear(final=0)", "cosine(warmup=500)",
/// "one_cycle(peak=0.3)"; all take warmup. @throws Error unknown_name, bad_value, bad_syntax.
Schedule parse_schedule(std::string_view text);
/// Canonical text that parses back to the same schedule.
std::string to_string(const Schedule& schedule);

struct ScheduleInfo {
  std::string_view name;
  std::string_view arguments;
  std::string_view formula;
  std::string_view source;
};
/// In the order of `fanin list schedules`; t is the part of the training that is done.
std::span<const ScheduleInfo> known_schedules() noexcept;

}  // namespace fanin::experiment
