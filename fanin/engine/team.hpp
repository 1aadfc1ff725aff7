// A few threads that run the same function side by side and meet at barriers: how one plan uses several
// cores. The calling thread is member 0; the others sleep between calls.
//
//     Team team(2);
//     team.run([&](int member) { half(member); team.meet(); other_half(member); });
#pragma once

#include <functional>
#include <memory>

namespace fanin::engine {

class Team final {
 public:
  /// @param members  >= 1; members - 1 threads are started, each with use_one_thread().
  explicit Team(int members);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  [[nodiscard]] int members() const noexcept;
  /// Runs work(member) on every member and returns when all have ended. `work` must not throw.
  void run(const std::function<void(int)>& work);
  /// Called by every member from within run(): returns when all have called it. What a member wrote
  /// before is seen by the others after.
  void meet() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fanin::engine
