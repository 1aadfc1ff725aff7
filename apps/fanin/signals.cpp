#include "apps/fanin/signals.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "apps/fanin/errors.hpp"

namespace fanin::cli {
namespace {

constexpr std::array<int, 4> kSignals{SIGINT, SIGTERM, SIGHUP, SIGTSTP};
constexpr int kWake = SIGURG;  // ignored unless somebody waits for it

bool is_ignored(int number) {
  struct sigaction action {};
  ::sigaction(number, nullptr, &action);
  return action.sa_handler == SIG_IGN;
}

void call(const std::function<void()>& hook) {
  if (hook) hook();
}

}  // namespace

struct StopSignals::Masks {
  sigset_t waited = {};
  sigset_t former = {};
};

StopSignals::StopSignals(SignalHooks hooks) : hooks_(std::move(hooks)), masks_(std::make_unique<Masks>()) {
  ::sigemptyset(&masks_->waited);
  ::sigaddset(&masks_->waited, kWake);
  for (const int number : kSignals) {
    if (!is_ignored(number)) ::sigaddset(&masks_->waited, number);  // nohup and `&` in scripts mean it
  }
  ::pthread_sigmask(SIG_BLOCK, &masks_->waited, &masks_->former);  // threads to come inherit it
  listener_ = std::thread([this] { listen(); });
}

StopSignals::~StopSignals() {
  ends_ = true;
  ::pthread_kill(listener_.native_handle(), kWake);
  listener_.join();
  ::pthread_sigmask(SIG_SETMASK, &masks_->former, nullptr);
}

void StopSignals::listen() {
  for (;;) {
    int number = 0;
    if (::sigwait(&masks_->waited, &number) != 0) continue;  // interrupted
    if (ends_) return;
    if (number == kWake) continue;
    if (number == SIGTSTP) {
      call(hooks_.suspended);
      ::kill(::getpid(), SIGSTOP);
    } else if (source_.request_stop()) {
      call(hooks_.stopping);
    } else {
      call(hooks_.quitting);
      ::_exit(kInterrupted);
    }
  }
}

}  // namespace fanin::cli
