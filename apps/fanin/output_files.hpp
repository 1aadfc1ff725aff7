// The files a command leaves behind. They are tried out before the work starts, so that nothing
// is lost at its end.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace fanin::cli {

/// Makes sure that `folder` exists, creating it with its parents. @throws OutputError.
void make_folder(const std::filesystem::path& folder);

/// Makes sure that `path` can be written, without touching it. @throws OutputError.
void check_writable(const std::filesystem::path& path);

/// Writes a whole file, or leaves the old one as it was; what killed processes left of it goes. @throws OutputError.
void write_file(const std::filesystem::path& path, std::string_view contents);

/// Prints the text where the destination is "-", else writes that file. @throws OutputError.
void print_or_write(const std::string& destination, std::string_view text);

}  // namespace fanin::cli
