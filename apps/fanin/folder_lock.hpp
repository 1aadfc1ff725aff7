// Keeps a second process from writing the checkpoints of a training into the same folder. The lock is the kernel's:
// it ends with the process, however that ends, and leaves no file behind.
#pragma once

#include <filesystem>

namespace fanin::cli {

class FolderLock final {
 public:
  /// Creates the folder where it is missing. Where the file system knows no locks, there is none.
  /// @throws Error bad_value when another process has it, OutputError when it cannot be created.
  explicit FolderLock(const std::filesystem::path& folder);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  int descriptor_ = -1;
};

}  // namespace fanin::cli
