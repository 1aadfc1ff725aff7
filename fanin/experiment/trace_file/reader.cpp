#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "fanin/core/error.hpp"
#include "fanin/experiment/trace_file/parser.hpp"
#include "fanin/io/bytes.hpp"

namespace fanin::experiment {
namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10;

TraceFile result_of(trace_file::Parser& parser, std::string_view name) {
  parser.finish();
  if (!parser.started()) {
    const std::string found = parser.unfinished_bytes() == 0 ? "it is empty" : "its first line is not finished";
    throw Error(ErrorCode::bad_data, std::string(name) + ", line 1, byte offset 0",
                "there is no header yet: " + found + "; try again when the training runs, or use --follow");
  }
  const std::int64_t lines = parser.lines();
  const std::uint64_t unfinished = parser.unfinished_bytes();
  return {parser.take(), lines, unfinished};
}

[[noreturn]] void fail(const std::filesystem::path& path, std::string_view action) {
  const int error = errno;
  throw Error(ErrorCode::io_failure, path.string(), std::string(action) + " failed: " + std::strerror(error));
}

}  // namespace

TraceFile read_trace(const std::filesystem::path& path, const TraceLimits& limits) {
  const auto source = io::open_source(path);
  trace_file::Parser parser(path.string(), limits);
  std::vector<std::uint8_t> piece(kPiece);
  while (const std::size_t count = source->read(piece)) {
    parser.feed({reinterpret_cast<const char*>(piece.data()), count});
  }
  return result_of(parser, path.string());
}

TraceFile parse_trace(std::string_view text, std::string_view name, const TraceLimits& limits) {
  trace_file::Parser parser(std::string(name), limits);
  parser.feed(text);
  return result_of(parser, name);
}

struct TraceFollower::State {
  State(std::filesystem::path file, const TraceLimits& bounds)
      : path(std::move(file)), limits(bounds), parser(path.string(), limits) {}
  ~State() { close(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void close() noexcept {
    if (descriptor >= 0) ::close(descriptor);
    descriptor = -1;
  }

  /// Opens the file, or opens it again when another one has its name or it has become shorter. Returns whether it is
  /// there.
  bool open() {
    struct stat named {};
    if (::stat(path.c_str(), &named) != 0) {
      if (errno == ENOENT) return descriptor >= 0;
      fail(path, "looking for it");
    }
    if (S_ISDIR(named.st_mode)) throw Error(ErrorCode::missing_data, path.string(), "is a folder; name a file in it");
    if (!S_ISREG(named.st_mode)) {
      throw Error(ErrorCode::unsupported, path.string(), "is no regular file, so it cannot be followed; read it whole");
    }
    const bool same = descriptor >= 0 && named.st_ino == inode && named.st_dev == device &&
                      static_cast<std::uint64_t>(named.st_size) >= offset;
    if (same) return true;
    close();
    descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) fail(path, "opening");
    struct stat opened {};
    if (::fstat(descriptor, &opened) != 0) fail(path, "asking for its size");
    inode = opened.st_ino;
    device = opened.st_dev;
    offset = 0;
    parser = trace_file::Parser(path.string(), limits);
    restarted = true;
    return true;
  }

  std::filesystem::path path;
  TraceLimits limits;
  trace_file::Parser parser;
  int descriptor = -1;
  ino_t inode = 0;
  dev_t device = 0;
  std::uint64_t offset = 0;
  bool restarted = false;
};

TraceFollower::TraceFollower(std::filesystem::path path, const TraceLimits& limits)
    : state_(std::make_unique<State>(std::move(path), limits)) {}

TraceFollower::~TraceFollower() = default;

bool TraceFollower::update() {
  State& state = *state_;
  const bool had_lines = state.parser.lines() > 0;
  state.restarted = false;
  if (!state.open()) return false;
  const std::int64_t before = state.parser.lines();
  std::vector<char> piece(kPiece);
  for (;;) {
    const ssize_t count = ::read(state.descriptor, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(state.path, "reading");
    if (count == 0) break;
    state.offset += static_cast<std::uint64_t>(count);
    state.parser.feed({piece.data(), static_cast<std::size_t>(count)});
  }
  return state.parser.lines() > before || (state.restarted && had_lines);
}

bool TraceFollower::started() const noexcept { return state_->parser.started(); }
const observe::Trace& TraceFollower::trace() const noexcept { return state_->parser.trace(); }
std::uint64_t TraceFollower::unfinished_bytes() const noexcept { return state_->parser.unfinished_bytes(); }

}  // namespace fanin::experiment
