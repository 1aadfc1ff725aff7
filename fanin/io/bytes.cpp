#include "fanin/io/bytes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "fanin/io/inflate.hpp"

namespace fanin::io {
namespace {

constexpr std::size_t kFirstGrowth = std::size_t{64} << 10;    // bytes taken before anything has arrived
constexpr std::size_t kMostPerCall = std::size_t{1} << 30;     // read() may refuse more than 2 GiB
constexpr std::array<std::uint8_t, 2> kGzipMagic{0x1F, 0x8B};  // RFC 1952, 2.3.1

Error io_error(const std::string& name, std::string_view action, int error) {
  return {ErrorCode::io_failure, name, std::string(action) + " failed: " + std::strerror(error)};
}

/// An open file descriptor, closed at the end.
class Descriptor final {
 public:
  explicit Descriptor(const std::filesystem::path& path) : value_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    const int error = errno;
    const std::string name = path.string();
    if (value_ < 0 && (error == ENOENT || error == ENOTDIR)) {
      throw Error(ErrorCode::missing_data, name, "there is no such file; check the path");
    }
    if (value_ < 0) throw io_error(name, "opening", error);
    struct stat status {};
    if (::fstat(value_, &status) != 0) fail(name, "asking for its size", errno);
    if (S_ISDIR(status.st_mode)) {
      ::close(value_);
      throw Error(ErrorCode::missing_data, name, "is a folder; name a file in it");
    }
    if (S_ISREG(status.st_mode)) size_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~Descriptor() { ::close(value_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int value() const noexcept { return value_; }
  /// Of a regular file; nothing for a pipe.
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept { return size_; }

 private:
  [[noreturn]] void fail(const std::string& name, std::string_view action, int error) const {
    ::close(value_);
    throw io_error(name, action, error);
  }

  int value_;
  std::optional<std::uint64_t> size_;
};

class FileSource final : public ByteSource {
 public:
  explicit FileSource(const std::filesystem::path& path) : ByteSource(path.string()), file_(path) {
    while (prefix_size_ < prefix_.size()) {
      const std::size_t count = read_file(std::span(prefix_).subspan(prefix_size_));
      if (count == 0) break;
      prefix_size_ += count;
    }
  }
  /// The first bytes, looked at without consuming them.
  [[nodiscard]] std::span<const std::uint8_t> prefix() const noexcept { return {prefix_.data(), prefix_size_}; }

 private:
  std::size_t read_some(std::span<std::uint8_t> dst) override {
    if (prefix_used_ == prefix_size_) return read_file(dst);
    const std::size_t count = std::min(dst.size(), prefix_size_ - prefix_used_);
    std::copy_n(prefix_.data() + prefix_used_, count, dst.data());
    prefix_used_ += count;
    return count;
  }

  std::size_t read_file(std::span<std::uint8_t> dst) {
    for (;;) {
      const ssize_t count = ::read(file_.value(), dst.data(), std::min(dst.size(), kMostPerCall));
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) throw io_error(name(), "reading", errno);
    }
  }

  Descriptor file_;
  std::array<std::uint8_t, kGzipMagic.size()> prefix_{};
  std::size_t prefix_size_ = 0;
  std::size_t prefix_used_ = 0;
};

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::span<const std::byte> bytes, std::string_view name)
      : ByteSource(std::string(name)), bytes_(bytes) {}

 private:
  std::size_t read_some(std::span<std::uint8_t> dst) override {
    const std::size_t count = std::min(dst.size(), bytes_.size());
    if (count != 0) std::memcpy(dst.data(), bytes_.data(), count);
    bytes_ = bytes_.subspan(count);
    return count;
  }

  std::span<const std::byte> bytes_;
};

class FileStore final : public ByteStore {
 public:
  explicit FileStore(const std::filesystem::path& path) : ByteStore(path.string()), file_(path) {
    if (!file_.size()) throw Error(ErrorCode::io_failure, name(), "is no regular file; copy it to one first");
  }
  [[nodiscard]] std::uint64_t size() const noexcept override { return *file_.size(); }

 private:
  std::size_t copy_at(std::uint64_t offset, std::span<std::uint8_t> dst) const override {
    std::size_t done = 0;
    while (done < dst.size()) {
      const ssize_t count = ::pread(file_.value(), dst.data() + done, std::min(dst.size() - done, kMostPerCall),
                                    static_cast<off_t>(offset + done));
      if (count == 0) break;
      if (count > 0) {
        done += static_cast<std::size_t>(count);
      } else if (errno != EINTR) {
        throw io_error(name(), "reading", errno);
      }
    }
    return done;
  }

  Descriptor file_;
};

class MemoryStore final : public ByteStore {
 public:
  MemoryStore(std::span<const std::byte> bytes, std::string_view name) : ByteStore(std::string(name)), bytes_(bytes) {}
  [[nodiscard]] std::uint64_t size() const noexcept override { return bytes_.size(); }

 private:
  std::size_t copy_at(std::uint64_t offset, std::span<std::uint8_t> dst) const override {
    if (!dst.empty()) std::memcpy(dst.data(), bytes_.data() + offset, dst.size());
    return dst.size();
  }

  std::span<const std::byte> bytes_;
};

class RangeSource final : public ByteSource {
 public:
  RangeSource(const ByteStore& store, std::uint64_t offset, std::uint64_t count)
      : ByteSource(store.name(), offset), store_(store), position_(offset), left_(count) {}

 private:
  std::size_t read_some(std::span<std::uint8_t> dst) override {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(dst.size(), left_));
    store_.read_at(position_, dst.first(count));
    position_ += count;
    left_ -= count;
    return count;
  }

  const ByteStore& store_;
  std::uint64_t position_;
  std::uint64_t left_;
};

void check_limit(const ByteSource& source, std::uint64_t count, std::string_view what, std::uint64_t limit) {
  if (count <= limit) return;
  throw damaged(source.name(), source.offset(),
                std::string(what) + " would take " + std::to_string(count) + " bytes, more than the limit of " +
                    std::to_string(limit) + "; if the file is sound, raise the limit");
}

void check_range(const ByteStore& store, std::uint64_t offset, std::uint64_t count) {
  const std::uint64_t total = store.size();
  if (offset <= total && count <= total - offset) return;
  throw damaged(store.name(), std::min(offset, total),
                std::to_string(count) + " bytes from offset " + std::to_string(offset) +
                    " are asked for, but the file has " + std::to_string(total));
}

}  // namespace

Error damaged(std::string_view name, std::uint64_t offset, std::string message) {
  return {ErrorCode::bad_data, std::string(name) + ", byte offset " + std::to_string(offset), std::move(message)};
}

std::size_t ByteSource::read(std::span<std::uint8_t> dst) {
  std::size_t done = 0;
  while (done < dst.size()) {
    const std::size_t count = read_some(dst.subspan(done));
    if (count == 0) break;
    done += count;
    offset_ += count;
  }
  return done;
}

std::unique_ptr<ByteSource> open_source(const std::filesystem::path& path) {
  auto file = std::make_unique<FileSource>(path);
  if (std::ranges::equal(file->prefix(), kGzipMagic)) return inflate_source(std::move(file), Packing::gzip);
  return file;
}

std::unique_ptr<ByteSource> open_source(std::span<const std::byte> bytes, std::string_view name) {
  auto memory = std::make_unique<MemorySource>(bytes, name);
  const bool gzip =
      bytes.size() >= kGzipMagic.size() && bytes[0] == std::byte{kGzipMagic[0]} && bytes[1] == std::byte{kGzipMagic[1]};
  if (gzip) return inflate_source(std::move(memory), Packing::gzip);
  return memory;
}

void read_exactly(ByteSource& source, std::span<std::uint8_t> dst, std::string_view what) {
  const std::size_t count = source.read(dst);
  if (count == dst.size()) return;
  throw damaged(source.name(), source.offset(),
                "the data end inside " + std::string(what) + ": " + std::to_string(dst.size()) + " bytes expected, " +
                    std::to_string(count) + " found");
}

void append_exactly(ByteSource& source, std::uint64_t count, std::string_view what, std::vector<std::uint8_t>& out,
                    std::uint64_t limit) {
  check_limit(source, count, what, limit);
  std::uint64_t missing = count;
  while (missing != 0) {
    // Doubling: a hostile header makes us take at most twice what really arrived.
    const std::size_t chunk =
        static_cast<std::size_t>(std::min<std::uint64_t>(missing, std::max(kFirstGrowth, out.size())));
    const std::size_t start = out.size();
    out.reserve(start + chunk);
    out.resize(start + chunk);
    const std::size_t found = source.read(std::span(out).subspan(start));
    missing -= found;
    if (found == chunk) continue;
    throw damaged(source.name(), source.offset(),
                  "the data end inside " + std::string(what) + ": " + std::to_string(count) + " bytes expected, " +
                      std::to_string(count - missing) + " found");
  }
}

std::vector<std::uint8_t> read_rest(ByteSource& source, std::uint64_t limit) {
  std::vector<std::uint8_t> out;
  for (;;) {
    const std::size_t start = out.size();
    out.resize(start + std::max(kFirstGrowth, start));
    const std::size_t found = source.read(std::span(out).subspan(start));
    const bool ended = start + found < out.size();
    out.resize(start + found);
    check_limit(source, out.size(), "the content", limit);
    if (ended) return out;
  }
}

void expect_end(ByteSource& source, std::string_view what) {
  std::array<std::uint8_t, 1> byte{};
  const std::uint64_t end = source.offset();
  if (source.read(byte) == 0) return;
  throw damaged(source.name(), end, "unexpected bytes follow " + std::string(what));
}

std::vector<std::uint8_t> read_file(const std::filesystem::path& path, std::uint64_t limit) {
  return read_rest(*open_source(path), limit);
}

std::unique_ptr<ByteSource> open_range(const ByteStore& store, std::uint64_t offset, std::uint64_t count) {
  check_range(store, offset, count);
  return std::make_unique<RangeSource>(store, offset, count);
}

void ByteStore::read_at(std::uint64_t offset, std::span<std::uint8_t> dst) const {
  check_range(*this, offset, dst.size());
  const std::size_t count = copy_at(offset, dst);
  if (count != dst.size()) throw damaged(name_, offset + count, "the file became shorter while it was read");
}

std::unique_ptr<ByteStore> open_store(const std::filesystem::path& path) { return std::make_unique<FileStore>(path); }

std::unique_ptr<ByteStore> open_store(std::span<const std::byte> bytes, std::string_view name) {
  return std::make_unique<MemoryStore>(bytes, name);
}

}  // namespace fanin::io
