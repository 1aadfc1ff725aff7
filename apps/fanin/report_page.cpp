#include "apps/fanin/report_page.hpp"

#include "apps/fanin/output_files.hpp"
#include "fanin/report/page/page.hpp"

namespace fanin::cli {

std::filesystem::path page_path(const std::filesystem::path& folder) {
  return folder / (report::has_page() ? "report.html" : "report.json");
}

std::filesystem::path write_page(const std::filesystem::path& folder, std::string_view data) {
  const std::filesystem::path path = page_path(folder);
  write_file(path, report::has_page() ? report::page_html(data) : std::string(data));
  return path;
}

std::string page_line(const std::filesystem::path& path) {
  if (report::has_page()) return "Page: " + path.string() + "\n";
  return path.string() + ": " + std::string(report::no_page_reason()) + "\n";
}

}  // namespace fanin::cli
