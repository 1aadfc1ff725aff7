// Runs the fanin program as a person or a script would: with arguments, an environment, files or
// a pseudo-terminal for its output, and signals.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fanin::cli_test {

using Arguments = std::vector<std::string>;
/// Set on top of the tests' own environment, from which what concerns terminals is removed.
using Environment = std::map<std::string, std::string>;

/// A folder of its own for each test, removed afterwards.
class TemporaryFolder final {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view bytes);

struct Finished {
  int status = -1;  ///< exit status, or 128 + the signal that ended it
  std::string out;
  std::string err;
};

/// A running program. Its output goes to files. Killed when it is destroyed or takes too long.
class Program final {
 public:
  explicit Program(const Arguments& arguments, const Environment& environment = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Waits until standard error contains `text`; false when the program ends before that.
  bool wait_for(std::string_view text);
  [[nodiscard]] bool ended() const;
  void signal(int number) const;
  Finished finish();

 private:
  TemporaryFolder folder_;
  pid_t child_ = -1;
};

/// Runs it to its end.
Finished run(const Arguments& arguments, const Environment& environment = {});
/// Standard output goes to `path` instead.
Finished run_into(const std::filesystem::path& path, const Arguments& arguments);

/// The program on a pseudo-terminal: everything it shows, and keys that are pressed.
class TerminalSession final {
 public:
  TerminalSession(const Arguments& arguments, int columns, const Environment& environment = {});
  ~TerminalSession();
  TerminalSession(const TerminalSession&) = delete;
  TerminalSession& operator=(const TerminalSession&) = delete;

  /// Reads until what was shown so far contains `text`; false when the program ends before that.
  bool wait_for(std::string_view text);
  void press(std::string_view keys) const;
  /// Reads to the end; gives the exit status as in Finished.
  int finish();
  const std::string& shown() const { return shown_; }

 private:
  bool read_more();

  int master_ = -1;
  pid_t child_ = -1;
  std::string shown_;
};

/// Four IDX files of 4 x 4 images in two classes that a small network learns at once.
void write_idx_folder(const std::filesystem::path& folder, std::size_t train_rows = 64, std::size_t test_rows = 32,
                      std::size_t side = 4);

}  // namespace fanin::cli_test
