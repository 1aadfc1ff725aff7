#include "fanin/io/bytes.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <string>
#include <vector>

#include "fanin/io/test_bytes.hpp"

namespace fanin::io {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib: a window of 2^15 bytes, the gzip container

/// One gzip member made by zlib itself.
std::string gzip_of(std::string_view text) {
  std::string out(compressBound(text.size()) + 64, '\0');
  std::string in(text);
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string text_of(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

std::string parse(std::span<const std::byte> bytes, std::string_view name, std::uint64_t limit = kDefaultByteLimit) {
  return text_of(read_rest(*open_source(bytes, name), limit));
}

TEST(Bytes, AFileIsReadWhole) {
  const TemporaryFolder folder;
  put_file(folder / "a.bin", "hello");
  EXPECT_EQ(text_of(read_file(folder / "a.bin")), "hello");
  put_file(folder / "empty", "");
  EXPECT_TRUE(read_file(folder / "empty").empty());
  put_file(folder / "one", "\x1F");
  EXPECT_EQ(text_of(read_file(folder / "one")), "\x1F");
}

TEST(Bytes, AGzipFileIsRecognizedByItsBytesNotItsName) {
  const TemporaryFolder folder;
  const std::string text(100'000, 'x');
  put_file(folder / "named_without_gz", gzip_of(text));
  EXPECT_EQ(text_of(read_file(folder / "named_without_gz")), text);
  put_file(folder / "not_packed.gz", "plain");
  EXPECT_EQ(text_of(read_file(folder / "not_packed.gz")), "plain");
}

TEST(Bytes, ConcatenatedGzipMembersAreOneFile) {
  const std::string file = gzip_of("one ") + gzip_of("") + gzip_of("two");
  EXPECT_EQ(parse(as_input(file), "memory"), "one two");
}

TEST(Bytes, AMissingFileAndAFolderAreMissingDataWithThePath) {
  const TemporaryFolder folder;
  const std::string path = (folder / "none.bin").string();
  expect_error(ErrorCode::missing_data, path, [&] { read_file(path); });
  expect_error(ErrorCode::missing_data, "no such file", [&] { read_file(folder / "none/deeper"); });
  expect_error(ErrorCode::missing_data, "is a folder", [&] { read_file(folder.path()); });
  expect_error(ErrorCode::missing_data, "is a folder", [&] { open_store(folder.path()); });
}

TEST(Bytes, ATruncatedGzipFileIsRefusedAtEveryByte) {
  const std::string file = gzip_of("the quick brown fox jumps over the lazy dog, and over it again");
  // Below two bytes nothing says that it is gzip.
  for (std::size_t size = 2; size < file.size(); ++size) {
    expect_error(ErrorCode::bad_data, "cut.gz, byte offset " + std::to_string(size),
                 [&] { parse(as_input(file.substr(0, size)), "cut.gz"); });
  }
}

TEST(Bytes, EveryFlippedBitOfTheGzipDataIsNoticed) {
  const std::string text = "the quick brown fox jumps over the lazy dog, and over it again";
  const std::string file = gzip_of(text);
  constexpr std::size_t kHeaderBytes = 10;  // its time and system fields may hold anything (RFC 1952)
  for (std::size_t bit = 8 * kHeaderBytes; bit < 8 * file.size(); ++bit) {
    std::string flipped = file;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    expect_error(ErrorCode::bad_data, "flipped.gz, byte offset ", [&] { parse(as_input(flipped), "flipped.gz"); });
  }
}

TEST(Bytes, BytesBehindTheGzipDataAreRefused) {
  expect_error(ErrorCode::bad_data, "follow the end", [&] { parse(as_input(gzip_of("text") + "tail"), "a.gz"); });
}

TEST(Bytes, TheLimitHoldsAfterDecompression) {
  const std::string bomb = gzip_of(std::string(std::size_t{64} << 20, '\0'));
  ASSERT_LT(bomb.size(), 100'000U);
  expect_error(ErrorCode::bad_data, "raise the limit", [&] { parse(as_input(bomb), "bomb.gz", 1'000'000); });
  EXPECT_EQ(parse(as_input("12345"), "five", 5), "12345");
  expect_error(ErrorCode::bad_data, "limit of 4", [&] { parse(as_input("12345"), "five", 4); });
}

TEST(Bytes, AppendingTakesNoMemoryForBytesThatNeverArrive) {
  const std::string text = "ten bytes.";
  const auto source = open_source(as_input(text), "short");
  std::vector<std::uint8_t> out;
  expect_error(ErrorCode::bad_data, "short, byte offset 10",
               [&] { append_exactly(*source, std::uint64_t{1} << 40, "the values", out, ~std::uint64_t{0}); });
  EXPECT_LE(out.capacity(), std::size_t{2} << 20);
}

TEST(Bytes, ExactReadsNameWhatIsMissing) {
  const auto source = open_source(as_input("abc"), "three");
  std::array<std::uint8_t, 2> two{};
  read_exactly(*source, two, "the first part");
  EXPECT_EQ(source->offset(), 2U);
  expect_error(ErrorCode::bad_data, "three, byte offset 2", [&] { expect_end(*source, "the first part"); });
  expect_error(ErrorCode::bad_data, "inside the second part", [&] { read_exactly(*source, two, "the second part"); });
}

TEST(Bytes, AStoreIsReadAtAnyOffsetAndNeverBeyondItsEnd) {
  const TemporaryFolder folder;
  put_file(folder / "digits", "0123456789");
  const std::string text = "0123456789";
  const auto file = open_store(folder / "digits");
  const auto memory = open_store(as_input(text), "digits");
  for (const auto* store : {file.get(), memory.get()}) {
    EXPECT_EQ(store->size(), 10U);
    std::array<std::uint8_t, 3> dst{};
    store->read_at(7, dst);
    EXPECT_EQ(dst[0], '7');
    EXPECT_EQ(dst[2], '9');
    expect_error(ErrorCode::bad_data, "the file has 10", [&] { store->read_at(8, dst); });
    expect_error(ErrorCode::bad_data, "the file has 10", [&] { store->read_at(~std::uint64_t{0}, dst); });
    expect_error(ErrorCode::bad_data, "the file has 10", [&] { open_range(*store, 4, ~std::uint64_t{0}); });
    const auto range = open_range(*store, 4, 3);
    EXPECT_EQ(range->offset(), 4U);
    EXPECT_EQ(text_of(read_rest(*range)), "456");
    EXPECT_EQ(range->offset(), 7U);
  }
}

TEST(Bytes, AFileThatShrinksWhileItIsReadIsNoticed) {
  const TemporaryFolder folder;
  put_file(folder / "digits", "0123456789");
  const auto store = open_store(folder / "digits");
  std::filesystem::resize_file(folder / "digits", 4);
  std::array<std::uint8_t, 3> dst{};
  expect_error(ErrorCode::bad_data, "shorter", [&] { store->read_at(7, dst); });
}

}  // namespace
}  // namespace fanin::io
