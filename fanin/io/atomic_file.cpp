#include "fanin/io/atomic_file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "fanin/core/error.hpp"

namespace fanin::io {
namespace {

constexpr std::size_t kMostPerCall = std::size_t{1} << 30;  // write() may refuse more than 2 GiB
constexpr std::string_view kTemporarySuffix = ".tmp";
constexpr int kMaxNameTries = 1000;
constexpr int kMaxLinks = 40;          // as Linux follows
constexpr mode_t kDefaultMode = 0666;  // the umask takes its part away

Error io_error(const std::filesystem::path& path, std::string_view action, int error) {
  return {ErrorCode::io_failure, path.string(), std::string(action) + " failed: " + std::strerror(error)};
}

/// /proc/self/fd/1 and its like, to which /dev/stdout leads: an open file, not a place for a new one.
bool is_process_link(const std::filesystem::path& path) { return path.string().starts_with("/proc/"); }

/// Where a path leads when symbolic links are followed; the last one may not exist yet.
std::filesystem::path follow_links(const std::filesystem::path& path) {
  std::filesystem::path target = path;
  std::error_code error;
  for (int depth = 0; depth < kMaxLinks && !is_process_link(target) && std::filesystem::is_symlink(target, error);
       ++depth) {
    const std::filesystem::path link = std::filesystem::read_symlink(target, error);
    if (error) return path;
    target = link.is_absolute() ? link : target.parent_path() / link;
  }
  return target;
}

/// Makes the renaming itself survive a crash. Some file systems cannot; then nothing is lost but that.
void sync_folder(const std::filesystem::path& folder) noexcept {
  const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

/// What the temporary names of a file begin with.
std::string temporary_prefix(const std::filesystem::path& target) {
  std::string name(1, '.');
  name += target.filename().string();
  name += '.';
  return name;
}

/// The `n`-th candidate for a temporary name: hidden, in the same folder, told apart by process.
std::filesystem::path temporary_name(const std::filesystem::path& target, unsigned n) {
  std::string name = temporary_prefix(target);
  name += std::to_string(::getpid());
  name += '-' + std::to_string(n);
  name += kTemporarySuffix;
  return target.parent_path() / name;
}

/// Whether a file's name is a temporary one of `prefix` whose process is no more.
bool is_abandoned(std::string_view name, std::string_view prefix) noexcept {
  if (!name.starts_with(prefix) || !name.ends_with(kTemporarySuffix)) return false;
  name.remove_prefix(prefix.size());
  pid_t process = 0;
  const auto [end, status] = std::from_chars(name.data(), name.data() + name.size(), process);
  if (status != std::errc() || process <= 0 || *end != '-') return false;
  return ::kill(process, 0) != 0 && errno == ESRCH;
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path, Mode mode)
    : path_(std::move(path)), target_(follow_links(path_)), mode_(mode) {
  struct stat status {};
  const bool exists = ::stat(target_.c_str(), &status) == 0;
  if (target_.filename().empty() || (exists && S_ISDIR(status.st_mode))) {
    throw Error(ErrorCode::io_failure, path_.string(), "is a folder; name a file to write");
  }
  if (is_process_link(target_) || (exists && !S_ISREG(status.st_mode))) {
    open_direct();
    return;
  }
  if (mode_ == Mode::fresh) open_fresh();
  if (mode_ == Mode::resumable) open_resumable();
  if (exists) ::fchmod(descriptor_, status.st_mode & 07777U);  // best effort: the contents matter
}

void AtomicFile::open_fresh() {
  static std::atomic<unsigned> counter{0};
  for (int attempt = 0; attempt < kMaxNameTries; ++attempt) {
    temporary_ = temporary_name(target_, counter.fetch_add(1));
    descriptor_ = ::open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kDefaultMode);
    if (descriptor_ >= 0) return;
    if (errno != EEXIST) break;
  }
  const int error = errno;
  temporary_.clear();
  throw io_error(path_, "creating a file in its folder", error);
}

void AtomicFile::open_resumable() {
  temporary_ = target_;
  temporary_ += ".partial";
  descriptor_ = ::open(temporary_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kDefaultMode);
  if (descriptor_ < 0) throw io_error(temporary_, "opening", errno);
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) fail("taking it over from another process", errno);
  const off_t end = ::lseek(descriptor_, 0, SEEK_END);
  if (end < 0) fail("seeking", errno);
  size_ = static_cast<std::uint64_t>(end);
}

void AtomicFile::open_direct() {
  direct_ = true;
  descriptor_ = ::open(target_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (descriptor_ < 0) throw io_error(path_, "opening", errno);
}

AtomicFile::~AtomicFile() { release(); }

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, {})),
      mode_(other.mode_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      direct_(other.direct_),
      size_(std::exchange(other.size_, 0)) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
  if (this == &other) return *this;
  release();
  path_ = std::move(other.path_);
  target_ = std::move(other.target_);
  temporary_ = std::exchange(other.temporary_, {});
  mode_ = other.mode_;
  descriptor_ = std::exchange(other.descriptor_, -1);
  direct_ = other.direct_;
  size_ = std::exchange(other.size_, 0);
  return *this;
}

void AtomicFile::release() noexcept {
  if (mode_ == Mode::fresh) return discard();
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void AtomicFile::discard() noexcept {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  temporary_.clear();
}

void AtomicFile::fail(std::string_view action, int error) {
  release();
  throw io_error(path_, action, error);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  FANIN_ASSERT(descriptor_ >= 0);
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), std::min(bytes.size(), kMostPerCall));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("writing", errno);
    size_ += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void AtomicFile::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void AtomicFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  FANIN_ASSERT(descriptor_ >= 0 && offset + bytes.size() <= size_);
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(descriptor_, bytes.data(), std::min(bytes.size(), kMostPerCall), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("rewriting", errno);
    offset += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void AtomicFile::read_at(std::uint64_t offset, std::span<std::byte> dst) const {
  FANIN_ASSERT(descriptor_ >= 0 && offset + dst.size() <= size_);
  while (!dst.empty()) {
    const ssize_t count =
        ::pread(descriptor_, dst.data(), std::min(dst.size(), kMostPerCall), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw io_error(path_, "reading back", count < 0 ? errno : EIO);
    offset += static_cast<std::uint64_t>(count);
    dst = dst.subspan(static_cast<std::size_t>(count));
  }
}

void AtomicFile::truncate(std::uint64_t size) {
  FANIN_ASSERT(descriptor_ >= 0 && size <= size_);
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) fail("shortening", errno);
  if (::lseek(descriptor_, 0, SEEK_END) < 0) fail("seeking", errno);
  size_ = size;
}

void AtomicFile::seal() {
  if (descriptor_ < 0) return;
  if (!direct_ && ::fsync(descriptor_) != 0) fail("flushing to the disk", errno);
  if (::close(std::exchange(descriptor_, -1)) != 0) fail("closing", errno);
}

void AtomicFile::commit() {
  seal();
  if (direct_ || temporary_.empty()) return;
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail("renaming", errno);
  temporary_.clear();
  sync_folder(target_.parent_path());
}

void remove_abandoned_temporaries(const std::filesystem::path& path) noexcept {
  try {
    const std::filesystem::path target = follow_links(path);
    const std::string prefix = temporary_prefix(target);
    std::filesystem::path folder = target.parent_path();
    if (folder.empty()) folder = ".";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (is_abandoned(entry.path().filename().string(), prefix)) ::unlink(entry.path().c_str());
    }
  } catch (const std::exception&) {  // nothing was promised
  }
}

void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void write_file_atomically(const std::filesystem::path& path, std::string_view text) {
  write_file_atomically(path, std::as_bytes(std::span(text)));
}

}  // namespace fanin::io
