#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "fanin/core/error.hpp"
#include "fanin/experiment/trace_file/lines.hpp"
#include "fanin/experiment/trace_file/trace_file.hpp"
#include "fanin/io/atomic_file.hpp"

namespace fanin::experiment {
namespace {

constexpr mode_t kPermissions = 0666;  // less the process's mask

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view action) {
  const int error = errno;
  throw Error(ErrorCode::io_failure, path.string(), std::string(action) + " failed: " + std::strerror(error));
}

}  // namespace

TraceWriter::TraceWriter(std::filesystem::path path, const observe::Trace& trace)
    : path_(std::move(path)),
      descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, kPermissions)) {
  if (descriptor_ < 0) fail(path_, "opening for writing");
  try {
    write_line(trace_file::header_line(trace));
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

TraceWriter::~TraceWriter() { ::close(descriptor_); }

void TraceWriter::write_step(const observe::TraceStep& step) { write_line(trace_file::step_line(step)); }
void TraceWriter::write_facts(const observe::Trace& trace) { write_line(trace_file::facts_line(trace)); }
void TraceWriter::write_end(const observe::Trace& trace) { write_line(trace_file::end_line(trace)); }

void TraceWriter::write_line(const std::string& line) {
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t count = ::write(descriptor_, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path_, "writing");
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string trace_text(const observe::Trace& trace) {
  std::string text = trace_file::header_line(trace);
  for (const observe::TraceStep& step : trace.steps) text += trace_file::step_line(step);
  if (!trace.ended.empty()) text += trace_file::end_line(trace);
  return text;
}

void write_trace(const std::filesystem::path& path, const observe::Trace& trace) {
  io::AtomicFile file(path);
  file.write(trace_file::header_line(trace));
  for (const observe::TraceStep& step : trace.steps) file.write(trace_file::step_line(step));
  if (!trace.ended.empty()) file.write(trace_file::end_line(trace));
  file.commit();
}

}  // namespace fanin::experiment
