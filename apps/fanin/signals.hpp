// Ctrl-C as a polite request: the first SIGINT, SIGTERM or SIGHUP asks the work to stop, the
// second ends the process at once. No handler ever runs: oneDNN's matrix products use the stack
// pointer for a buffer on the heap, and a handler's frame below it would destroy what lies there.
// The signals are blocked in every thread, and one thread waits for them.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <thread>

namespace fanin::cli {

/// Each may be empty.
struct SignalHooks {
  std::function<void()> stopping;   ///< after the first request to stop
  std::function<void()> quitting;   ///< before the process ends at the second one
  std::function<void()> suspended;  ///< before Ctrl-Z stops the process
};

/// While it lives, signals go where its hooks say. One at a time, made before the threads that compute.
class StopSignals final {
 public:
  explicit StopSignals(SignalHooks hooks);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  [[nodiscard]] std::stop_token token() const noexcept { return source_.get_token(); }

 private:
  struct Masks;
  void listen();

  SignalHooks hooks_;
  std::stop_source source_;
  std::unique_ptr<Masks> masks_;
  std::atomic<bool> ends_ = false;
  std::thread listener_;
};

}  // namespace fanin::cli
