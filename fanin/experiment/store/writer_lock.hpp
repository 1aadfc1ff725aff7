// One writer for each store: a lock beside the file, which ends with the process that holds it, however it ends.
#pragma once

#include <filesystem>
#include <string>

namespace fanin::experiment {

class WriterLock final {
 public:
  /// @throws Error io_failure when another process still holds the lock after the wait, or none can be made.
  WriterLock(const std::filesystem::path& store, double wait_seconds);
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  std::string name_;
  int file_ = -1;
};

}  // namespace fanin::experiment
