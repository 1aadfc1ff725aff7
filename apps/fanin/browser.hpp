// A browser that is installed: to show a page to a person, and to draw pictures of it without a window.
//
//     Browser browser = find_browser();
//     for (const Picture& picture : pictures_of(browser, page)) draw_picture(browser, page, picture, picture.name +
//     ".png");
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fanin::cli {

struct Browser {
  std::filesystem::path program;
};

struct Picture {
  std::string name;
  int height = 680;  ///< that it needs, px, at kPictureWidth
};
inline constexpr int kPictureWidth = 1100;

/// Chromium, Chrome or Edge, by PATH or in the usual places. @throws Error missing_data saying how to get one.
Browser find_browser();

/// A page's pictures, as the page itself tells them. @throws Error missing_data when the browser fails.
std::vector<Picture> pictures_of(const Browser& browser, const std::filesystem::path& page);

/// @throws Error missing_data when the browser fails.
void draw_picture(const Browser& browser, const std::filesystem::path& page, const Picture& picture,
                  const std::filesystem::path& png);

/// Hands the page to the desktop. @throws Error missing_data where there is none.
void open_page(const std::filesystem::path& page);

}  // namespace fanin::cli
