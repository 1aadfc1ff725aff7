#include "fanin/io/npz.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>

#include "fanin/io/npy.hpp"
#include "fanin/io/test_bytes.hpp"

namespace fanin::io {
namespace {

const std::filesystem::path kGolden = FANIN_GOLDEN_DIR;

/// Reads everything that an archive holds.
const auto kParse = [](std::span<const std::byte> bytes, std::string_view name) {
  const NpzFile file(bytes, name);
  for (const std::string& array : file.names()) static_cast<void>(file.read(array, 1U << 20));
};

std::vector<float> ramp(std::size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 0.5F);
  return values;
}

/// An archive with two small arrays.
std::string small_archive(ZipMethod method) {
  const TemporaryFolder folder;
  NpzWriter writer(folder / "a.npz", method);
  const std::vector<float> values = ramp(6);
  writer.add("x", view_of(std::span(values), Shape({2, 3})));
  writer.add("y", view_of(std::span(values), Shape({6})));
  writer.commit();
  return get_file(folder / "a.npz");
}

TEST(Npz, CompressedArraysOfNumpyAreRead) {
  const NpzFile file(kGolden / "io_deflated.npz");
  EXPECT_EQ(file.names(), (std::vector<std::string>{"ramp", "f4"}));
  const Array array = file.read("ramp");
  const std::span<const std::int32_t> found = values<std::int32_t>(array);
  ASSERT_EQ(found.size(), 10'000U);
  for (std::size_t i = 0; i < found.size(); ++i) ASSERT_EQ(found[i], static_cast<std::int32_t>(i));
  EXPECT_TRUE(array.source.ends_with("io_deflated.npz, member ramp.npy"));
}

TEST(Npz, Zip64DirectoriesWithACommentAreRead) {
  const NpzFile file(kGolden / "io_zip64.npz");
  EXPECT_EQ(file.names(), (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(to_integers(file.read("second"))[1], -35);
}

TEST(Npz, AnUnknownArrayIsNamedWithItsNeighbours) {
  const NpzFile file(kGolden / "io_zip64.npz");
  EXPECT_TRUE(file.contains("first"));
  EXPECT_FALSE(file.contains("frist"));
  expect_error(ErrorCode::unknown_name, "did you mean first", [&] { static_cast<void>(file.read("frist")); });
}

TEST(Npz, WhatIsWrittenIsReadBackBitForBit) {
  const TemporaryFolder folder;
  const std::vector<float> values = ramp(100'000);
  for (const ZipMethod method : {ZipMethod::stored, ZipMethod::deflate}) {
    NpzWriter writer(folder / "a.npz", method);
    writer.add("whole", view_of(std::span(values), Shape({100, 1000})));
    writer.begin("in pieces, ü", DType::f32, Shape({100'000}));
    const auto bytes = std::as_bytes(std::span(values));
    writer.write(bytes.first(12'345));
    writer.write(bytes.subspan(12'345));
    writer.end();
    writer.add("empty", view_of(std::span<const float>(), Shape({0, 5})));
    writer.commit();
    const NpzFile file(folder / "a.npz");
    EXPECT_EQ(file.names(), (std::vector<std::string>{"whole", "in pieces, ü", "empty"}));
    const Array whole = file.read("whole");
    EXPECT_EQ(whole.shape, Shape({100, 1000}));
    EXPECT_TRUE(std::ranges::equal(io::values<float>(whole), values));
    EXPECT_EQ(file.read("in pieces, ü").data, whole.data);
    EXPECT_EQ(file.read("empty").shape, Shape({0, 5}));
  }
}

TEST(Npz, EqualContentsGiveEqualBytes) {
  EXPECT_EQ(small_archive(ZipMethod::stored), small_archive(ZipMethod::stored));
  EXPECT_EQ(small_archive(ZipMethod::deflate), small_archive(ZipMethod::deflate));
}

TEST(Npz, MoreMembersThanTheOldFormatCountsBecomeZip64) {
  const TemporaryFolder folder;
  constexpr int kMembers = 65'600;
  {
    ZipWriter writer(folder / "many.zip");
    for (int i = 0; i < kMembers; ++i) {
      writer.begin(std::to_string(i), ZipMethod::stored);
      writer.write(as_input(std::to_string(i)));
      writer.end();
    }
    writer.commit();
  }
  const ZipArchive archive(open_store(folder / "many.zip"));
  ASSERT_EQ(archive.entries().size(), static_cast<std::size_t>(kMembers));
  const std::vector<std::uint8_t> last = read_rest(*archive.open(archive.entries().back()));
  EXPECT_EQ(std::string(last.begin(), last.end()), std::to_string(kMembers - 1));
}

TEST(Npz, AnArchiveThatIsNotCommittedLeavesNothingBehind) {
  const TemporaryFolder folder;
  const std::vector<float> values = ramp(6);
  {
    NpzWriter writer(folder / "a.npz");
    writer.add("x", view_of(std::span(values), Shape({6})));
    expect_error(ErrorCode::bad_value, "named 'x.npy'",
                 [&] { writer.add("x", view_of(std::span(values), Shape({6}))); });
  }
  EXPECT_EQ(folder.file_count(), 0U);
}

TEST(Npz, PiecesThatDoNotFillTheShapeAreRefused) {
  const TemporaryFolder folder;
  NpzWriter writer(folder / "a.npz");
  const std::vector<float> values = ramp(3);
  writer.begin("x", DType::f32, Shape({2}));
  expect_error(ErrorCode::bad_shape, "leaves room for 8", [&] { writer.write(std::as_bytes(std::span(values))); });
  writer.write(std::as_bytes(std::span(values)).first(4));
  expect_error(ErrorCode::bad_shape, "4 bytes are missing", [&] { writer.end(); });
}

TEST(Npz, EveryTruncationIsRefused) {
  expect_every_truncation_refused(small_archive(ZipMethod::stored), kParse);
  expect_every_truncation_refused(small_archive(ZipMethod::deflate), kParse);
  expect_every_truncation_refused(get_file(kGolden / "io_zip64.npz"), kParse);
}

TEST(Npz, FlippedBitsOfTheValuesNeverGoUnnoticed) {
  for (const ZipMethod method : {ZipMethod::stored, ZipMethod::deflate}) {
    const std::string file = small_archive(method);
    const std::size_t first_directory = file.find("PK\1\2");
    const std::string values = file.substr(0, first_directory);
    const std::string directory = file.substr(first_directory);
    // Local headers hold fields that nobody reads (version, time, sizes): of 2 x 30 + 20 + name bytes.
    const std::size_t refused =
        count_refused_bit_flips(values, [&](std::span<const std::byte> bytes, std::string_view name) {
          std::string whole(reinterpret_cast<const char*>(bytes.data()), bytes.size());
          whole += directory;
          kParse(as_input(whole), name);
        });
    const std::size_t unread_bytes = std::size_t{2} * (2 + 2 + 4 + 4 + 8 + 20);
    const std::size_t padding_bits = std::size_t{2} * 7;  // at most, behind the last deflate code
    EXPECT_GE(refused, 8 * (values.size() - unread_bytes) - padding_bits);
    EXPECT_LT(refused, 8 * values.size());
  }
}

TEST(Npz, FlippedBitsOfTheDirectoryNeverCrash) {
  const std::string file = get_file(kGolden / "io_zip64.npz");
  EXPECT_GT(count_refused_bit_flips(file, kParse), 4 * file.size());
}

TEST(Npz, DamageIsNamedWithTheMemberAndTheOffset) {
  std::string file = small_archive(ZipMethod::stored);
  file[file.find("NUMPY") + 150] ^= 1;  // a value of the first array, 1 behind the magic's first byte
  expect_error(ErrorCode::bad_data, "b.npz, member x.npy, byte offset 152: the zip member's checksum differs",
               [&] { static_cast<void>(NpzFile(as_input(file), "b.npz").read("x")); });
  expect_error(ErrorCode::bad_data, "is no zip archive", [] { NpzFile(as_input("no zip at all"), "c.npz"); });
}

TEST(Npz, TheSameNameTwiceIsRefused) {
  std::string file = small_archive(ZipMethod::stored);
  for (std::size_t at = file.find("y.npy"); at != std::string::npos; at = file.find("y.npy")) file[at] = 'x';
  expect_error(ErrorCode::bad_data, "names 'x.npy' twice", [&] { NpzFile(as_input(file), "twice.npz"); });
}

TEST(Npz, EncryptionAndOtherMethodsAreUnsupported) {
  const std::string file = small_archive(ZipMethod::stored);
  const std::size_t entry = file.find("PK\1\2");
  std::string encrypted = file;
  encrypted[entry + 8] |= 1;  // bit 0 of the flags
  expect_error(ErrorCode::unsupported, "encrypted", [&] { kParse(as_input(encrypted), "e.npz"); });
  std::string exotic = file;
  exotic[entry + 10] = exotic[8] = 12;  // the method (bzip2), in the directory and in the local header
  expect_error(ErrorCode::unsupported, "zip method 12", [&] { kParse(as_input(exotic), "e.npz"); });
}

TEST(Npz, ADecompressionBombStopsAtTheLimit) {
  const TemporaryFolder folder;
  const std::vector<std::uint8_t> zeros(std::size_t{8} << 20);
  NpzWriter writer(folder / "bomb.npz", ZipMethod::deflate);
  writer.add("x", view_of(std::span(zeros), Shape({std::int64_t{8} << 20})));
  writer.commit();
  EXPECT_LT(std::filesystem::file_size(folder / "bomb.npz"), 20'000U);
  const NpzFile file(folder / "bomb.npz");
  expect_error(ErrorCode::bad_data, "raise the limit", [&] { static_cast<void>(file.read("x", 1 << 20)); });
}

}  // namespace
}  // namespace fanin::io
