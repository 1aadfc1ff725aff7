// Private to this folder: bytes of a trace file in, a trace out, in pieces of any size.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fanin/experiment/trace_file/json_reader.hpp"
#include "fanin/experiment/trace_file/trace_file.hpp"

namespace fanin::experiment::trace_file {

class Parser final {
 public:
  Parser(std::string name, const TraceLimits& limits) : name_(std::move(name)), limits_(limits) {}

  /// Reads the lines that `bytes` complete. @throws Error as read_trace.
  void feed(std::string_view bytes);
  /// No more bytes will come: a last line without a newline is read when it is whole.
  void finish();

  [[nodiscard]] const observe::Trace& trace() const noexcept { return trace_; }
  [[nodiscard]] observe::Trace take() { return std::move(trace_); }
  [[nodiscard]] std::int64_t lines() const noexcept { return lines_; }
  [[nodiscard]] std::uint64_t unfinished_bytes() const noexcept { return unfinished_.size(); }
  [[nodiscard]] bool started() const noexcept { return started_; }

 private:
  void read_line(std::string_view line);
  [[nodiscard]] ReadJson parse_json(std::string_view line) const;
  void read_record(const ReadJson& json);
  void read_header(const ReadJson& json);
  void read_network(const ReadJson& json);
  void read_step(const ReadJson& json);
  void read_facts(const ReadJson& json);
  void take_memory(std::uint64_t bytes);
  [[nodiscard]] std::string where(std::uint64_t column = 0) const;

  std::string name_;
  TraceLimits limits_;
  observe::Trace trace_ = {};
  std::string unfinished_;
  std::uint64_t offset_ = 0;  // of the line that is read next
  std::int64_t lines_ = 0;
  std::uint64_t memory_ = 0;
  bool started_ = false;
  bool ended_ = false;
};

}  // namespace fanin::experiment::trace_file
