#include "fanin/experiment/store/writer_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <thread>

#include "fanin/core/error.hpp"

namespace fanin::experiment {

namespace {

// Whoever held the lock before takes its file away, perhaps between our opening it and our locking it.
bool is_still_there(int file, const std::string& name) {
  struct ::stat ours {};
  struct ::stat there {};
  return ::fstat(file, &ours) == 0 && ::stat(name.c_str(), &there) == 0 && ours.st_dev == there.st_dev &&
         ours.st_ino == there.st_ino;
}

}  // namespace

// A file of its own: closing any descriptor of the database would drop the locks that SQLite has on it in this process.
WriterLock::WriterLock(const std::filesystem::path& store, double wait_seconds) : name_(store.string() + ".lock") {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::duration<double>(wait_seconds);
  for (;;) {
    file_ = ::open(name_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (file_ < 0) {
      throw Error(ErrorCode::io_failure, store.string(),
                  "cannot be written: " + name_ + ": " + std::generic_category().message(errno));
    }
    const bool locked = ::flock(file_, LOCK_EX | LOCK_NB) == 0;
    const int reason = errno;
    if (locked && is_still_there(file_, name_)) return;
    ::close(file_);
    const bool waits = locked || reason == EWOULDBLOCK || reason == EINTR;
    if (waits && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      continue;
    }
    throw Error(ErrorCode::io_failure, store.string(),
                waits ? "another process is writing this store; wait for it to end, or write into another folder"
                      : "its lock cannot be had: " + std::generic_category().message(reason));
  }
}

WriterLock::~WriterLock() {
  ::unlink(name_.c_str());
  ::close(file_);
}

}  // namespace fanin::experiment
