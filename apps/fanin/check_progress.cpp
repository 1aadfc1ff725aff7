#include "apps/fanin/check_progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "fanin/report/numbers.hpp"
#include "fanin/report/progress.hpp"
#include "fanin/report/text.hpp"

namespace fanin::cli {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(400);  // what ends sooner needs no line
constexpr auto kBetween = std::chrono::milliseconds(100);

std::string bar(std::int64_t step, std::int64_t steps, bool unicode) {
  constexpr std::int64_t kWidth = 24;
  const std::int64_t full = steps > 0 ? std::clamp<std::int64_t>(kWidth * step / steps, 0, kWidth) : 0;
  std::string text;
  for (std::int64_t i = 0; i < kWidth; ++i) text += i < full ? (unicode ? "█" : "#") : (unicode ? "░" : ".");
  return text;
}

}  // namespace

CheckProgress::CheckProgress(int file_descriptor, bool wanted)
    : file_descriptor_(file_descriptor),
      terminal_(report::inspect_terminal(file_descriptor, report::ColorChoice::automatic)),
      wanted_(wanted && terminal_.interactive) {}

CheckProgress::~CheckProgress() { clear(); }

void CheckProgress::show(const experiment::ProbeMoment& moment) {
  const std::scoped_lock lock(mutex_);
  const Clock::time_point now = Clock::now();
  if (!wanted_ || now - begin_ < kPatience || now - drawn_at_ < kBetween) return;
  report::refresh_size(file_descriptor_, terminal_);
  std::string line(moment.doing);
  if (moment.step > 0) {
    const double seconds = std::chrono::duration<double>(now - begin_).count();
    const double left = seconds / static_cast<double>(moment.step) * static_cast<double>(moment.steps - moment.step);
    line = fmt::format("{}  {} {}/{}  {} left", line, bar(moment.step, moment.steps, terminal_.unicode), moment.step,
                       moment.steps, report::clock_time(left));
  }
  const auto width = static_cast<std::size_t>(std::max(1, terminal_.width - 1));
  report::write_all(file_descriptor_, "\r\x1b[2K" + report::clip(line, width, terminal_.unicode));
  drawn_at_ = now;
  drawn_ = true;
}

void CheckProgress::clear() noexcept {
  const std::scoped_lock lock(mutex_);
  if (drawn_) report::write_all(file_descriptor_, "\r\x1b[2K");
  drawn_ = false;
}

}  // namespace fanin::cli
