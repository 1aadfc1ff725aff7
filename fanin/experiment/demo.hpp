// Demonstrations of what weight initialization does: first the small experiment as introductory notebooks
// do it, then what its numbers really show, then the honest version of it on deep chains with a real loss.
//
//     const Demo demo = run_demo("vanishing", /*seed=*/42);
//     demo.matrix;  // the nine weights that the notebook prints
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/experiment/demo/gradient_chain.hpp"

namespace fanin::experiment {

struct DemoInfo {
  std::string_view name;     ///< "vanishing"
  std::string_view summary;  ///< one line
};

/// In the order of a lesson.
std::span<const DemoInfo> known_demos() noexcept;

/// A small table of results.
struct DemoTable {
  std::vector<std::string> columns;  ///< the first is that of the labels
  struct Row {
    std::string label;
    std::vector<double> values;  ///< one per further column
  };
  std::vector<Row> rows;
};

struct Demo {
  std::string name;
  std::uint64_t seed = 0;
  std::string about;                  ///< what is computed, in a sentence or two
  std::vector<double> matrix;         ///< [3, 3], or empty
  std::string matrix_caption;         ///< what the matrix holds
  DemoTable table;                    ///< or without rows
  std::vector<std::string> remarks;   ///< sentences: what the numbers show
  std::vector<GradientChain> chains;  ///< the fault first, then the remedy
  std::string lesson;                 ///< what the chains show
};

/// @param seed  of everything random; at most 2^32 - 1, as NumPy's.
/// @throws Error unknown_name with the nearest names, bad_value (seed).
Demo run_demo(std::string_view name, std::uint64_t seed = 42);

}  // namespace fanin::experiment
