// Ctrl-C as a polite request: the first SIGINT, SIGTERM or SIGHUP asks the work to stop, the
// second ends the process at once. Handlers only write a byte into a pipe; a thread does the rest.
#pragma once

#include <functional>
#include <stop_token>
#include <thread>

namespace fanin::cli {

/// Each may be empty.
struct SignalHooks {
  std::function<void()> stopping;   ///< after the first request to stop
  std::function<void()> quitting;   ///< before the process ends at the second one
  std::function<void()> suspended;  ///< before Ctrl-Z stops the process
};

/// While it lives, signals go where its hooks say. One at a time.
class StopSignals final {
 public:
  explicit StopSignals(SignalHooks hooks);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  [[nodiscard]] std::stop_token token() const noexcept { return source_.get_token(); }

 private:
  void listen();

  SignalHooks hooks_;
  std::stop_source source_;
  std::thread listener_;
};

}  // namespace fanin::cli
