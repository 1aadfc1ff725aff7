#include "fanin/experiment/store/writer_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <thread>

#include "fanin/core/error.hpp"

namespace fanin::experiment {

// A file of its own: closing any descriptor of the database would drop the locks that SQLite has on it in this process.
WriterLock::WriterLock(const std::filesystem::path& store, double wait_seconds) {
  const std::string name = store.string() + ".lock";
  file_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
  if (file_ < 0) {
    throw Error(ErrorCode::io_failure, store.string(),
                "cannot be written: " + name + ": " + std::generic_category().message(errno));
  }
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::duration<double>(wait_seconds);
  while (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    const bool waits = reason == EWOULDBLOCK || reason == EINTR;
    if (waits && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      continue;
    }
    ::close(file_);
    throw Error(ErrorCode::io_failure, store.string(),
                waits ? "another process is writing this store; wait for it to end, or write into another folder"
                      : "its lock cannot be had: " + std::generic_category().message(reason));
  }
}

WriterLock::~WriterLock() { ::close(file_); }

}  // namespace fanin::experiment
