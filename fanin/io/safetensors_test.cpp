#include "fanin/io/safetensors.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

#include "fanin/io/test_bytes.hpp"

namespace fanin::io {
namespace {

const auto kParse = [](std::span<const std::byte> bytes, std::string_view name) {
  const SafetensorsFile file(bytes, name);
  for (const SafetensorsEntry& entry : file.entries()) {
    if (dtype_of(entry)) static_cast<void>(file.read(entry, 1U << 20));
  }
};

std::string safetensors(const std::string& json, const std::string& data) {
  return little_endian(json.size(), 8) + json + data;
}

/// A header with one F32 tensor "w" whose member texts are given.
std::string with_tensor(const std::string& members) { return "{\"w\":{" + members + "}}"; }

/// Expects a file of this header and these data to be refused.
void expect_bad(const std::string& json, const std::string& data, const std::string& part,
                ErrorCode code = ErrorCode::bad_data) {
  const std::string bytes = safetensors(json, data);
  expect_error(code, part, [&] { kParse(as_input(bytes), "bad.safetensors"); });
}

/// The format's own example layout, bytes by hand: a [2, 2] F32, then a [3] U8, with metadata.
const std::string kGood =
    safetensors(R"({"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},)"
                R"("b":{"dtype":"U8","shape":[3],"data_offsets":[16,19]}}   )",
                little_endian(0x3F800000, 4) + little_endian(0xC0000000, 4) + little_endian(0, 4) +
                    little_endian(0x42280000, 4) + "\1\2\3");

TEST(Safetensors, TensorsAndMetadataAreRead) {
  const SafetensorsFile file(as_input(kGood), "good.safetensors");
  ASSERT_EQ(file.entries().size(), 2U);
  EXPECT_EQ(file.metadata(), (SafetensorsMetadata{{"format", "pt"}}));
  const Array weight = file.read(file.find("w"));
  EXPECT_EQ(weight.shape, Shape({2, 2}));
  EXPECT_EQ(to_doubles(weight), (std::vector<double>{1, -2, 0, 42}));  // 0x3F800000, … are their bit patterns
  EXPECT_EQ(file.read(file.find("b")).data, (std::vector<std::uint8_t>{1, 2, 3}));
  std::array<std::uint8_t, 2> part{};
  file.read_bytes(file.find("b"), 1, part);
  EXPECT_EQ(part[1], 3);
  expect_error(ErrorCode::bad_value, "the tensor has 3", [&] { file.read_bytes(file.find("b"), 2, part); });
  expect_error(ErrorCode::unknown_name, "known: w, b", [&] { static_cast<void>(file.find("xyz")); });
}

TEST(Safetensors, EveryElementTypeOfTheFormatIsKnownWithItsSize) {
  const std::vector<std::pair<std::string, int>> types{
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"U16", 2}, {"I16", 2}, {"F16", 2}, {"BF16", 2},
      {"U32", 4},  {"I32", 4}, {"F32", 4}, {"F8_E4M3", 1}, {"U64", 8}, {"I64", 8}, {"F64", 8}, {"C64", 8}};
  for (const auto& [type, bytes] : types) {
    const std::string size = std::to_string(3 * bytes);
    const std::string json = with_tensor(R"("dtype":")" + type + R"(","shape":[3],"data_offsets":[0,)" + size + "]");
    const std::string file_bytes = safetensors(json, std::string(static_cast<std::size_t>(3 * bytes), '\0'));
    const SafetensorsFile file(as_input(file_bytes), "t");
    const SafetensorsEntry& entry = file.entries().front();
    EXPECT_EQ(entry.bytes, static_cast<std::uint64_t>(3 * bytes));
    if (dtype_of(entry)) {
      EXPECT_EQ(size_of(*dtype_of(entry)), static_cast<std::size_t>(bytes)) << type;
    } else {
      expect_error(ErrorCode::unsupported, type, [&] { static_cast<void>(file.read(entry)); });
    }
  }
}

TEST(Safetensors, EmptyTensorsScalarsAndEmptyFilesAreFine) {
  const std::string bytes = safetensors(
      R"({"none":{"dtype":"F32","shape":[0,5],"data_offsets":[0,0]},"one":{"dtype":"F64","shape":[],"data_offsets":[0,8]}})",
      little_endian(0x4000000000000000, 8));
  const SafetensorsFile file(as_input(bytes), "t");
  EXPECT_EQ(file.read(file.find("none")).data.size(), 0U);
  EXPECT_EQ(values<double>(file.read(file.find("one")))[0], 2.0);
  const std::string empty = safetensors("{}", "");
  EXPECT_TRUE(SafetensorsFile(as_input(empty), "t").entries().empty());
}

TEST(Safetensors, EveryTruncationIsRefused) { expect_every_truncation_refused(kGood, kParse); }

TEST(Safetensors, FlippedBitsGiveAnErrorOrTensorsNeverACrash) {
  constexpr std::size_t kDataBytes = 19;
  // What survives: letters of names and metadata, F32 to I32, blanks of the padding.
  EXPECT_GT(count_refused_bit_flips(kGood, kParse), 8 * (kGood.size() - kDataBytes) * 6 / 10);
}

TEST(Safetensors, TheHeaderLengthIsBounded) {
  expect_error(ErrorCode::bad_data, "long, byte offset 0: the header claims 18446744073709551615 bytes",
               [] { kParse(as_input(std::string(16, '\xFF')), "long"); });
  std::string large = little_endian(100'000'001, 8);
  large.append(100'000'001, ' ');
  expect_error(ErrorCode::bad_data, "the format allows 100000000", [&] { kParse(as_input(large), "large"); });
}

TEST(Safetensors, HolesOverlapsAndLeftoversAreRefused) {
  const std::string a = R"("a":{"dtype":"U8","shape":[2],"data_offsets":)";
  const std::string b = R"("b":{"dtype":"U8","shape":[2],"data_offsets":)";
  EXPECT_NO_THROW(kParse(as_input(safetensors("{" + a + "[2,4]}," + b + "[0,2]}}", "1234")), "unsorted is fine"));
  expect_bad("{" + a + "[0,2]}," + b + "[3,5]}}", "12345", "a hole lies before tensor 'b'");
  expect_bad("{" + a + "[1,3]}," + b + "[3,5]}}", "12345", "a hole lies before tensor 'a'");
  expect_bad("{" + a + "[0,2]}," + b + "[1,3]}}", "123", "another tensor overlaps tensor 'b'");
  expect_bad("{" + a + "[0,2]}," + b + "[0,2]}}", "12", "another tensor overlaps tensor 'b'");
  expect_bad("{" + a + "[0,2]}," + b + "[2,4]}}", "12345", "bytes follow the last tensor");
  expect_bad("{" + a + "[0,2]}," + b + "[2,4]}}", "123", "takes bytes 2 to 4 of 3");
  expect_bad("{" + a + "[2,0]}}", "12", "takes bytes 2 to 0");
  expect_bad("{" + a + "[0,3]}}", "123", "has shape [2] of U8, but 3 bytes");
  expect_bad("{" + a + "[0,18446744073709551615]}}", "12", "takes bytes 0 to 18446744073709551615");
}

TEST(Safetensors, KeysMustOccurOnceAndBeKnown) {
  const std::string w = R"("w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
  expect_bad("{" + w + "," + w + "}", "1", "the key 'w' occurs twice");
  expect_bad(R"({"__metadata__":{},"__metadata__":{}})", "", "the key '__metadata__' occurs twice");
  expect_bad(R"({"__metadata__":{"a":"1","a":"2"}})", "", "the metadata key 'a' occurs twice");
  expect_bad(with_tensor(R"("dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1])"), "1", "'dtype' occurs twice");
  expect_bad(with_tensor(R"("dtype":"U8","shape":[1])"), "1", "is missing");
  expect_bad(with_tensor(R"("dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1)"), "1", "unknown key 'x'");
  expect_bad(with_tensor(R"("dtype":"Q8","shape":[1],"data_offsets":[0,1])"), "1", "unknown element type 'Q8'",
             ErrorCode::unsupported);
}

TEST(Safetensors, ValuesOfTheWrongKindAreRefused) {
  const auto shape = [](const std::string& text) {
    return with_tensor(R"("dtype":"U8","shape":)" + text + R"(,"data_offsets":[0,1])");
  };
  for (const char* text : {"1", "\"1\"", "null", "true", "{}", "[[1]]", "[-1]", "[1.0]", "[1e0]", "[null]", "[\"1\"]",
                           "[99999999999999999999]", "[18446744073709551615]"}) {
    expect_bad(shape(text), "1", "tensor 'w'");
  }
  expect_bad(shape("[4294967296,4294967296]"), "1", "overflows");
  std::string deep = "[1";
  for (int i = 0; i < 64; ++i) deep += ",1";
  expect_bad(shape(deep + "]"), "1", "64 dimensions");
  expect_bad(with_tensor(R"("dtype":"U8","shape":[1],"data_offsets":[0])"), "1", "fewer than two");
  expect_bad(with_tensor(R"("dtype":"U8","shape":[1],"data_offsets":[0,1,1])"), "1", "more than two");
  expect_bad(R"({"w":1})", "", "a number stands where none belongs");
  expect_bad(R"({"__metadata__":{"a":1}})", "", "a number stands where none belongs");
}

TEST(Safetensors, TextThatIsNoStrictJsonIsRefused) {
  expect_bad("[]", "", "does not start with '{'");
  expect_bad(" {}", "", "does not start with '{'");
  expect_bad("", "", "does not start with '{'");
  expect_bad("{", "", "the header is no JSON");
  expect_bad("{}x", "", "the header is no JSON");
  expect_bad("{} // comment", "", "the header is no JSON");
  expect_bad("{\"\xFF\":{}}", "", "the header is no JSON");
  expect_bad(std::string("{}\0junk", 7), "", "byte offset 10: the header holds a zero byte");
  expect_bad(std::string(1'000'000, '['), "", "does not start with '{'");
  std::string nested;
  for (int i = 0; i < 100'000; ++i) nested += "{\"a\":";
  expect_bad(nested, "", "unknown key 'a'");
}

TEST(SafetensorsIndex, MapsTensorsToFiles) {
  const SafetensorsIndex index = parse_safetensors_index(
      as_input(
          R"({"metadata":{"total_size":12,"note":"x"},"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}})"),
      "m.index.json");
  EXPECT_EQ(index.total_bytes, 12U);
  EXPECT_EQ(index.file_of.at("b"), "m-2.safetensors");
  EXPECT_EQ(index.file_of.size(), 2U);
}

TEST(SafetensorsIndex, MalformedTextAndFilesOutsideTheFolderAreRefused) {
  const auto expect_refused = [](const std::string& json) {
    expect_error(ErrorCode::bad_data, "i.json, byte offset",
                 [&] { parse_safetensors_index(as_input(json), "i.json"); });
  };
  for (const char* file : {"../secret", "/etc/passwd", "a/b", "..", "", "a\\\\b"}) {
    expect_refused(std::string(R"({"weight_map":{"a":")") + file + "\"}}");
  }
  for (const char* json : {"", "{", "[]", "1", "{}", R"({"weight_map":1})", R"({"weight_map":{"a":1}})",
                           R"({"weight_map":{"a":["b"]}})", R"({"weight_map":{"a":{"b":"c"}}})",
                           R"({"weight_map":{"a":"b","a":"c"}})", R"({"weight_map":{},"weight_map":{}})",
                           R"({"weight_map":{},"other":{}})", R"({"metadata":{"total_size":1}})"}) {
    expect_refused(json);
  }
  expect_refused(std::string("{\"weight_map\":{}}\0", 18));
}

}  // namespace
}  // namespace fanin::io
