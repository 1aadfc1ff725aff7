#include "apps/fanin/signals.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "apps/fanin/errors.hpp"

namespace fanin::cli {
namespace {

constexpr std::array<int, 4> kSignals{SIGINT, SIGTERM, SIGHUP, SIGTSTP};
constexpr unsigned char kEnd = 0;  // no signal has this number

std::array<int, 2> pipe_ends{-1, -1};  // of the one StopSignals
std::array<struct sigaction, kSignals.size()> former_actions{};

extern "C" void forward_signal(int number) {
  const int saved = errno;
  const auto byte = static_cast<unsigned char>(number);
  // A full pipe holds thousands of signals already: losing one more changes nothing.
  [[maybe_unused]] const ssize_t written = ::write(pipe_ends[1], &byte, 1);
  errno = saved;
}

}  // namespace

StopSignals::StopSignals(SignalHooks hooks) : hooks_(std::move(hooks)) {
  if (::pipe(pipe_ends.data()) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  for (const int end : pipe_ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  ::fcntl(pipe_ends[1], F_SETFL, O_NONBLOCK);
  listener_ = std::thread([this] { listen(); });
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], nullptr, &former_actions[i]);
    if (former_actions[i].sa_handler == SIG_IGN) continue;  // nohup and `&` in scripts mean it
    struct sigaction action {};
    action.sa_handler = forward_signal;
    action.sa_flags = SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(kSignals[i], &action, nullptr);
  }
}

StopSignals::~StopSignals() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &former_actions[i], nullptr);
  [[maybe_unused]] const ssize_t written = ::write(pipe_ends[1], &kEnd, 1);
  listener_.join();
  for (int& end : pipe_ends) ::close(std::exchange(end, -1));
}

void StopSignals::listen() {
  for (;;) {
    unsigned char number = kEnd;
    const ssize_t got = ::read(pipe_ends[0], &number, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got != 1 || number == kEnd) return;
    if (number == SIGTSTP) {
      if (hooks_.suspended) hooks_.suspended();
      ::kill(::getpid(), SIGSTOP);
    } else if (source_.request_stop()) {
      if (hooks_.stopping) hooks_.stopping();
    } else {
      if (hooks_.quitting) hooks_.quitting();
      ::_exit(kInterrupted);
    }
  }
}

}  // namespace fanin::cli
