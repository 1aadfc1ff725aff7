// The cases of tests/golden/engine_spatial.txt: PyTorch's values and gradients of ops with windows.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "fanin/engine/single_op_for_test.hpp"
#include "fanin/net/ops/spatial.hpp"
#include "tests/golden/golden_file.hpp"

namespace fanin::engine {

struct GoldenCase {
  const golden::GoldenFile& file;
  std::string name;

  [[nodiscard]] std::vector<float> floats(const std::string& key) const { return file.floats(name + "." + key); }
  [[nodiscard]] std::vector<std::int64_t> list(const std::string& key) const {
    const std::vector<double>& numbers = file.at(name + "." + key);
    return {numbers.begin(), numbers.end()};
  }
  [[nodiscard]] std::int64_t number(const std::string& key) const { return list(key).at(0); }
  [[nodiscard]] net::Window window() const {
    net::Window window{.kernel = list("kernel"), .stride = list("stride"), .padding = list("padding")};
    if (file.contains(name + ".dilation")) window.dilation = list("dilation");
    return window;
  }
};

inline void expect_close(const std::vector<float>& values, const std::vector<float>& expected, const char* what) {
  ASSERT_EQ(values.size(), expected.size()) << what;
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_NEAR(values[i], expected[i], 1e-5F * (1 + std::abs(expected[i]))) << what << "[" << i << "]";
  }
}

/// Runs the op of a case and compares everything it gives.
inline void expect_golden(const GoldenCase& c, net::OpPtr op) {
  SCOPED_TRACE(c.name);
  SingleOp single(std::move(op), {Shape(c.list("input"))}, c.number("rows"));
  std::vector<std::vector<float>> parameters;
  if (c.file.contains(c.name + ".weight")) parameters.push_back(c.floats("weight"));
  if (c.file.contains(c.name + ".bias") && !c.floats("bias").empty()) parameters.push_back(c.floats("bias"));
  single.run({c.floats("x")}, parameters, c.floats("dy"));
  expect_close(single.output, c.floats("y"), "y");
  expect_close(single.input_gradients[0], c.floats("dx"), "dx");
  if (!parameters.empty()) expect_close(single.parameter_gradients[0], c.floats("dw"), "dw");
  if (parameters.size() > 1) expect_close(single.parameter_gradients[1], c.floats("db"), "db");
}

/// Calls check(case) for each case of the op `kind`, the `index`th number of the file's `cases`.
template <class Check>
void for_every_golden_case(const std::string& kind, std::size_t index, const Check& check) {
  const golden::GoldenFile file(FANIN_GOLDEN_DIR "/engine_spatial.txt");
  const auto count = static_cast<std::size_t>(file.at("cases").at(index));
  ASSERT_GE(count, 1U);
  for (std::size_t i = 0; i < count; ++i) check(GoldenCase{file, kind + std::to_string(i)});
}

}  // namespace fanin::engine
