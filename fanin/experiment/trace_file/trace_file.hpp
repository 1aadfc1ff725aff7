// Traces as files: JSON Lines, one header, a line per step, and an end line when the training ended. docs/trace.md is
// the reference of the format; recorders for other frameworks are in integrations/.
//
// A file grows by whole lines, so a run that is killed leaves a sound one, and one that is still being written can be
// read: a last line that is not finished is left out and counted.
//
//     experiment::TraceWriter writer("run.jsonl", trace);      // the header
//     writer.write_step(step);
//     writer.write_end(trace);
//
//     const experiment::TraceFile file = experiment::read_trace("run.jsonl");
//     const observe::Diagnosis diagnosis = observe::diagnose(file.trace);
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "fanin/observe/trace.hpp"

namespace fanin::experiment {

/// What a reader accepts before it refuses a file.
struct TraceLimits {
  std::uint64_t line_bytes = std::uint64_t{128} << 20;
  std::uint64_t memory_bytes = std::uint64_t{4} << 30;  ///< for the records of all steps
};

struct TraceFile {
  observe::Trace trace = {};
  std::int64_t lines = 0;
  std::uint64_t unfinished_bytes = 0;  ///< of a last line that was cut off, or is being written; not in `trace`
};

/// Reads a whole trace; one that is gzip is gunzipped.
/// @throws Error missing_data, io_failure; naming file, line and byte offset: bad_data (no JSON, a wrong type, a trace
/// that
///         contradicts itself, a limit), unsupported (a later version of the format, another format).
TraceFile read_trace(const std::filesystem::path& path, const TraceLimits& limits = {});
/// The same from memory; `name` stands for the path in messages.
TraceFile parse_trace(std::string_view text, std::string_view name, const TraceLimits& limits = {});

/// Reads a trace while another process writes it.
class TraceFollower final {
 public:
  explicit TraceFollower(std::filesystem::path path, const TraceLimits& limits = {});
  ~TraceFollower();
  TraceFollower(const TraceFollower&) = delete;
  TraceFollower& operator=(const TraceFollower&) = delete;

  /// Reads what has been added. Returns whether the trace has changed. A file that has become shorter, or another one
  /// of that name, is read from its start. Errors as read_trace's; a file that is not there yet is empty.
  bool update();
  /// Whether the header has been read.
  [[nodiscard]] bool started() const noexcept;
  [[nodiscard]] const observe::Trace& trace() const noexcept;
  [[nodiscard]] std::uint64_t unfinished_bytes() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Writes a trace line by line; every line is handed to the operating system whole.
class TraceWriter final {
 public:
  /// Replaces a file of that name. Writes the header: all of `trace` but its steps and its end.
  /// @throws Error io_failure with the path and the system's reason.
  TraceWriter(std::filesystem::path path, const observe::Trace& trace);
  ~TraceWriter();
  TraceWriter(const TraceWriter&) = delete;
  TraceWriter& operator=(const TraceWriter&) = delete;

  void write_step(const observe::TraceStep& step);
  /// What became known after the header: data, jacobian, output_means, non_finite.
  void write_facts(const observe::Trace& trace);
  /// The facts and `ended`.
  void write_end(const observe::Trace& trace);

 private:
  void write_line(const std::string& line);

  std::filesystem::path path_;
  int descriptor_ = -1;
};

/// The lines of a whole trace. Its network is left out where no text can describe it (net::to_toml).
std::string trace_text(const observe::Trace& trace);
/// Writes a whole trace, atomically. @throws Error io_failure.
void write_trace(const std::filesystem::path& path, const observe::Trace& trace);

}  // namespace fanin::experiment
