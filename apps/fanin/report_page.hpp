// The page that a command leaves in its output folder.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace fanin::cli {

/// What write_page would write into `folder`: report.html, or report.json where this program has no charts.
std::filesystem::path page_path(const std::filesystem::path& folder);

/// Writes it. @param data  of report/page/page_data.hpp. @throws OutputError.
std::filesystem::path write_page(const std::filesystem::path& folder, std::string_view data);

/// "Page: runs/first/report.html", or why there is none but data; a line for the end of a command's text.
std::string page_line(const std::filesystem::path& path);

}  // namespace fanin::cli
