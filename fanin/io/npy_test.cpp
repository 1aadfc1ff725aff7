#include "fanin/io/npy.hpp"

#include <gtest/gtest.h>

#include <string>

#include "fanin/io/npz.hpp"
#include "fanin/io/test_bytes.hpp"

namespace fanin::io {
namespace {

const std::filesystem::path kGolden = FANIN_GOLDEN_DIR;

const auto kParse = [](std::span<const std::byte> bytes, std::string_view name) { parse_npy(bytes, name, 1U << 20); };

/// A version 1.0 file with this header text.
std::string npy(const std::string& header, const std::string& values) {
  return std::string("\x93NUMPY\x01") + '\0' + little_endian(header.size(), 2) + header + values;
}

std::string npy_of(const std::string& descr, const std::string& shape, const std::string& values) {
  return npy("{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n", values);
}

Array parse(const std::string& file) { return parse_npy(as_input(file), "file.npy"); }

void expect_bad_header(const std::string& header, const std::string& part) {
  expect_error(ErrorCode::bad_data, part, [&] { parse(npy(header, "")); });
}

/// Element i of the golden arrays, by the rule in tests/golden/io_numpy.py.
double golden_element(char kind, std::size_t i) {
  const auto number = 5.0 * static_cast<double>(i);
  switch (kind) {
    case 'f': return (number - 40) / 8;
    case 'i': return number - 40;
    case 'u': return number;
    default: return i % 3 == 0 ? 1 : 0;
  }
}

TEST(Npy, EveryTypeByteOrderAndMemoryOrderOfNumpyIsRead) {
  const NpzFile file(kGolden / "io_types.npz");
  int seen = 0;
  for (const std::string& name : file.names()) {
    if (name == "scalar" || name == "empty") continue;
    const Array array = file.read(name);
    EXPECT_EQ(array.shape, Shape({2, 3, 4})) << name;
    const std::vector<double> found = to_doubles(array);
    ASSERT_EQ(found.size(), 24U) << name;
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], golden_element(name[0], i)) << name << " " << i;
    ++seen;
  }
  EXPECT_EQ(seen, 12 * 4);
  EXPECT_EQ(file.read("f2_be_C").dtype, DType::f16);
  EXPECT_EQ(file.read("u2_le_C").dtype, DType::i32);
  EXPECT_EQ(file.read("u4_le_C").dtype, DType::i64);
  EXPECT_EQ(file.read("b1_le_C").dtype, DType::u8);
  EXPECT_EQ(file.read("scalar").shape, Shape{});
  EXPECT_EQ(values<double>(file.read("scalar"))[0], 2.5);
  EXPECT_EQ(file.read("empty").shape, Shape({0, 3}));
}

TEST(Npy, AllThreeVersionsOfTheHeaderAreRead) {
  const std::vector<std::int64_t> expected = to_integers(read_npy(kGolden / "io_version1.npy"));
  EXPECT_EQ(expected[1], -35);
  EXPECT_EQ(to_integers(read_npy(kGolden / "io_version2.npy")), expected);
  EXPECT_EQ(to_integers(read_npy(kGolden / "io_version3.npy")), expected);
}

TEST(Npy, TheFileWrittenIsNumpysByteForByte) {
  const TemporaryFolder folder;
  const Array array = read_npy(kGolden / "io_version1.npy");
  write_npy(folder / "a.npy", view_of(array));
  EXPECT_EQ(get_file(folder / "a.npy"), get_file(kGolden / "io_version1.npy"));
}

TEST(Npy, HeadersOfOtherShapesAreNumpysToo) {
  // np.lib.format.header_data_from_array_1_0 and _wrap_header, NumPy 1.24.2.
  const std::string scalar = npy_header(DType::f64, Shape{});
  EXPECT_EQ(scalar.size(), 128U);
  EXPECT_EQ(scalar.substr(10, 59), "{'descr': '<f8', 'fortran_order': False, 'shape': (), }    ");
  EXPECT_EQ(npy_header(DType::u8, Shape({7})).substr(10, 57),
            "{'descr': '|u1', 'fortran_order': False, 'shape': (7,), }");
  for (std::int64_t extent = 1; extent < (std::int64_t{1} << 60); extent *= 7) {
    for (std::size_t rank = 1; rank < 12; ++rank) {
      std::vector<std::int64_t> extents(rank, 1);
      extents.back() = extent;
      const std::string header = npy_header(DType::f32, Shape(std::move(extents)));
      EXPECT_EQ(header.size() % 64, 0U);
      EXPECT_EQ(header.back(), '\n');
    }
  }
}

TEST(Npy, WhatNumpyDoesNotKnowIsNotWritten) {
  const TemporaryFolder folder;
  expect_error(ErrorCode::unsupported, "bf16", [&] { npy_header(DType::bf16, Shape({1})); });
  const ArrayView wrong{DType::f32, Shape({3}), as_input("12345678")};
  expect_error(ErrorCode::bad_shape, "takes 12 bytes, but 8", [&] { write_npy(folder / "a.npy", wrong); });
  EXPECT_EQ(folder.file_count(), 0U);
}

TEST(Npy, EveryTruncationIsRefused) {
  expect_every_truncation_refused(get_file(kGolden / "io_version1.npy"), kParse);
  expect_every_truncation_refused(get_file(kGolden / "io_version3.npy"), kParse);
}

TEST(Npy, FlippedBitsGiveAnErrorOrAnArrayNeverACrash) {
  const std::string file = npy_of("<i4", "(2, 3)", std::string(24, '\1'));
  // Quotes for quotes, digits of the same extent product and the like may survive; most cannot.
  EXPECT_GT(count_refused_bit_flips(file, kParse), 8 * (file.size() - 24) * 9 / 10);
}

TEST(Npy, OnlyTheThreeKeysOfTheFormatAreAccepted) {
  const std::string good = "{'descr':'<i4','fortran_order':False,'shape':(1,)}";
  EXPECT_EQ(parse(npy(good, "\1\1\1\1")).dtype, DType::i32);
  EXPECT_EQ(parse(npy("{ \"shape\": (1L,), 'fortran_order': True, 'descr': '<i4' }  \n", "\1\1\1\1")).shape,
            Shape({1}));
  expect_bad_header("{'descr': '<i4', 'shape': (1,)}", "'fortran_order' is missing");
  expect_bad_header("{'descr': '<i4', 'descr': '<i4', 'fortran_order': False, 'shape': (1,)}", "occurs twice");
  expect_bad_header("{'descr': '<i4', 'fortran_order': False, 'shape': (1,), 'x': 1}", "unknown key 'x'");
  expect_bad_header("{'descr': '<i4', 'fortran_order': 0, 'shape': (1,)}", "True or False");
  expect_bad_header("{'descr': '<i4', 'fortran_order': False, 'shape': (1)}", "ends in a comma");
  expect_bad_header("{'descr': '<i4', 'fortran_order': False, 'shape': (1 2)}", "comma");
  expect_bad_header("{'descr': '<i4', 'fortran_order': False, 'shape': (-1,)}", "extent of 0 or more");
  expect_bad_header("{'descr': '<i4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
                    "extent of 0 or more");
  expect_bad_header("{'descr': __import__('os'), 'fortran_order': False, 'shape': ()}", "a quote is expected");
  expect_bad_header(good + "+1", "follows the closing brace");
  expect_bad_header("", "'{' is expected");
}

TEST(Npy, OversizedClaimsAreRefusedWithoutAllocating) {
  expect_error(ErrorCode::bad_data, "overflows", [] { parse(npy_of("<f8", "(4611686018427387904, 4)", "")); });
  expect_error(ErrorCode::bad_data, "overflows", [] { parse(npy_of("<f8", "(4611686018427387904,)", "")); });
  expect_error(ErrorCode::bad_data, "raise the limit", [] { parse(npy_of("<f8", "(1099511627776,)", "")); });
  std::string deep = "(";
  for (int i = 0; i < 65; ++i) deep += "1, ";
  expect_error(ErrorCode::bad_data, "64 dimensions", [&] { parse(npy_of("<f8", deep + ")", "")); });
  const std::string long_header = std::string("\x93NUMPY\x02") + '\0' + little_endian(0xFFFFFFFF, 4);
  expect_error(ErrorCode::bad_data, "4294967295 bytes", [&] { parse(long_header); });
  expect_error(ErrorCode::bad_data, "version 4.0", [] { parse(std::string("\x93NUMPY\x04") + '\0' + "xx"); });
}

TEST(Npy, TypesThatAreNoNumbersAreUnsupportedAndNeverRun) {
  for (const char* descr : {"|O", "<U4", "|S3", "<c8", "<M8[ns]", "|V2", "<f16", "|f4", "f4", "=f4", "<f3", ""}) {
    expect_error(ErrorCode::unsupported, "descr", [&] { parse(npy_of(descr, "(1,)", "")); });
  }
  expect_error(ErrorCode::unsupported, "structured",
               [] { parse(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "1234")); });
  expect_error(ErrorCode::unsupported, "element 1 is 9223372036854775808",
               [] { parse(npy_of("<u8", "(2,)", little_endian(1, 8) + little_endian(std::uint64_t{1} << 63, 8))); });
  expect_error(ErrorCode::bad_data, "truth value is 2", [] { parse(npy_of("|b1", "(1,)", "\2")); });
}

}  // namespace
}  // namespace fanin::io
