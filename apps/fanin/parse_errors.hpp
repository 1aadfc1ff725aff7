// What CLI11 finds wrong with a command line, as an Error with the nearest names.
#pragma once

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace fanin::cli {

/// Refuses arguments that nobody took. @throws Error unknown_name, bad_syntax.
void refuse_leftovers(const CLI::App& root);

/// @throws Error bad_syntax in place of `error`.
[[noreturn]] void rethrow_parse_error(const CLI::ParseError& error);

}  // namespace fanin::cli
