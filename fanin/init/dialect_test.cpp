#include "fanin/init/dialect.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "fanin/core/error.hpp"
#include "fanin/init/initializer.hpp"

namespace fanin::init {
namespace {

using net::Axis;
using net::Dimension;
using net::ParameterRole;
using net::ParameterSpec;
using ::testing::HasSubstr;

ParameterSpec tensor(std::vector<Dimension> dimensions) { return {"w", ParameterRole::weight, std::move(dimensions)}; }
const ParameterSpec kDense = tensor({{{Axis::out, 300}}, {{Axis::in, 100}}});

std::string thrown(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "nothing";
}

using Pair = std::pair<std::int64_t, std::int64_t>;

Pair fans_in(Dialect dialect, const ParameterSpec& spec) {
  const net::Fans fans = dialect_fans(dialect, spec);
  return {fans.fan_in, fans.fan_out};
}

TEST(Dialect, FansAreMiscountedAsInEachLibrary) {
  // A dense weight is the same everywhere.
  for (const Dialect dialect : {Dialect::fanin, Dialect::pytorch, Dialect::keras, Dialect::jax, Dialect::timm}) {
    EXPECT_EQ(fans_in(dialect, kDense), Pair(100, 300));
  }
  // Depthwise, 4 channels, 3x3. PyTorch: (9, 36) (pytorch/pytorch issue 23854). Keras's kernel is (3, 3, 4, 1).
  const ParameterSpec depthwise =
      tensor({{{Axis::group, 4}, {Axis::out, 1}}, {{Axis::in, 1}}, {{Axis::kernel, 3}}, {{Axis::kernel, 3}}});
  EXPECT_EQ(fans_in(Dialect::fanin, depthwise), Pair(9, 9));
  EXPECT_EQ(fans_in(Dialect::pytorch, depthwise), Pair(9, 36));
  EXPECT_EQ(fans_in(Dialect::keras, depthwise), Pair(36, 9));
  EXPECT_EQ(fans_in(Dialect::jax, depthwise), Pair(9, 36));
  // Transposed, 16 to 8 channels, 4x4: PyTorch's and Keras's "fan_in" counts the outputs.
  const ParameterSpec transposed =
      tensor({{{Axis::in, 16}}, {{Axis::out, 8}}, {{Axis::kernel, 4}}, {{Axis::kernel, 4}}});
  EXPECT_EQ(fans_in(Dialect::fanin, transposed), Pair(256, 128));
  EXPECT_EQ(fans_in(Dialect::pytorch, transposed), Pair(128, 256));
  EXPECT_EQ(fans_in(Dialect::keras, transposed), Pair(128, 256));
  EXPECT_EQ(fans_in(Dialect::jax, transposed), Pair(256, 128));
  // Packed Q/K/V of width 8, 2 heads: PyTorch sees [24, 8]; Keras's kernel is (8, 2, 4), the 8 taken for taps.
  const ParameterSpec packed = tensor({{{Axis::gate, 3}, {Axis::head, 2}, {Axis::out, 4}}, {{Axis::in, 8}}});
  EXPECT_EQ(fans_in(Dialect::fanin, packed), Pair(8, 8));
  EXPECT_EQ(fans_in(Dialect::pytorch, packed), Pair(8, 24));
  EXPECT_EQ(fans_in(Dialect::keras, packed), Pair(16, 32));
  EXPECT_EQ(fans_in(Dialect::jax, packed), Pair(8, 8));
  // LSTM gates, 5 units, 3 inputs: Keras packs them too.
  const ParameterSpec gates = tensor({{{Axis::gate, 4}, {Axis::out, 5}}, {{Axis::in, 3}}});
  EXPECT_EQ(fans_in(Dialect::fanin, gates), Pair(3, 5));
  EXPECT_EQ(fans_in(Dialect::keras, gates), Pair(3, 20));
  EXPECT_EQ(fans_in(Dialect::pytorch, gates), Pair(3, 20));
}

TEST(Dialect, NormalFormsAreCutInKerasAndJaxOnly) {
  const double sigma = std::sqrt(2.0 / 400);
  const auto law_in = [](const std::string& dialect) {
    return parse_initializer("glorot_normal(dialect=" + dialect + ")").law(kDense).value();
  };
  EXPECT_EQ(std::get<random::Normal>(law_in("pytorch")).std_dev, sigma);
  for (const char* dialect : {"keras", "jax"}) {
    const auto cut = std::get<random::TruncatedNormal>(law_in(dialect));
    // Both divide by 0.87962566103423978 before drawing.
    EXPECT_NEAR(random::std_dev_before_cut(cut), sigma / 0.87962566103423978, 1e-15);
    EXPECT_EQ(cut.high, 2);
  }
  EXPECT_EQ(std::get<random::Normal>(law_in("timm")).std_dev, sigma);
}

TEST(Dialect, DefaultsFollowTheLibrary) {
  const auto law = [](std::string_view text) { return to_string(parse_initializer(text).law(kDense).value()); };
  EXPECT_EQ(law("uniform(dialect=pytorch)"), "U[0, 1)");
  EXPECT_EQ(law("uniform(dialect=keras)"), "U[-0.05, 0.05)");
  EXPECT_EQ(law("uniform(dialect=jax)"), "U[0, 0.01)");
  EXPECT_EQ(law("normal(dialect=pytorch)"), "N(0, 1²)");
  EXPECT_EQ(law("normal(dialect=jax)"), "N(0, 0.01²)");
  EXPECT_EQ(law("truncated_normal(dialect=keras)"), "N(0, 0.05²) cut at ±2 std");
  // PyTorch's bounds are values: std 0.02 with the default ±2 is ±100 standard deviations.
  EXPECT_EQ(law("truncated_normal(std=0.02, dialect=pytorch)"), "N(0, 0.02²) cut at ±100 std");
  EXPECT_EQ(law("constant(dialect=keras)"), "0");
  EXPECT_EQ(law("variance_scaling(dialect=keras, distribution=untruncated_normal)"), "N(0, 0.1²)");
  EXPECT_THAT(law("variance_scaling(dialect=keras, distribution=normal)"), HasSubstr("cut at"));
  EXPECT_EQ(law("variance_scaling(dialect=timm)"), "N(0, 0.1²)");
  EXPECT_THAT(law("lecun_normal(dialect=timm)"), HasSubstr("cut at"));
}

TEST(Dialect, GainsOfNamedActivationsAreCalculateGainsInPyTorch) {
  EXPECT_DOUBLE_EQ(parse_initializer("he_normal(gain=tanh, dialect=pytorch)").std_dev(kDense), 5.0 / 3 / 10);
  EXPECT_DOUBLE_EQ(parse_initializer("he_normal(gain=selu, dialect=pytorch)").std_dev(kDense), 0.075);
  EXPECT_NEAR(parse_initializer("he_normal(gain=selu)").std_dev(kDense), 0.1, 1e-9);
  EXPECT_THAT(thrown([] { parse_initializer("he_normal(gain=gelu, dialect=pytorch)"); }), HasSubstr("unsupported"));
  EXPECT_THAT(thrown([] { parse_initializer("he_normal(gain=2, dialect=keras)"); }), HasSubstr("variance_scaling"));
  EXPECT_THAT(thrown([] { parse_initializer("he_normal(mode=fan_out, dialect=jax)"); }), HasSubstr("variance_scaling"));
}

TEST(Dialect, WhatALibraryLacksIsRefusedWithAWayOut) {
  for (const char* text :
       {"lecun_normal(dialect=pytorch)", "lecun_uniform(dialect=timm)", "dirac(dialect=keras)",
        "sparse(0.5, dialect=jax)", "delta_orthogonal(dialect=pytorch)", "identity(dialect=jax)",
        "variance_scaling(dialect=pytorch)", "siren_hidden(dialect=timm)", "zero_init(dialect=keras)"}) {
    EXPECT_THAT(thrown([text] { parse_initializer(text); }), HasSubstr("unsupported")) << text;
  }
  EXPECT_THAT(thrown([] { parse_initializer("he_normal(dialect=pytroch)"); }), HasSubstr("did you mean pytorch?"));
}

TEST(Dialect, TheTextKeepsTheDialectAndReadsBack) {
  for (const char* text : {"he_normal(dialect=keras)", "uniform(scale=0.5, dialect=jax)",
                           "truncated_normal(std=0.02, low=-0.04, dialect=pytorch)", "zeros(dialect=keras)",
                           "orthogonal(gain=2, dialect=timm)", "scaled(he_normal(dialect=keras), 0.5)"}) {
    EXPECT_EQ(parse_initializer(text).text(), text);
  }
  EXPECT_EQ(parse_initializer("he_normal", Dialect::keras).text(), "he_normal(dialect=keras)");
  EXPECT_EQ(parse_initializer("he_normal(dialect=fanin)", Dialect::keras).text(), "he_normal");
  EXPECT_EQ(parse_initializer("gates(he_normal, zeros)", Dialect::jax).text(),
            "gates(he_normal(dialect=jax), zeros(dialect=jax))");
}

TEST(Dialect, PyTorchCountsFansFromRankTwoOn) {
  const ParameterSpec bias{"b", ParameterRole::bias, {{{Axis::channel, 4}}}};
  EXPECT_THAT(thrown([&] { (void)dialect_fans(Dialect::pytorch, bias); }), HasSubstr("rank 2"));
  EXPECT_EQ(fans_in(Dialect::keras, bias), Pair(4, 4));
  const ParameterSpec embedding{"e", ParameterRole::embedding, {{{Axis::vocabulary, 50}}, {{Axis::out, 8}}}};
  EXPECT_EQ(fans_in(Dialect::pytorch, embedding), Pair(8, 50));
  EXPECT_THAT(thrown([&] { (void)dialect_fans(Dialect::fanin, embedding); }), HasSubstr("no fans"));
}

}  // namespace
}  // namespace fanin::init
