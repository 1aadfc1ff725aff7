// What the room's tests share: temporary folders, hand-made bytes, and the two torments that every
// parser must survive: the file cut at every byte, and every single bit of it flipped.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include "fanin/core/error.hpp"

namespace fanin::io {

inline std::span<const std::byte> as_input(std::string_view text) { return std::as_bytes(std::span(text)); }

/// A folder of the test's own, removed with everything in it.
class TemporaryFolder final {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fanin_io_test_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// Everything in the folder.
  [[nodiscard]] std::size_t file_count() const {
    const std::filesystem::directory_iterator files(path_);
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

 private:
  std::filesystem::path path_;
};

inline void put_file(const std::filesystem::path& path, std::string_view contents) {
  std::ofstream(path, std::ios::binary).write(contents.data(), static_cast<std::streamsize>(contents.size()));
}

inline std::string get_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// A number's bytes, most or least significant first.
inline std::string big_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xFFU));
  return out;
}
inline std::string little_endian(std::uint64_t value, int bytes) {
  const std::string big = big_endian(value, bytes);
  return {big.rbegin(), big.rend()};
}

/// Expects an Error of this code whose text holds `part`.
template <typename Call>
void expect_error(ErrorCode code, std::string_view part, Call call) {
  try {
    call();
    ADD_FAILURE() << "no Error; expected " << to_string(code) << " with '" << part << "'";
  } catch (const Error& error) {
    EXPECT_EQ(to_string(error.code()), to_string(code)) << error.what();
    EXPECT_NE(std::string_view(error.what()).find(part), std::string_view::npos)
        << "'" << part << "' is missing in: " << error.what();
  }
}

/// Every proper prefix of `file` must be refused with bad_data that names the file.
template <typename Parse>
void expect_every_truncation_refused(const std::string& file, Parse parse) {
  for (std::size_t size = 0; size < file.size(); ++size) {
    try {
      // An exact copy, so that a sanitizer sees a read behind the end.
      const std::string cut = file.substr(0, size);
      parse(as_input(cut), "cut.file");
      ADD_FAILURE() << "accepted when cut to " << size << " of " << file.size() << " bytes";
    } catch (const Error& error) {
      EXPECT_EQ(to_string(error.code()), "bad_data") << "cut to " << size << ": " << error.what();
      EXPECT_TRUE(error.where().starts_with("cut.file")) << error.what();
    }
  }
}

/// With any one bit flipped the parser either still reads the file or throws Error, nothing else.
/// Returns how many of the flips were refused.
template <typename Parse>
std::size_t count_refused_bit_flips(const std::string& file, Parse parse) {
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < 8 * file.size(); ++bit) {
    std::string flipped = file;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    try {
      parse(as_input(flipped), "flipped.file");
    } catch (const Error& error) {
      ++refused;
      EXPECT_FALSE(error.message().empty());
    }
  }
  return refused;
}

}  // namespace fanin::io
