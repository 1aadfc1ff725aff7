// A small training on the command line, and what it leaves behind.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "fanin/io/safetensors.hpp"
#include "program.hpp"

namespace fanin::cli_test {

inline const std::string kSpirals = "spirals(points=80, test_points=24)";

/// A training of 5 steps an epoch; without --epochs, of 15.
inline Arguments training(const Arguments& more = {}) {
  Arguments arguments{"train", "2-8-2", "--data",   kSpirals, "--validation", "0.2",
                      "--lr",  "0.01",  "--epochs", "3",      "--batch-size", "13"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// The bytes of a file's tensors, by name.
inline std::map<std::string, std::string> tensor_bytes(const std::filesystem::path& file) {
  const io::SafetensorsFile tensors(file);
  std::map<std::string, std::string> bytes;
  for (const io::SafetensorsEntry& entry : tensors.entries()) {
    std::string& text = bytes[entry.name];
    text.resize(entry.bytes);
    std::vector<std::uint8_t> data(entry.bytes);
    tensors.read_bytes(entry, 0, data);
    text.assign(data.begin(), data.end());
  }
  return bytes;
}

inline std::vector<std::string> files_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  return names;
}

}  // namespace fanin::cli_test
