#include "apps/fanin/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <sstream>
#include <system_error>

#include "fanin/core/error.hpp"

namespace fanin::cli {
namespace {

constexpr int kNotStarted = 127;

[[noreturn]] void become(const std::filesystem::path& program, std::vector<char*>& arguments, int output) {
  ::setpgid(0, 0);  // so that its children can be ended with it
  const int nowhere = ::open("/dev/null", O_RDWR);
  ::dup2(nowhere, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(nowhere, STDERR_FILENO);
  ::execv(program.c_str(), arguments.data());
  ::_exit(kNotStarted);
}

// Until the other end is closed. False when the time was over first.
bool read_all(int from, std::chrono::steady_clock::time_point end, std::string& text) {
  std::array<char, 65536> buffer{};
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd watched{.fd = from, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(left.count()));
    if (ready == 0) return false;
    if (ready < 0) continue;  // a signal
    const ssize_t got = ::read(from, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

ChildResult run_child(const std::filesystem::path& program, const std::vector<std::string>& arguments, int seconds) {
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) {
    throw Error(ErrorCode::io_failure, program.string(), std::generic_category().message(errno));
  }
  const pid_t child = ::fork();
  if (child < 0) {
    const int reason = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    throw Error(ErrorCode::io_failure, program.string(), std::generic_category().message(reason));
  }
  if (child == 0) {
    ::close(ends[0]);
    become(program, pointers, ends[1]);
  }
  ::setpgid(child, child);
  ::close(ends[1]);
  ChildResult result;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  const bool in_time = read_all(ends[0], end, result.output);
  ::close(ends[0]);
  if (!in_time) ::kill(-child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (in_time && WIFEXITED(status)) result.status = WEXITSTATUS(status);
  if (result.status == kNotStarted) {
    throw Error(ErrorCode::io_failure, program.string(), "it could not be started");
  }
  return result;
}

std::filesystem::path find_in_path(const std::string& name) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::filesystem::path candidate = std::filesystem::path(folder.empty() ? "." : folder) / name;
    if (::access(candidate.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(candidate)) return candidate;
  }
  return {};
}

}  // namespace fanin::cli
