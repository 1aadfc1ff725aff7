#include "apps/fanin/browser.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <sstream>
#include <string_view>
#include <system_error>

#include "apps/fanin/child_process.hpp"
#include "fanin/core/error.hpp"

namespace fanin::cli {
namespace {

constexpr int kSeconds = 60;

// A folder for one browser's settings, gone with the object.
class Profile final {
 public:
  Profile() : path_((std::filesystem::temp_directory_path() / "fanin-browser-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) {
      throw Error(ErrorCode::io_failure, path_, "no folder can be made here; TMPDIR names another place");
    }
  }
  ~Profile() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

// file:///… with everything but plain characters escaped.
std::string url_of(const std::filesystem::path& page) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string url = "file://";
  for (const char c : std::filesystem::absolute(page).string()) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("/-_.~").find(c) != std::string_view::npos;
    if (plain) {
      url += c;
    } else {
      url += '%';
      url += kDigits[byte / 16U];
      url += kDigits[byte % 16U];
    }
  }
  return url;
}

ChildResult run(const Browser& browser, const std::vector<std::string>& more, const std::string& url) {
  const Profile profile;
  std::vector<std::string> arguments{"--headless",
                                     "--disable-gpu",
                                     "--disable-quic",
                                     "--no-first-run",
                                     "--disable-background-networking",
                                     "--disable-component-update",
                                     "--disable-sync",
                                     "--hide-scrollbars",
                                     "--virtual-time-budget=5000",
                                     "--user-data-dir=" + profile.path()};
  if (::geteuid() == 0) arguments.emplace_back("--no-sandbox");  // its sandbox refuses to run for root
  arguments.insert(arguments.end(), more.begin(), more.end());
  arguments.push_back(url);
  return run_child(browser.program, arguments, kSeconds);
}

[[noreturn]] void fail(const Browser& browser, const std::string& doing) {
  throw Error(ErrorCode::missing_data, browser.program.string(),
              "it could not " + doing + "; the page itself is whole, open it in any browser");
}

}  // namespace

Browser find_browser() {
  for (const char* name : {"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
                           "microsoft-edge", "headless_shell"}) {
    if (std::filesystem::path found = find_in_path(name); !found.empty()) return {std::move(found)};
  }
  const std::filesystem::path mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
  if (std::filesystem::exists(mac)) return {mac};
  throw Error(ErrorCode::missing_data, "--png",
              "pictures need Chromium or Chrome, and none is on the PATH; install one (Debian: apt-get install "
              "chromium), or print the page to PDF in the browser you have");
}

std::vector<Picture> pictures_of(const Browser& browser, const std::filesystem::path& page) {
  const std::string text = run(browser, {"--dump-dom", "--window-size=" + std::to_string(kPictureWidth) + ",680"},
                               url_of(page) + "#pictures")
                               .output;
  constexpr std::string_view kBegin = "<pre id=\"pictures\">";
  const std::size_t begin = text.find(kBegin);
  if (begin == std::string::npos) fail(browser, "read the page");
  std::istringstream lines(text.substr(begin + kBegin.size(), text.find("</pre>", begin) - begin - kBegin.size()));
  std::vector<Picture> pictures;
  for (Picture picture; lines >> picture.name >> picture.height;) {
    const bool sound = picture.name.find('/') == std::string::npos && picture.height > 0 && picture.height <= 20'000;
    if (!sound) fail(browser, "read the page");
    pictures.push_back(picture);
  }
  return pictures;
}

void draw_picture(const Browser& browser, const std::filesystem::path& page, const Picture& picture,
                  const std::filesystem::path& png) {
  std::error_code ignored;
  std::filesystem::remove(png, ignored);
  run(browser,
      {"--screenshot=" + png.string(), "--force-device-scale-factor=2",
       "--window-size=" + std::to_string(kPictureWidth) + "," + std::to_string(picture.height)},
      url_of(page) + "#picture=" + picture.name);
  if (!std::filesystem::exists(png)) fail(browser, "draw " + png.string());
}

void open_page(const std::filesystem::path& page) {
  for (const char* name : {"xdg-open", "open", "wslview"}) {
    const std::filesystem::path opener = find_in_path(name);
    if (opener.empty()) continue;
    if (run_child(opener, {std::filesystem::absolute(page).string()}, 20).status == 0) return;
    break;
  }
  throw Error(ErrorCode::missing_data, "--open",
              "no desktop here opens pages; open " + page.string() + " in a browser, also on another machine");
}

}  // namespace fanin::cli
