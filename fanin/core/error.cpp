#include "fanin/core/error.hpp"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace fanin {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::bad_value: return "bad_value";
    case ErrorCode::bad_shape: return "bad_shape";
    case ErrorCode::unknown_name: return "unknown_name";
    case ErrorCode::bad_syntax: return "bad_syntax";
    case ErrorCode::unsupported: return "unsupported";
    case ErrorCode::missing_data: return "missing_data";
    case ErrorCode::bad_data: return "bad_data";
    case ErrorCode::io_failure: return "io_failure";
  }
  return "unknown";
}

Error::Error(ErrorCode code, std::string where, std::string message)
    : std::runtime_error(where.empty() ? message : where + ": " + message),
      code_(code),
      where_(std::move(where)),
      message_(std::move(message)) {}

namespace detail {

void assertion_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr, "fanin: internal error: %s is false at %s:%d\n", expression, file, line);
  std::abort();
}

}  // namespace detail
}  // namespace fanin
