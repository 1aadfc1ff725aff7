// fanin report: makes the page of a run again, opens it, draws pictures of it.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "apps/fanin/browser.hpp"
#include "apps/fanin/commands.hpp"
#include "apps/fanin/errors.hpp"
#include "apps/fanin/output_files.hpp"
#include "fanin/core/error.hpp"
#include "fanin/io/bytes.hpp"
#include "fanin/report/page/page.hpp"

namespace fanin::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string run;
  std::string output;
  bool open = false;
  bool png = false;
  bool json = false;
};

// The file that holds a run's data: the one named, or the one in the folder named.
fs::path source_of(const std::string& run) {
  if (run.empty()) {
    throw Error(ErrorCode::bad_value, "report", "which run? Name the folder that --out gave, such as runs/first");
  }
  if (!fs::is_directory(run)) {
    if (fs::exists(run)) return run;
    throw Error(ErrorCode::missing_data, run, "there is no such folder or file");
  }
  for (const char* name : {"report.html", "report.json"}) {
    if (fs::exists(fs::path(run) / name)) return fs::path(run) / name;
  }
  throw Error(ErrorCode::missing_data, run,
              "it holds neither report.html nor report.json; compare, train, check and sweep write one with --out");
}

void draw(const fs::path& page) {
  const Browser browser = find_browser();
  const fs::path folder = page.parent_path() / "pictures";
  make_folder(folder);
  for (const Picture& picture : pictures_of(browser, page)) {
    const fs::path png = folder / (picture.name + ".png");
    check_writable(png);
    draw_picture(browser, page, picture, png);
    print(png.string() + "\n");
  }
}

int report(const Options& options) {
  const fs::path source = source_of(options.run);
  const std::vector<std::uint8_t> bytes = io::read_file(source);
  const std::string data = report::page_data_in(std::string(bytes.begin(), bytes.end()), source.string());
  if (options.json) {
    print(data);
    return kOk;
  }
  const fs::path page = options.output.empty() ? source.parent_path() / "report.html" : fs::path(options.output);
  if (report::has_page()) {
    write_file(page, report::page_html(data));
  } else if (source.extension() != ".html") {
    throw Error(ErrorCode::unsupported, page.string(), std::string(report::no_page_reason()));
  }
  const fs::path shown = report::has_page() ? page : source;  // without charts of its own it can still show another's
  if (!options.png) print(shown.string() + "\n");
  if (options.png) draw(shown);
  if (options.open) open_page(shown);
  return kOk;
}

std::function<int()> declare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("run", options->run, "folder of a run, or the report.html or report.json in it")
      ->type_name("")
      ->option_text("RUN");
  app.add_option("-o,--output", options->output, "write the page there (default: report.html in the folder)")
      ->type_name("FILE");
  app.add_flag("--open", options->open, "open the page in the desktop's browser");
  app.add_flag("--png", options->png, "draw each chart into pictures/ beside the page; needs Chromium or Chrome");
  app.add_flag("--json", options->json, "print the page's data (docs/report.md) and write nothing");
  app.footer(
      "The page is written again from the data in it, with the charts of this version.\n"
      "\n"
      "Examples:\n"
      "  fanin report runs/first --open\n"
      "  fanin report runs/first --png\n"
      "  fanin report runs/first --json\n"
      "\n" +
      std::string(kExitStatusHelp));
  return [options] { return report(*options); };
}

}  // namespace

extern const Command kReportCommand;
const Command kReportCommand{"report", "the page of a run: make it again, open it, draw its charts as pictures",
                             declare};

}  // namespace fanin::cli
