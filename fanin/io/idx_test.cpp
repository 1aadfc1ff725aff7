#include "fanin/io/idx.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "fanin/io/test_bytes.hpp"

namespace fanin::io {
namespace {

std::string idx(int type, const std::vector<std::uint32_t>& extents, const std::string& values) {
  std::string file = big_endian(0, 2) + big_endian(static_cast<std::uint64_t>(type), 1);
  file += big_endian(extents.size(), 1);
  for (const std::uint32_t extent : extents) file += big_endian(extent, 4);
  return file + values;
}

const auto kParse = [](std::span<const std::byte> bytes, std::string_view name) { parse_idx(bytes, name, 1U << 20); };

Array parse(const std::string& file) { return parse_idx(as_input(file), "file.idx"); }

TEST(Idx, EveryElementTypeIsReadInBigEndianOrder) {
  // The bytes of each value are written out by hand: type code, value's bits, value.
  EXPECT_EQ(values<std::uint8_t>(parse(idx(0x08, {2}, "\x07\xFF")))[1], 255);
  EXPECT_EQ(values<std::int8_t>(parse(idx(0x09, {2}, "\x07\xFF")))[1], -1);
  EXPECT_EQ(values<std::int16_t>(parse(idx(0x0B, {1}, "\xFE\xFF")))[0], -257);
  EXPECT_EQ(values<std::int32_t>(parse(idx(0x0C, {1}, "\x01\x02\x03\x04")))[0], 0x01020304);
  EXPECT_EQ(values<float>(parse(idx(0x0D, {1}, big_endian(0xC0490FDB, 4))))[0], -3.14159274F);
  EXPECT_EQ(values<double>(parse(idx(0x0E, {1}, big_endian(0x400921FB54442D18, 8))))[0], 3.141592653589793);
}

TEST(Idx, ShapeAndSourceComeFromTheFile) {
  const Array array = parse(idx(0x08, {2, 3, 4}, std::string(24, 'v')));
  EXPECT_EQ(array.shape, Shape({2, 3, 4}));
  EXPECT_EQ(array.source, "file.idx");
  EXPECT_EQ(array.data, std::vector<std::uint8_t>(24, 'v'));
  EXPECT_TRUE(parse(idx(0x08, {0, 28, 28}, "")).data.empty());
}

TEST(Idx, EveryTruncationIsRefusedWithFileAndOffset) {
  const std::string file = idx(0x0C, {2, 3}, std::string(24, '\1'));
  expect_every_truncation_refused(file, kParse);
  expect_error(ErrorCode::bad_data, "cut.idx, byte offset 35: the data end inside the values of shape [2, 3]",
               [&] { parse_idx(as_input(file.substr(0, 35)), "cut.idx"); });
}

TEST(Idx, NoFlippedBitOfTheHeaderGoesUnnoticed) {
  const std::string file = idx(0x0C, {2, 3}, std::string(24, '\1'));
  constexpr std::size_t kHeaderBits = 8 * 12;
  // i32 and f32 (0x0C and 0x0D) have the same size, so one flip in the type cannot be seen.
  EXPECT_EQ(count_refused_bit_flips(file, kParse), kHeaderBits - 1);
}

TEST(Idx, TrailingBytesAreRefusedAtTheirOffset) {
  expect_error(ErrorCode::bad_data, "file.idx, byte offset 11: unexpected bytes follow",
               [] { parse(idx(0x08, {3}, "abcd")); });
}

TEST(Idx, HeadersThatClaimTooMuchAreRefusedWithoutAllocating) {
  constexpr std::uint32_t kHuge = 0xFFFFFFFF;
  expect_error(ErrorCode::bad_data, "overflows", [] { parse(idx(0x0E, {kHuge, kHuge, kHuge}, "abc")); });
  expect_error(ErrorCode::bad_data, "raise the limit", [] { parse(idx(0x0E, {kHuge, 16}, "abc")); });
  expect_error(ErrorCode::bad_data, "byte offset 11: the data end inside", [] { parse(idx(0x08, {kHuge}, "abc")); });
  expect_error(ErrorCode::bad_data, "rank 0", [] { parse(idx(0x08, {}, "a")); });
  expect_error(ErrorCode::bad_data, "rank 33", [] { parse(idx(0x08, std::vector<std::uint32_t>(33, 1), "a")); });
  expect_error(ErrorCode::bad_data, "byte offset 2: type code 10", [] { parse(idx(0x0A, {1}, "a")); });
  expect_error(ErrorCode::bad_data, "is no IDX file", [] { parse("\x89PNG and so on"); });
}

TEST(Idx, AGzipFileGivesTheSameArray) {
  const TemporaryFolder folder;
  const std::string file = idx(0x08, {1000}, std::string(1000, '\5'));
  gzFile packed = gzopen((folder / "a.gz").c_str(), "wb");
  ASSERT_EQ(gzwrite(packed, file.data(), static_cast<unsigned>(file.size())), static_cast<int>(file.size()));
  gzclose(packed);
  put_file(folder / "a", file);
  EXPECT_EQ(read_idx(folder / "a.gz").data, read_idx(folder / "a").data);
  const std::string bytes = get_file(folder / "a.gz");
  // Cut anywhere, the packed file is refused: gzip's own trailer is read too.
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    expect_error(ErrorCode::bad_data, "cut.gz", [&] { kParse(as_input(bytes.substr(0, size)), "cut.gz"); });
  }
}

TEST(Idx, FashionMnistIsReadAsPublished) {
  // github.com/zalandoresearch/fashion-mnist: 60,000 images of 28 x 28, 10 classes of 6,000 each.
  const std::filesystem::path folder = "/usr/share/datasets/fashion-mnist";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the package dataset-fashion-mnist is not installed";
  const Array labels = read_idx(folder / "train-labels-idx1-ubyte.gz");
  EXPECT_EQ(labels.shape, Shape({60000}));
  std::vector<int> counts(10);
  for (const std::uint8_t label : labels.data) ++counts.at(label);
  EXPECT_EQ(counts, std::vector<int>(10, 6000));
  const Array images = read_idx(folder / "t10k-images-idx3-ubyte.gz");
  EXPECT_EQ(images.shape, Shape({10000, 28, 28}));
}

}  // namespace
}  // namespace fanin::io
