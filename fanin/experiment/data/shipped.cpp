#include "fanin/experiment/data/shipped.hpp"

#include <cstdlib>
#include <string>
#include <system_error>

#include "fanin/core/error.hpp"

namespace fanin::experiment {

namespace fs = std::filesystem;

std::vector<fs::path> shipped_folders() {
  std::vector<fs::path> folders;
  const char* named = std::getenv("FANIN_DATA_DIR");
  if (named != nullptr && *named != '\0') folders.emplace_back(named);
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);  // Linux; elsewhere nothing is found
  if (!error) folders.push_back(program.parent_path().parent_path() / "share" / "fanin");
  folders.emplace_back(FANIN_INSTALLED_DATA_DIR);
  folders.emplace_back(FANIN_SOURCE_DATA_DIR);
  return folders;
}

fs::path find_shipped(const fs::path& file) {
  std::string looked;
  for (const fs::path& folder : shipped_folders()) {
    std::error_code error;
    fs::path found = folder / file;
    if (fs::is_regular_file(found, error)) return found;
    looked += (looked.empty() ? "" : ", ") + found.string();
  }
  throw Error(
      ErrorCode::missing_data, file.string(),
      "the file that comes with fanin is not there; looked for " + looked + "; FANIN_DATA_DIR names its folder");
}

}  // namespace fanin::experiment
