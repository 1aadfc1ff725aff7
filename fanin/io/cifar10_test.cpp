#include "fanin/io/cifar10.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "fanin/io/test_bytes.hpp"

namespace fanin::io {
namespace {

constexpr std::size_t kRecordBytes = 3073;

// A record whose pixel i is (i · 7 + label) mod 256.
std::string record(int label) {
  std::string bytes(1, static_cast<char>(label));
  for (int i = 0; i < 3072; ++i) bytes.push_back(static_cast<char>((i * 7 + label) % 256));
  return bytes;
}

const auto kParse = [](std::span<const std::byte> bytes, std::string_view name) { parse_cifar10(bytes, name); };

TEST(Cifar10, RecordsBecomeImagesByChannelAndLabels) {
  const std::string file = record(3) + record(9) + record(0);
  const Cifar10Batch batch = parse_cifar10(as_input(file), "batch.bin");
  EXPECT_EQ(batch.images.shape, Shape({3, 3, 32, 32}));
  EXPECT_EQ(batch.labels.data, (std::vector<std::uint8_t>{3, 9, 0}));
  EXPECT_EQ(batch.images.source, "batch.bin");
  // Record 1, channel 2 (blue), row 5, column 31: byte 1 + 2 · 1024 + 5 · 32 + 31 of its record.
  const std::size_t pixel = 2 * 1024 + 5 * 32 + 31;
  EXPECT_EQ(batch.images.data[3072 + pixel], (pixel * 7 + 9) % 256);
  EXPECT_EQ(batch.images.data[3072 + pixel], static_cast<std::uint8_t>(file[kRecordBytes + 1 + pixel]));
  EXPECT_EQ(batch.images.data.size(), 3U * 3072U);
}

TEST(Cifar10, AGzipFileIsReadAsItsContents) {
  const TemporaryFolder folder;
  const std::string file = record(1) + record(2);
  gzFile out = gzopen((folder / "b.bin.gz").c_str(), "wb");
  ASSERT_NE(out, nullptr);
  gzwrite(out, file.data(), static_cast<unsigned>(file.size()));
  gzclose(out);
  put_file(folder / "b.bin", file);
  EXPECT_EQ(read_cifar10(folder / "b.bin.gz").images.data, read_cifar10(folder / "b.bin").images.data);
}

TEST(Cifar10, ALengthThatIsNoWholeNumberOfRecordsIsRefusedAtTheEnd) {
  const std::string file = record(3) + record(4);
  for (std::size_t size = 0; size <= file.size(); ++size) {
    if (size == kRecordBytes || size == file.size()) {
      EXPECT_NO_THROW(kParse(as_input(file.substr(0, size)), "b")) << size;
      continue;
    }
    expect_error(ErrorCode::bad_data, "cut.bin, byte offset " + std::to_string(size) + ":",
                 [&] { kParse(as_input(file.substr(0, size)), "cut.bin"); });
  }
  expect_error(ErrorCode::bad_data, "3073 bytes", [&] { kParse(as_input(file + "x"), "long.bin"); });
}

TEST(Cifar10, ALabelAboveNineIsRefusedAtItsOffset) {
  for (const int label : {10, 128, 255}) {
    std::string file = record(3) + record(4) + record(5);
    file[2 * kRecordBytes] = static_cast<char>(label);
    expect_error(ErrorCode::bad_data,
                 "bad.bin, byte offset 6146: the label of record 2 is " + std::to_string(label) + ";",
                 [&] { kParse(as_input(file), "bad.bin"); });
  }
}

TEST(Cifar10, OfAllBitFlipsExactlyThoseThatSpoilALabelAreNoticed) {
  // 3 = 0011b: flipping bit 3 gives 11, bits 4 to 7 give 19 to 131; bits 0 to 2 give 2, 1 and 7.
  EXPECT_EQ(count_refused_bit_flips(record(3), kParse), 5U);
}

TEST(Cifar10, AnEmptyAMissingAndATooLargeFileAreRefused) {
  const TemporaryFolder folder;
  put_file(folder / "empty.bin", "");
  expect_error(ErrorCode::bad_data, "the file is empty", [&] { read_cifar10(folder / "empty.bin"); });
  expect_error(ErrorCode::missing_data, "none.bin", [&] { read_cifar10(folder / "none.bin"); });
  expect_error(ErrorCode::bad_data, "batch.bin",
               [] { parse_cifar10(as_input(record(1) + record(2)), "batch.bin", 5000); });
}

}  // namespace
}  // namespace fanin::io
