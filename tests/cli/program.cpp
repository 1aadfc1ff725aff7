#include "program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

extern char** environ;  // NOLINT(readability-redundant-declaration): not every system's headers have it

namespace fanin::cli_test {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kTooLong = std::chrono::seconds(60);
constexpr auto kPoll = std::chrono::milliseconds(5);

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

std::vector<std::string> full_environment(const Environment& changes) {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text(*entry);
    const std::size_t sign = text.find('=');
    if (sign != std::string::npos) variables[text.substr(0, sign)] = text.substr(sign + 1);
  }
  for (const char* name : {"NO_COLOR", "COLUMNS", "LINES", "LC_ALL", "LC_CTYPE"}) variables.erase(name);
  variables["LANG"] = "C.UTF-8";
  variables["TERM"] = "xterm-256color";
  for (const auto& [name, value] : changes) variables[name] = value;
  std::vector<std::string> entries;
  for (const auto& [name, value] : variables) entries.push_back(name + "=" + value);
  return entries;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// Starts the program; `arrange` runs in the child and sets up its descriptors.
template <typename Arrange>
pid_t start(const Arguments& arguments, const Environment& environment, const Arrange& arrange) {
  std::vector<std::string> argument_texts{FANIN_PROGRAM};
  argument_texts.insert(argument_texts.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment_texts = full_environment(environment);
  const std::vector<char*> argument_pointers = pointers(argument_texts);
  const std::vector<char*> environment_pointers = pointers(environment_texts);
  const pid_t child = ::fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    if (arrange()) ::execve(FANIN_PROGRAM, argument_pointers.data(), environment_pointers.data());
    ::_exit(127);
  }
  return child;
}

bool redirect(const char* path, int flags, int target) {
  const int file = ::open(path, flags, 0600);
  return file >= 0 && ::dup2(file, target) == target;
}

pid_t start_into_files(const Arguments& arguments, const Environment& environment, const std::filesystem::path& out,
                       const std::filesystem::path& err) {
  return start(arguments, environment, [&] {
    return redirect("/dev/null", O_RDONLY, STDIN_FILENO) &&
           redirect(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO) &&
           redirect(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
  });
}

int status_of(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

/// Waits for the end, at most kTooLong; then kills.
int wait_for_end(pid_t child) {
  const auto deadline = Clock::now() + kTooLong;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (Clock::now() > deadline) ::kill(child, SIGKILL);
    std::this_thread::sleep_for(kPoll);
  }
  return status_of(status);
}

bool has_ended(pid_t child) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == child;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "fanin-cli-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) fail("mkdtemp");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

Program::Program(const Arguments& arguments, const Environment& environment)
    : child_(start_into_files(arguments, environment, folder_ / "out", folder_ / "err")) {}

Program::~Program() {
  if (child_ < 0) return;
  ::kill(child_, SIGKILL);
  wait_for_end(child_);
}

bool Program::wait_for(std::string_view text) {
  const auto deadline = Clock::now() + kTooLong;
  while (Clock::now() < deadline) {
    const bool ended = has_ended(child_);
    if (read_file(folder_ / "err").find(text) != std::string::npos) return true;
    if (ended) return false;
    std::this_thread::sleep_for(kPoll);
  }
  return false;
}

bool Program::ended() const { return has_ended(child_); }

void Program::signal(int number) const { ::kill(child_, number); }

Finished Program::finish() {
  Finished finished;
  finished.status = wait_for_end(child_);
  child_ = -1;
  finished.out = read_file(folder_ / "out");
  finished.err = read_file(folder_ / "err");
  return finished;
}

Finished run(const Arguments& arguments, const Environment& environment) {
  return Program(arguments, environment).finish();
}

Finished run_into(const std::filesystem::path& path, const Arguments& arguments) {
  const TemporaryFolder folder;
  Finished finished;
  finished.status = wait_for_end(start_into_files(arguments, {}, path, folder / "err"));
  finished.err = read_file(folder / "err");
  return finished;
}

TerminalSession::TerminalSession(const Arguments& arguments, int columns, const Environment& environment) {
  master_ = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0) fail("posix_openpt");
  const std::string name = ::ptsname(master_);
  const int master = master_;
  child_ = start(arguments, environment, [&] {
    ::close(master);
    ::setsid();
    const int terminal = ::open(name.c_str(), O_RDWR);
    winsize size{};
    size.ws_col = static_cast<unsigned short>(columns);
    size.ws_row = 24;
    return terminal >= 0 && ::ioctl(terminal, TIOCSCTTY, 0) == 0 && ::ioctl(terminal, TIOCSWINSZ, &size) == 0 &&
           ::dup2(terminal, STDIN_FILENO) >= 0 && ::dup2(terminal, STDOUT_FILENO) >= 0 &&
           ::dup2(terminal, STDERR_FILENO) >= 0;
  });
}

TerminalSession::~TerminalSession() {
  if (child_ >= 0) {
    ::kill(child_, SIGKILL);
    wait_for_end(child_);
  }
  ::close(master_);
}

bool TerminalSession::read_more() {
  pollfd ready{master_, POLLIN, 0};
  if (::poll(&ready, 1, std::chrono::milliseconds(kTooLong).count()) <= 0) return false;
  char buffer[4096];
  const ssize_t got = ::read(master_, buffer, sizeof buffer);
  if (got <= 0) return false;  // the program has ended
  shown_.append(buffer, static_cast<std::size_t>(got));
  return true;
}

bool TerminalSession::wait_for(std::string_view text) {
  while (shown_.find(text) == std::string::npos) {
    if (!read_more()) return false;
  }
  return true;
}

void TerminalSession::press(std::string_view keys) const {
  if (::write(master_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) fail("write");
}

int TerminalSession::finish() {
  while (read_more()) {
  }
  const int status = wait_for_end(child_);
  child_ = -1;
  return status;
}

void write_idx_folder(const std::filesystem::path& folder, std::size_t train_rows, std::size_t test_rows,
                      std::size_t side) {
  std::filesystem::create_directories(folder);
  const auto big_endian = [](std::size_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>((value >> shift) & 0xFF);
    return bytes;
  };
  for (const bool train : {true, false}) {
    const std::size_t rows = train ? train_rows : test_rows;
    std::string images = std::string("\0\0\x08\x03", 4) + big_endian(rows) + big_endian(side) + big_endian(side);
    std::string labels = std::string("\0\0\x08\x01", 4) + big_endian(rows);
    for (std::size_t row = 0; row < rows; ++row) {
      const std::size_t label = row % 2;
      labels += static_cast<char>(label);
      for (std::size_t pixel = 0; pixel < side * side; ++pixel) {
        const std::size_t level = (2 * pixel / (side * side) == label ? 200 : 20) + (row * 7 + pixel * 3) % 50;
        images += static_cast<char>(level);
      }
    }
    const std::string part = train ? "train" : "t10k";
    write_file(folder / (part + "-images-idx3-ubyte"), images);
    write_file(folder / (part + "-labels-idx1-ubyte"), labels);
  }
}

}  // namespace fanin::cli_test
