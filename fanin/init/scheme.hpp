// A scheme: its entry in the catalogue and how its arguments become a rule. Each file under
// schemes/ defines the schemes it is named after; schemes/all.hpp lists them.
#pragma once

#include <memory>
#include <string>

#include "fanin/core/call_expr.hpp"
#include "fanin/init/catalogue.hpp"
#include "fanin/init/dialect.hpp"
#include "fanin/init/rule.hpp"

namespace fanin::init {

using RulePtr = std::shared_ptr<const Initializer::Rule>;

struct Scheme {
  InitializerInfo info;
  /// Reads the scheme's arguments; the caller has taken dialect= out and calls reader.finish().
  /// @throws Error bad_value, unsupported (the dialect has no such scheme).
  RulePtr (*parse)(CallReader& reader, Dialect dialect) = nullptr;
};

/// Refuses a number that f32 values cannot hold.
/// @throws Error bad_value naming the scheme and the argument.
double checked_f32(double value, std::string_view scheme, std::string_view argument);
/// Also refuses negative numbers.
double checked_std_dev(double value, std::string_view scheme, std::string_view argument);

}  // namespace fanin::init
