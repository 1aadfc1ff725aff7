#include "fanin/io/inflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

namespace fanin::io {
namespace {

constexpr std::size_t kInputBytes = std::size_t{64} << 10;
constexpr int kWindowBits = 15;
constexpr int kGzipFormat = 16;  // added to the window bits, zlib's way to choose the container

class InflateSource final : public ByteSource {
 public:
  InflateSource(std::unique_ptr<ByteSource> packed, Packing packing)
      : ByteSource(packed->name()), packed_(std::move(packed)), packing_(packing), input_(kInputBytes) {
    const int window_bits = packing == Packing::gzip ? kWindowBits + kGzipFormat : -kWindowBits;
    if (inflateInit2(&stream_, window_bits) != Z_OK) throw std::bad_alloc();
  }
  ~InflateSource() override { inflateEnd(&stream_); }

 private:
  std::size_t read_some(std::span<std::uint8_t> dst) override {
    stream_.next_out = dst.data();
    const std::size_t wanted = std::min<std::size_t>(dst.size(), std::numeric_limits<uInt>::max());
    stream_.avail_out = static_cast<uInt>(wanted);
    while (!finished_ && stream_.avail_out == wanted) step();
    return wanted - stream_.avail_out;
  }

  void step() {
    if (stream_.avail_in == 0) refill();
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status == Z_STREAM_END) return finish_member();
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status == Z_BUF_ERROR && stream_.avail_in == 0) return;  // wants more input
    if (status != Z_OK) {
      const std::string reason = stream_.msg != nullptr ? stream_.msg : "not a deflate stream";
      throw damaged(name(), packed_offset(), "the compressed data are damaged: " + reason);
    }
  }

  void refill() {
    const std::size_t count = packed_->read(input_);
    if (count == 0) throw damaged(name(), packed_->offset(), "the compressed data end early; the file is truncated");
    stream_.next_in = input_.data();
    stream_.avail_in = static_cast<uInt>(count);
  }

  void finish_member() {
    if (stream_.avail_in == 0) {
      const std::size_t count = packed_->read(input_);
      stream_.next_in = input_.data();
      stream_.avail_in = static_cast<uInt>(count);
    }
    if (stream_.avail_in == 0) {
      finished_ = true;
      return;
    }
    // Concatenated gzip files are one gzip file; anything else behind the end is damage.
    if (packing_ == Packing::raw || *stream_.next_in != 0x1F) {
      throw damaged(name(), packed_offset(), "unexpected bytes follow the end of the compressed data");
    }
    inflateReset(&stream_);
  }

  [[nodiscard]] std::uint64_t packed_offset() const { return packed_->offset() - stream_.avail_in; }

  std::unique_ptr<ByteSource> packed_;
  Packing packing_;
  std::vector<std::uint8_t> input_;
  z_stream stream_{};
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> inflate_source(std::unique_ptr<ByteSource> packed, Packing packing) {
  return std::make_unique<InflateSource>(std::move(packed), packing);
}

}  // namespace fanin::io
