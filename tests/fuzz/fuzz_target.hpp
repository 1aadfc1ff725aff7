// A fuzz target is one file X_fuzz.cpp with the two functions below. With clang and -DFANIN_FUZZ=ON it
// becomes a libFuzzer program; in every other build mutation_driver.cpp runs it on a fixed sequence of
// mutated seeds, as a test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/core/error.hpp"

/// Reads `data` as a file. Any exception but fanin::Error, any crash and any wild allocation is a bug.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fanin::fuzz {

/// Sound files of the format, small, from which mutations start.
std::vector<std::string> seeds();

/// The most bytes that a target lets its parser take for values.
inline constexpr std::uint64_t kLimit = std::uint64_t{1} << 20;

inline std::span<const std::byte> as_input(const std::uint8_t* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

/// How many parses succeeded so far; the driver checks with it that every seed is a sound file.
inline std::size_t accepted = 0;

/// Runs `parse` and lets nothing pass but the library's own error.
template <typename Parse>
int survive(Parse parse) {
  try {
    parse();
    ++accepted;
  } catch (const Error&) {
    // What a hostile file deserves.
  }
  return 0;
}

}  // namespace fanin::fuzz
