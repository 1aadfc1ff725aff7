// For the tests of this room: a folder that removes itself, IDX files, and errors caught.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"

namespace fanin::experiment {

/// A folder below the test's temporary folder, removed with everything in it.
class TestFolder final {
 public:
  TestFolder() : path_(std::filesystem::path(::testing::TempDir()) / unique_name()) {
    std::filesystem::create_directories(path_);
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  std::filesystem::path write(const std::string& name, const std::string& contents) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << contents;
    return file;
  }

 private:
  static std::string unique_name() {
    std::random_device device;
    return "fanin_test_" + std::to_string(device()) + "_" + std::to_string(device());
  }
  std::filesystem::path path_;
};

/// The bytes of an IDX file of unsigned bytes, laid out by hand from the format's description.
inline std::string idx_bytes(std::initializer_list<std::uint32_t> extents, const std::vector<std::uint8_t>& values) {
  std::string bytes = {'\0', '\0', '\x08', static_cast<char>(extents.size())};
  for (const std::uint32_t extent : extents) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>((extent >> shift) & 0xFFU);
  }
  return bytes + std::string(values.begin(), values.end());
}

/// Four IDX files: five training and two test images of 1 x 2 bytes, three classes.
inline void write_idx_set(const TestFolder& folder, const std::string& prefix = "") {
  folder.write(prefix + "train-images-idx3-ubyte", idx_bytes({5, 1, 2}, {0, 255, 51, 1, 2, 3, 4, 5, 6, 7}));
  folder.write(prefix + "train-labels-idx1-ubyte", idx_bytes({5}, {0, 1, 2, 1, 0}));
  folder.write(prefix + "t10k-images-idx3-ubyte", idx_bytes({2, 1, 2}, {10, 20, 30, 40}));
  folder.write(prefix + "t10k-labels-idx1-ubyte", idx_bytes({2}, {2, 1}));
}

/// The Error that `action` throws; a test failure when it throws none.
inline Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error was thrown";
  return {ErrorCode::io_failure, "", "no error was thrown"};
}

}  // namespace fanin::experiment
