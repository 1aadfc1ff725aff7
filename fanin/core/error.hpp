// The one exception of the library: an impossible request (a shape, a value, a file, an option).
// Numerical outcomes such as NaN are values, not errors; broken invariants are FANIN_ASSERT.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace fanin {

enum class ErrorCode {
  bad_value,     ///< a number or option outside its domain
  bad_shape,     ///< shapes that do not fit each other
  unknown_name,  ///< a name nobody knows; the message suggests the nearest ones
  bad_syntax,    ///< text that does not parse
  unsupported,   ///< understood, but not available here; the message names the way out
  missing_data,  ///< a file or data set that is not there
  bad_data,      ///< a damaged, truncated or hostile file; `where` holds file and byte offset
  io_failure,    ///< the operating system refused: full disk, no permission
};

/// "bad_value", "bad_shape", …: the code as text, for JSON and logs.
std::string_view to_string(ErrorCode code) noexcept;

/// An impossible request. `what()` is "where: message".
class Error final : public std::runtime_error {
 public:
  /// @param where    the tensor, option, or file and byte offset the request was about; may be empty.
  /// @param message  what was asked, what was found, what to try.
  Error(ErrorCode code, std::string where, std::string message);

  [[nodiscard]] ErrorCode code() const noexcept { return code_; }
  [[nodiscard]] const std::string& where() const noexcept { return where_; }
  [[nodiscard]] const std::string& message() const noexcept { return message_; }

 private:
  ErrorCode code_;
  std::string where_;
  std::string message_;
};

namespace detail {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;
}

}  // namespace fanin

/// Checks an invariant of fanin's own code. User input never reaches it.
#define FANIN_ASSERT(condition) \
  (static_cast<bool>(condition) ? void(0) : ::fanin::detail::assertion_failed(#condition, __FILE__, __LINE__))
