// Private to this room: what web/ was bundled to when the program was built. page_bundle_absent.cpp stands in where
// there was no Node.
#pragma once

#include <string_view>

namespace fanin::report {

struct PageBundle {
  std::string_view page;  ///< HTML with the marks %STYLE%, %SCRIPT%, %STYLE_HASH%, %SCRIPT_HASH%, %TITLE%, %DATA%
  std::string_view style;
  std::string_view script;
  std::string_view style_hash;  ///< "sha256-…", for the page's security policy
  std::string_view script_hash;
};

/// Empty texts where there is none.
const PageBundle& page_bundle() noexcept;

}  // namespace fanin::report
