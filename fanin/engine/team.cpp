#include "fanin/engine/team.hpp"

#include <hwy/cache_control.h>

#include <atomic>
#include <thread>
#include <vector>

#include "fanin/core/gemm.hpp"

namespace fanin::engine {
namespace {

constexpr int kSpins = 4000;  // about 50 us: longer than members usually wait for one another

// Waits until `value` is no longer `old`: a while awake, then asleep.
template <class T>
void wait_while(const std::atomic<T>& value, T old) noexcept {
  for (int spin = 0; spin < kSpins; ++spin) {
    if (value.load(std::memory_order_acquire) != old) return;
    hwy::Pause();
  }
  while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

}  // namespace

struct Team::State {
  int members = 1;
  const std::function<void(int)>* work = nullptr;
  std::atomic<unsigned> calls{0};
  std::atomic<int> running{0};
  std::atomic<int> arrived{0};
  std::atomic<unsigned> meetings{0};
  std::atomic<bool> quit{false};
  std::vector<std::thread> threads;

  void serve(int member) {
    use_one_thread();
    for (unsigned seen = 0;; ++seen) {
      wait_while(calls, seen);
      if (quit.load(std::memory_order_acquire)) return;
      (*work)(member);
      if (running.fetch_sub(1, std::memory_order_acq_rel) == 1) running.notify_all();
    }
  }
};

Team::Team(int members) : state_(std::make_unique<State>()) {
  state_->members = members;
  for (int member = 1; member < members; ++member) {
    state_->threads.emplace_back([state = state_.get(), member] { state->serve(member); });
  }
}

Team::~Team() {
  state_->quit.store(true, std::memory_order_release);
  state_->calls.fetch_add(1, std::memory_order_acq_rel);
  state_->calls.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

int Team::members() const noexcept { return state_->members; }

void Team::run(const std::function<void(int)>& work) {
  if (state_->members == 1) return work(0);
  state_->work = &work;
  state_->running.store(state_->members - 1, std::memory_order_release);
  state_->calls.fetch_add(1, std::memory_order_acq_rel);
  state_->calls.notify_all();
  work(0);
  for (int left = state_->running.load(std::memory_order_acquire); left != 0;
       left = state_->running.load(std::memory_order_acquire)) {
    wait_while(state_->running, left);
  }
}

void Team::meet() noexcept {
  if (state_->members == 1) return;
  const unsigned meeting = state_->meetings.load(std::memory_order_acquire);
  if (state_->arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == state_->members) {
    state_->arrived.store(0, std::memory_order_relaxed);
    state_->meetings.fetch_add(1, std::memory_order_acq_rel);
    state_->meetings.notify_all();
  } else {
    wait_while(state_->meetings, meeting);
  }
}

}  // namespace fanin::engine
