// Every public initializer of torch.nn.init, keras.initializers, jax.nn.initializers and timm.layers.weight_init, as
// its library writes it: served, or refused by name.
#include "fanin/init/library_call.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <map>

#include "fanin/core/error.hpp"
#include "fanin/init/initializer.hpp"
#include "fanin/init/network_scheme.hpp"

namespace fanin::init {
namespace {

using net::Axis;
using net::ParameterRole;
using net::ParameterSpec;
using ::testing::HasSubstr;

const ParameterSpec kDense{"w", ParameterRole::weight, {{{Axis::out, 300}}, {{Axis::in, 100}}}};

std::string thrown(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "nothing";
}

std::string parsed(const std::string& text, Dialect dialect) { return parse_initializer(text, dialect).text(); }

TEST(LibraryCall, EveryNameOfEveryLibraryIsServed) {
  const std::map<Dialect, std::vector<std::pair<std::string, std::string>>> names{
      {Dialect::pytorch,
       {{"uniform_", "uniform"},
        {"normal_", "normal"},
        {"trunc_normal_", "truncated_normal"},
        {"constant_(0.5)", "constant(value=0.5"},
        {"ones_", "ones"},
        {"zeros_", "zeros"},
        {"eye_", "identity"},
        {"dirac_", "dirac"},
        {"xavier_uniform_", "glorot_uniform"},
        {"xavier_normal_", "glorot_normal"},
        {"kaiming_uniform_", "he_uniform"},
        {"kaiming_normal_", "he_normal"},
        {"orthogonal_", "orthogonal"},
        {"sparse_(0.1)", "sparse(sparsity=0.1"},
        {"kaiming_normal", "he_normal"},
        {"trunc_normal", "truncated_normal"}}},
      {Dialect::keras,
       {{"Zeros", "zeros"},
        {"zeros", "zeros"},
        {"Ones", "ones"},
        {"Constant", "constant(value=0"},
        {"Identity", "identity"},
        {"IdentityInitializer", "identity"},
        {"RandomNormal", "normal"},
        {"random_normal", "normal"},
        {"TruncatedNormal", "truncated_normal"},
        {"truncated_normal", "truncated_normal"},
        {"RandomUniform", "uniform"},
        {"random_uniform", "uniform"},
        {"VarianceScaling", "variance_scaling"},
        {"GlorotUniform", "glorot_uniform"},
        {"glorot_uniform", "glorot_uniform"},
        {"GlorotNormal", "glorot_normal"},
        {"LecunNormal", "lecun_normal"},
        {"LecunUniform", "lecun_uniform"},
        {"HeNormal", "he_normal"},
        {"he_uniform", "he_uniform"},
        {"Orthogonal", "orthogonal"},
        {"OrthogonalInitializer", "orthogonal"}}},
      {Dialect::jax,
       {{"zeros", "zeros"},
        {"ones", "ones"},
        {"constant(-7)", "constant(value=-7"},
        {"uniform", "uniform"},
        {"normal", "normal"},
        {"truncated_normal", "truncated_normal"},
        {"variance_scaling(1, fan_geo_avg, uniform)", "variance_scaling(mode=fan_geo_avg"},
        {"glorot_uniform", "glorot_uniform"},
        {"glorot_normal", "glorot_normal"},
        {"xavier_uniform", "glorot_uniform"},
        {"xavier_normal", "glorot_normal"},
        {"lecun_uniform", "lecun_uniform"},
        {"lecun_normal", "lecun_normal"},
        {"he_uniform", "he_uniform"},
        {"he_normal", "he_normal"},
        {"kaiming_uniform", "he_uniform"},
        {"kaiming_normal", "he_normal"},
        {"orthogonal", "orthogonal"},
        {"delta_orthogonal", "delta_orthogonal"}}},
      {Dialect::timm,
       {{"trunc_normal_", "truncated_normal"},
        {"trunc_normal_tf_", "truncated_normal(std=1, corrected=false)"},
        {"variance_scaling_", "variance_scaling"},
        {"lecun_normal_", "lecun_normal"},
        {"kaiming_normal_", "he_normal"}}}};
  for (const auto& [dialect, rows] : names) {
    for (const auto& [theirs, ours] : rows) {
      EXPECT_EQ(parsed(theirs, dialect).substr(0, ours.size()), ours) << theirs;
      EXPECT_EQ(parse_network_scheme(theirs, dialect).text(), parsed(theirs, dialect)) << theirs;
      EXPECT_EQ(parse_initializer(parsed(theirs, dialect)).text(), parsed(theirs, dialect)) << theirs;
    }
  }
}

TEST(LibraryCall, WhatIsNoInitializationIsRefusedByName) {
  EXPECT_THAT(thrown([] { parse_initializer("STFT", Dialect::keras); }), HasSubstr("Fourier"));
  EXPECT_THAT(thrown([] { parse_initializer("stft", Dialect::keras); }), HasSubstr("unsupported"));
  EXPECT_THAT(thrown([] { parse_initializer("init_weight_vit", Dialect::timm); }), HasSubstr("roles("));
  EXPECT_THAT(thrown([] { parse_network_scheme("STFTInitializer(dialect=keras)"); }), HasSubstr("Fourier"));
  EXPECT_THAT(thrown([] { parse_initializer("HeNormal"); }), HasSubstr("did you mean"));
  EXPECT_THAT(thrown([] { parse_initializer("kaiming_normal_"); }), HasSubstr("kaiming_normal"));
}

TEST(LibraryCall, ArgumentsAreTheLibrarys) {
  const auto law = [](const std::string& text, Dialect dialect) {
    return to_string(parse_initializer(text, dialect).law(kDense).value());
  };
  EXPECT_EQ(law("RandomNormal(mean=1, stddev=0.5)", Dialect::keras), "N(1, 0.5²)");
  EXPECT_EQ(law("RandomUniform(minval=-1, maxval=2)", Dialect::keras), "U[-1, 2)");
  EXPECT_EQ(law("TruncatedNormal(stddev=0.1)", Dialect::keras), "N(0, 0.1²) cut at ±2 std");
  EXPECT_EQ(law("normal(0.5)", Dialect::jax), "N(0, 0.5²)");  // JAX's first argument is stddev
  EXPECT_EQ(law("normal(stddev=0.5)", Dialect::jax), "N(0, 0.5²)");
  EXPECT_EQ(law("truncated_normal(0.5, lower=-1, upper=3)", Dialect::jax), "N(0, 0.5²) cut at -1 and 3 std");
  EXPECT_EQ(law("uniform(a=-1, b=2)", Dialect::pytorch), "U[-1, 2)");
  EXPECT_EQ(law("trunc_normal_tf_(0.5, 0.25, -1, 1)", Dialect::timm), "N(0.5, 0.25²) cut at ±1 std");
  EXPECT_EQ(parsed("orthogonal(scale=2)", Dialect::jax), "orthogonal(gain=2, dialect=jax)");
  EXPECT_EQ(parsed("kaiming_uniform_(a=2.25)", Dialect::pytorch),
            "he_uniform(gain=leaky_relu(negative_slope=2.25), dialect=pytorch)");
  EXPECT_EQ(parsed("kaiming_normal_(0.2, fan_out, tanh)", Dialect::pytorch),
            "he_normal(gain=tanh, mode=fan_out, dialect=pytorch)");
}

TEST(LibraryCall, ArgumentsThatTheLibraryLacksAreRefused) {
  const auto refusal = [](const std::string& text, Dialect dialect) {
    return thrown([&] { parse_initializer(text, dialect); });
  };
  EXPECT_THAT(refusal("normal(mean=1)", Dialect::jax), HasSubstr("no argument 'mean'"));
  EXPECT_THAT(refusal("truncated_normal(low=-1)", Dialect::keras), HasSubstr("no argument 'low'"));
  EXPECT_THAT(refusal("truncated_normal(corrected=true)", Dialect::jax), HasSubstr("no argument 'corrected'"));
  EXPECT_THAT(refusal("he_normal(mode=fan_avg)", Dialect::pytorch), HasSubstr("fan_in and fan_out"));
  EXPECT_THAT(refusal("he_normal(mode=fan_avg)", Dialect::timm), HasSubstr("fan_in and fan_out"));
  EXPECT_THAT(refusal("lecun_normal(mode=fan_out)", Dialect::timm), HasSubstr("timm's form has no mode"));
  EXPECT_THAT(refusal("lecun_normal(gain=2)", Dialect::timm), HasSubstr("variance_scaling(scale=..., dialect=timm)"));
  EXPECT_THAT(refusal("variance_scaling(mode=fan_geo_avg)", Dialect::keras), HasSubstr("fan_geo_avg"));
  EXPECT_THAT(refusal("kaiming_normal_(a=0.1, gain=2)", Dialect::pytorch), HasSubstr("say the same thing"));
  EXPECT_THAT(refusal("kaiming_normal_(steep)", Dialect::pytorch), HasSubstr("is no number"));
  EXPECT_THAT(refusal("kaiming_normal_(nonlinearity=gelu)", Dialect::pytorch), HasSubstr("calculate_gain"));
  EXPECT_THAT(refusal("kaiming_normal_(0.1, fan_in, relu, 4)", Dialect::pytorch), HasSubstr("bad_"));
}

TEST(LibraryCall, TheGeometricMeanOfTheFans) {
  EXPECT_DOUBLE_EQ(parse_initializer("variance_scaling(3, fan_geo_avg, normal, dialect=jax)").std_dev(kDense),
                   std::sqrt(3 / std::sqrt(30000.0)));
  EXPECT_DOUBLE_EQ(parse_initializer("he_normal(mode=fan_geo_avg)").std_dev(kDense), std::sqrt(2 / std::sqrt(30000.0)));
}

}  // namespace
}  // namespace fanin::init
