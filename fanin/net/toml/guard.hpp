// What a TOML text must keep to before a parser sees it. The parser calls itself for
// nested values and tables, and searches lists of the tables it made, so a text built for it could use up
// the stack or take hours.
#pragma once

#include <string_view>

namespace fanin::net {

/// At most 64 MiB, brackets 32 deep, keys of 16 parts, 1,000 keys with more than one part, and 10,000 headers
/// besides [[layer]].
/// @throws Error bad_data naming source and line.
void check_toml_is_tame(std::string_view text, std::string_view source);

}  // namespace fanin::net
